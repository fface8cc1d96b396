"""What waits for a member of a committee, for the desk and for the mail of the day; the longest waiting first."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from budgeting.models import Contest
from budgeting.people import Person
from budgeting.stages import Act
from committee.models import Motion, MotionVote, Recusal, Resolution
from proposals.models import Proposal, Status


def contests_of(person: Person, at: datetime) -> list[Contest]:
    """Those in which this member may decide now."""
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    return [each for each in contests if person.is_committee_for(each.district) and each.cycle.allows(Act.DECIDE, at)]


def to_decide(person: Person, at: datetime) -> tuple[list[Contest], "QuerySet[Any]"]:
    """The contests in which this member may decide now; and what nobody has put to the vote there."""
    mine = contests_of(person, at)
    under_way = Motion.objects.filter(settled_at=None).values("proposal")
    return mine, _undecided(person, mine, at).exclude(pk__in=under_way)


def motions_for(person: Person, at: datetime) -> "QuerySet[Motion]":
    """What is put to the vote, and this member has not voted on."""
    voted = MotionVote.objects.filter(member=person.pk).values("motion")
    mine = _undecided(person, contests_of(person, at), at).values("pk")
    found = Motion.objects.filter(settled_at=None, proposal__in=mine).exclude(pk__in=voted)
    return found.select_related("proposal__contest__district", "proposal__contest__cycle", "proposal__cycle")


def _undecided(person: Person, contests: list[Contest], at: datetime) -> "QuerySet[Any]":
    """What this member may have a part in, and is not resolved."""
    rows = Proposal.objects.submitted().as_rows(at).filter(contest__in=contests, status=Status.SUBMITTED)
    rows = rows.exclude(author=person.pk).exclude(pk__in=Recusal.objects.filter(member=person.pk).values("proposal"))
    return rows.exclude(pk__in=Resolution.objects.waiting().values("motion__proposal")).order_by("submitted_at")
