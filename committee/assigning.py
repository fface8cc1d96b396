"""Who prepares what: assigned by hand or by load, many at once, handed on and given back, each with a reason."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.models import District
from budgeting.people import Person
from committee.interests import require_none
from committee.members import entitled_each
from committee.models import Assignment, Recusal
from lib.one_line import says_something
from lib.refusal import allow, require
from proposals.models import Proposal


def why_not_assign(district: District, *, by: Person) -> str:
    """Why this person does not say who prepares what there, in a sentence; empty if they do."""
    if by.is_clerk or by.is_committee_for(district):
        return ""
    return _("A clerk or a member of the committee says who prepares what.")


@transaction.atomic
def assign(proposals: Iterable[Proposal], member: Any, *, by: Person, at: datetime, due: datetime | None) -> int:
    """Give these to one member. Who has one already keeps it. How many are new. Raises Refused, and assigns none."""
    chosen = list(proposals)
    require_none(chosen, by)
    _has_a_part(member, chosen)
    return sum(_give(each, member, by=by, at=at, due=due, reason="") for each in chosen)


@transaction.atomic
def balance(proposals: Iterable[Proposal], *, by: Person, at: datetime, due: datetime | None) -> int:
    """Give each that is nobody's to whoever of its committee has the least to do, and say so. How many are new."""
    taken = Assignment.objects.standing().values("proposal")
    chosen = list(Proposal.objects.filter(pk__in=[each.pk for each in proposals]).exclude(pk__in=taken))
    chosen.sort(key=lambda each: each.number or 0)
    require_none(chosen, by)
    able, load = entitled_each(chosen), _load()
    new = 0
    for proposal in chosen:
        members = sorted(able[proposal.pk].values(), key=lambda one: (load[one.pk], one.name, one.pk))
        if members:
            least = members[0]
            reason = _("The least to do: %d") % load[least.pk]
            new += _give(proposal, least, by=by, at=at, due=due, reason=reason)
            load[least.pk] += 1
    return new


def why_not_end(assignment: Assignment, *, by: Person) -> str:
    """Why this person neither hands it on nor ends it, in a sentence; empty if they may."""
    if assignment.member_id == by.pk:
        return ""
    return why_not_assign(assignment.proposal.contest.district, by=by)


@transaction.atomic
def accept(assignments: Iterable[Assignment], *, by: Person, at: datetime) -> int:
    """A member says that they do it, so that the others see it. How many are new. Raises Refused, and accepts none."""
    chosen = list(assignments)
    require(all(each.member_id == by.pk for each in chosen), _("Only whoever has it accepts it."))
    _has_a_part(by, [each.proposal for each in chosen])
    new = 0
    for each in chosen:
        if Assignment.objects.standing().filter(pk=each.pk, accepted_at=None).update(accepted_at=at):
            by.record(Done.ASSIGNMENT_ACCEPTED, on=each.proposal)
            new += 1
    return new


@transaction.atomic
def hand_on(assignments: Iterable[Assignment], to: Any | None, *, by: Person, at: datetime, reason: str) -> None:
    """Another has it from now on, with a reason and the same date; or nobody (`to` None), and it ends as `end` says.

    All of it or none. Raises Refused.
    """
    chosen = list(assignments)
    if to is None:
        end(chosen, by=by, at=at, reason=reason)
        return
    proposals = [each.proposal for each in chosen]
    _has_a_part(to, proposals)
    if not by.is_clerk:
        _has_a_part(by, proposals)
    end(chosen, by=by, at=at, reason=reason)
    for each in chosen:
        _give(each.proposal, to, by=by, at=at, due=each.due, reason=reason.strip())


@transaction.atomic
def end(assignments: Iterable[Assignment], *, by: Person, at: datetime, reason: str) -> None:
    """It is theirs no longer: given back, or taken away; all of it or none. Raises Refused, also without a reason.

    The log has no word of the reason, which may tell of a decision that auditors do not read yet: its row keeps it.
    """
    require(says_something(reason), _("Say in a few words why."))
    chosen = list(assignments)
    for each in chosen:
        allow(why_not_end(each, by=by))
    require_none([each.proposal for each in chosen], by)
    for each in chosen:
        said = {"ended_at": at, "ended_reason": reason.strip(), "ended_by": by.pk}
        ended = Assignment.objects.standing().filter(pk=each.pk).update(**said)
        number = {"number": each.proposal.number, "name": each.member}
        require(ended == 1, _("Number %(number)s is no longer %(name)s’s to prepare.") % number)
        by.record(Done.ASSIGNMENT_ENDED, on=each.proposal, member=each.member_id)


def _has_a_part(member: Any, proposals: Iterable[Proposal]) -> None:
    """In each of these. Raises Refused, with the numbers of the others."""
    chosen = list(proposals)
    able = entitled_each(chosen)
    numbers = ", ".join(str(each.number) for each in chosen if member.pk not in able[each.pk])
    require(not numbers, _("%(name)s takes no part in these: %(numbers)s.") % {"name": member, "numbers": numbers})


def end_for_who_is_recused(recusal: Recusal, *, at: datetime) -> None:
    """In the transaction of the recusal."""
    theirs = Assignment.objects.standing().filter(proposal=recusal.proposal_id, member=recusal.member_id)
    theirs.update(ended_at=at, ended_reason=_("Takes no part in it."))


def _give(proposal: Proposal, member: Any, *, by: Person, at: datetime, due: datetime | None, reason: str) -> bool:
    given = {"by_id": by.pk, "at": at, "due": due, "reason": reason}
    _row, is_new = Assignment.objects.get_or_create(
        proposal=proposal, member_id=member.pk, ended_at=None, defaults=given
    )
    if is_new:
        by.record(Done.ASSIGNED, on=proposal, member=member.pk, due=due.isoformat() if due else None)
    return is_new


def _load() -> Counter[int]:
    """How much each has to prepare by now."""
    counted = Assignment.objects.standing().values_list("member").annotate(n=Count("pk"))
    return Counter(dict(counted.order_by()))
