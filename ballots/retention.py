"""What is kept of who took part only for a time."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from ballots.models import Participation
from budgeting.retention import ONCE_SERVED, Kept, served


def forget_participations(at: datetime) -> int:
    return Participation.objects.filter(contest__cycle__in=served(at)).delete()[0]


KEPT = [
    Kept(
        "participations",
        _("Which line of the register took part in a vote, on which day and by which account or letter last"),
        ONCE_SERVED,
        forget_participations,
    ),
]
