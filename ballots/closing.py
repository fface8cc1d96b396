"""Ending the vote before its date: for an emergency, by a clerk, with a reason, on record."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.models import Cycle, Phase
from budgeting.people import Person
from budgeting.stages import Stage
from lib import clock
from lib.refusal import require


@transaction.atomic
def close_voting(cycle: Cycle, *, by: Person, reason: str) -> datetime:
    """Let voting end now, by the database's clock, and give that moment.

    Waits for the votes that are still being cast (they hold the cycle's row, see `ballots.casting.cast`); no other can
    follow. Raises Refused if the reason is missing or voting is not open.
    """
    require(reason.strip(), _("Say why voting ends early: everybody will ask."))
    Cycle.objects.select_for_update().get(pk=cycle.pk)
    at = clock.of_the_database()
    open_now = Phase.objects.filter(Q(closes__gt=at) | Q(closes=None), cycle=cycle, stage=Stage.VOTING, opens__lt=at)
    require(open_now.update(closes=at) == 1, _("Voting is not open."))
    by.record(Done.VOTING_ENDED, on=cycle, reason=reason.strip())
    return at
