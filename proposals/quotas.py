"""How much one person writes and supports within an hour, so that nobody floods a discussion or who looks after it.

Each is more than somebody does who reads before they write, and the same for everybody; official answers are not
counted.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from budgeting.people import Person
from lib.refusal import Refused
from notices.counts import Limit, in_words

HOUR = timedelta(hours=1)
DRAFTS = Limit("drafts of a person", 20, HOUR)
COMMENTS = Limit("comments of a person", 30, HOUR)
SUPPORT = Limit("support of a person", 120, HOUR)
REPORTS = Limit("reports of a person", 20, HOUR)
SEARCHES = Limit("saved searches of a person", 60, HOUR)

SENTENCES: dict[str, Any] = {
    DRAFTS.of: _("You have begun %(most)d proposals within an hour. You can begin another from %(moment)s on."),
    COMMENTS.of: _("You have written %(most)d comments within an hour. You can send this one from %(moment)s on."),
    SUPPORT.of: _("You have supported proposals %(most)d times within an hour. You can go on from %(moment)s on."),
    REPORTS.of: _("You have reported %(most)d things within an hour. You can send this one from %(moment)s on."),
    SEARCHES.of: _("You have saved %(most)d searches within an hour. You can save this one from %(moment)s on."),
}


def spend(limit: Limit, *, by: Person, at: datetime) -> None:
    """Count one more, in the transaction of what is counted: what is not done counts for nothing.

    Raises Refused, with the moment from which on there is more, where it is too much.
    """
    if until := limit.count(str(by.pk), at=at):
        raise Refused(SENTENCES[limit.of] % {"most": limit.most, "moment": in_words(until)})
