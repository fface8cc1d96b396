"""What waits for a member of a committee, for the desk and for the mail of the day; the longest waiting first."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from budgeting.models import Contest, Cycle, District
from budgeting.people import Person
from budgeting.stages import Stage
from committee.challenging import to_settle
from committee.deadlines import contests_under_review, under_review
from committee.interests import of_interest_to
from committee.members import steps_in_for
from committee.models import Assignment, Challenge, Correction, Message, Motion, MotionVote, Resolution
from committee.steps import why_not_put_to_the_vote
from proposals.models import Proposal, Status
from proposals.models.queries import Proposals


def contests_of(person: Person, at: datetime) -> list[Contest]:
    """Those in which this member may decide now."""
    return [each for each in contests_under_review(at) if person.is_committee_for(each.district)]


def cycles_of(person: Person, at: datetime) -> list[Cycle]:
    """Those in which this person says who prepares what."""
    if person.is_clerk:
        return under_review(at)
    return list({each.cycle_id: each.cycle for each in contests_of(person, at)}.values())


def to_decide(person: Person, at: datetime) -> tuple[list[Contest], "QuerySet[Any]"]:
    """The contests in which this member may decide now; and what nobody has put to the vote there.

    What is assigned to others is not among it, nor what was corrected, which stands above.
    """
    contests, rows = undecided(person, at)
    under_way = Motion.objects.filter(settled_at=None).values("proposal")
    too_early = why_not_put_to_the_vote({each.cycle for each in contests}, at)
    rows = rows.exclude(contest__cycle__in=too_early).exclude(pk__in=under_way)
    rows = rows.exclude(pk__in=Correction.objects.to_look_at(at).values("decision__proposal"))
    return contests, rows.exclude(pk__in=to_others(person))


def motions_for(person: Person, at: datetime) -> "QuerySet[Motion]":
    """What is put to the vote, and this member has not voted on."""
    voted = MotionVote.objects.filter(member=person.pk).values("motion")
    _mine, rows = undecided(person, at)
    found = Motion.objects.filter(settled_at=None, proposal__in=rows.values("pk")).exclude(pk__in=voted)
    return found.select_related("proposal__contest__district", "proposal__contest__cycle", "proposal__cycle")


def to_others(person: Person) -> "QuerySet[Any]":
    """The proposals that are assigned, and not to this member."""
    assigned = Assignment.objects.standing()
    return assigned.exclude(proposal__in=assigned.filter(member=person.pk).values("proposal")).values("proposal")


def corrections_for(person: Person, at: datetime) -> "QuerySet[Correction]":
    """Those this member may look at again: answered, or not by the day that was named."""
    _contests, rows = _before(person, at)
    found = Correction.objects.to_look_at(at).filter(decision__proposal__in=rows.filter(withdrawal=None).values("pk"))
    related = ("contest__district", "contest__cycle", "cycle")
    return found.select_related("decision", *(f"decision__proposal__{name}" for name in related))


def answers_for(person: Person, at: datetime) -> "QuerySet[Message]":
    """What authors wrote and nobody of the committee has read: the first of each proposal, the longest waiting first.

    For its members; for a clerk where a message of theirs stands before it.
    """
    _contests, rows = _before(person, at)
    may_read = Q(proposal__in=rows.values("pk"))
    if person.is_clerk:
        wrote = Message.objects.filter(by=person.pk, is_authors=False).exclude(proposal__in=of_interest_to(person))
        may_read |= Q(proposal__in=wrote.values("proposal"))
    earlier = Message.objects.to_read().filter(proposal=OuterRef("proposal"), pk__lt=OuterRef("pk"))
    found = Message.objects.to_read().filter(may_read).exclude(Exists(earlier))
    return found.select_related("proposal__contest__district", "proposal__contest__cycle", "proposal__cycle")


def given_back_to(person: Person, at: datetime) -> "QuerySet[Assignment]":
    """What this person gave to a member who gave it back, and nobody has by now; the longest waiting first."""
    if not person.holds_a_role:
        return Assignment.objects.none()
    submitted = Proposal.objects.submitted().with_status(at).filter(status=Status.SUBMITTED)
    undecided_yet = submitted.filter(contest__in=contests_under_review(at)).exclude(pk__in=of_interest_to(person))
    _contests, theirs = _before(person, at)  # who does not read what is resolved must not tell it from this list
    known = Resolution.objects.waiting().filter(motion__proposal__in=theirs.order_by().values("pk"))
    undecided_yet = undecided_yet.exclude(pk__in=known.values("motion__proposal"))
    later = Assignment.objects.filter(proposal=OuterRef("proposal"))
    later = later.filter(Q(pk__gt=OuterRef("pk")) | Q(ended_at=None) | Q(ended_at__gt=OuterRef("ended_at")))
    found = Assignment.objects.filter(by=person.pk, ended_by=F("member"), proposal__in=undecided_yet.values("pk"))
    related = ("member", "proposal__contest__district", "proposal__contest__cycle", "proposal__cycle")
    return found.exclude(Exists(later)).select_related(*related).order_by("ended_at", "pk")


def mine(person: Person) -> "QuerySet[Assignment]":
    """What this member is to prepare, what is due first above; decided on or not. Nothing once their role is over."""
    here = [each for each in District.objects.all() if person.is_committee_for(each)]
    theirs = Q(proposal__contest__district__in=here) | Q(proposal__in=steps_in_for(person))
    standing = Assignment.objects.standing().filter(theirs, member=person.pk)
    return standing.order_by(F("due").asc(nulls_last=True), "proposal__number")


def challenges_for(person: Person, at: datetime) -> list[Challenge]:
    """What is said of a member's interest, and waits for this person to settle it; the longest waiting first."""
    if not person.holds_a_role:
        return []
    of_now = {contest.pk for contest in contests_under_review(at)}
    waiting = Challenge.objects.filter(settled_at=None, proposal__contest__in=of_now).select_related(
        "member", "proposal__contest__district", "proposal__contest__cycle", "proposal__cycle"
    )
    return to_settle(waiting, person)


def cycles_to_set_up(person: Person, at: datetime) -> list[Cycle]:
    """Those whose review is not over, for a clerk to set up their committee."""
    if not person.is_clerk:
        return []
    cycles = Cycle.objects.prefetch_related("phases")
    return [each for each in cycles if each.stage(at) in (Stage.PREPARING, Stage.PROPOSING, Stage.REVIEWING)]


def undecided(person: Person, at: datetime) -> tuple[list[Contest], "QuerySet[Any]"]:
    """The contests where that is, and what this member may have a part in, and is not resolved.

    `due`: until when they are to have prepared it.
    """
    contests, rows = _before(person, at)
    rows = rows.as_rows(at).filter(status=Status.SUBMITTED)
    rows = rows.exclude(pk__in=Resolution.objects.waiting().values("motion__proposal"))
    due = Assignment.objects.standing().filter(proposal=OuterRef("pk"), member=person.pk).values("due")
    return contests, rows.annotate(due=Subquery(due[:1])).order_by(F("due").asc(nulls_last=True), "submitted_at")


def _before(person: Person, at: datetime) -> tuple[list[Contest], Proposals]:
    """The contests in which this member may decide now, or stands in for somebody; and all in which they take part."""
    called = steps_in_for(person)
    elsewhere = set(Proposal.objects.filter(pk__in=called).order_by().values_list("contest", flat=True).distinct())
    own = contests_of(person, at)
    more = [each for each in contests_under_review(at) if each.pk in elsewhere] if elsewhere else []
    rows = Proposal.objects.submitted().filter(Q(contest__in=own) | Q(pk__in=called, contest__in=more))
    rows = rows.exclude(pk__in=of_interest_to(person))
    return [*own, *(each for each in more if each not in own)], rows
