"""What becomes of a mail that comes back: it is noted beside the mail, and counted where nothing of that is kept."""

from datetime import datetime, timedelta

from django.db import transaction

from notices import marks
from notices.bounces import Bounce
from notices.counts import Limit
from notices.models import Mail, Returned, Undelivered

COUNTED = Limit("a mail that leaves no row comes back", most=1, within=timedelta(days=30))


@transaction.atomic
def note(bounce: Bounce, *, at: datetime) -> bool:
    """Note that it came back, once. False if it is of no mail that we know."""
    if marks.leaves_no_row(bounce.mark):
        if COUNTED.count(bounce.mark, at=at) is None:
            Undelivered.one_more(at)
        return True
    message_id = marks.message_id_of(bounce.mark)
    mail = Mail.objects.select_for_update(of=("self",)).filter(message_id=message_id).exclude(sent_at=None).first()
    if mail is None:
        return False
    if mail.came_back(bounce.status, bounce.said, at=at) and bounce.is_hard:
        Returned.one_more(mail.to, at=at)
    return True
