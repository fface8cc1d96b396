"""What waits for a member of a committee, for the desk and for the mail of the day; the longest waiting first."""

from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from budgeting.models import Contest, Cycle
from budgeting.people import Person
from budgeting.stages import Act
from committee.models import Assignment, Motion, MotionVote, Recusal, Resolution
from proposals.models import Proposal, Status


def contests_of(person: Person, at: datetime) -> list[Contest]:
    """Those in which this member may decide now."""
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    return [each for each in contests if person.is_committee_for(each.district) and each.cycle.allows(Act.DECIDE, at)]


def cycles_of(person: Person, at: datetime) -> list[Cycle]:
    """Those in which this person says who prepares what."""
    if person.is_clerk:
        return [cycle for cycle in Cycle.objects.prefetch_related("phases") if cycle.allows(Act.DECIDE, at)]
    return list({each.cycle_id: each.cycle for each in contests_of(person, at)}.values())


def to_decide(person: Person, at: datetime) -> tuple[list[Contest], "QuerySet[Any]"]:
    """The contests in which this member may decide now; and what nobody has put to the vote there.

    What is assigned to others is not among it.
    """
    contests = contests_of(person, at)
    under_way = Motion.objects.filter(settled_at=None).values("proposal")
    assigned = Assignment.objects.standing()
    to_others = assigned.exclude(proposal__in=assigned.filter(member=person.pk).values("proposal")).values("proposal")
    return contests, _undecided(person, contests, at).exclude(pk__in=under_way).exclude(pk__in=to_others)


def motions_for(person: Person, at: datetime) -> "QuerySet[Motion]":
    """What is put to the vote, and this member has not voted on."""
    voted = MotionVote.objects.filter(member=person.pk).values("motion")
    mine = _undecided(person, contests_of(person, at), at).values("pk")
    found = Motion.objects.filter(settled_at=None, proposal__in=mine).exclude(pk__in=voted)
    return found.select_related("proposal__contest__district", "proposal__contest__cycle", "proposal__cycle")


def mine(person: Person) -> "QuerySet[Assignment]":
    """What this member is to prepare, what is due first above; decided on or not."""
    standing = Assignment.objects.standing().filter(member=person.pk)
    return standing.order_by(F("due").asc(nulls_last=True), "proposal__number")


def _undecided(person: Person, contests: list[Contest], at: datetime) -> "QuerySet[Any]":
    """What this member may have a part in, and is not resolved; `due`: until when they are to have prepared it."""
    rows = Proposal.objects.submitted().as_rows(at).filter(contest__in=contests, status=Status.SUBMITTED)
    rows = rows.exclude(author=person.pk).exclude(pk__in=Recusal.objects.filter(member=person.pk).values("proposal"))
    rows = rows.exclude(pk__in=Resolution.objects.waiting().values("motion__proposal"))
    due = Assignment.objects.standing().filter(proposal=OuterRef("pk"), member=person.pk).values("due")
    return rows.annotate(due=Subquery(due[:1])).order_by(F("due").asc(nulls_last=True), "submitted_at")
