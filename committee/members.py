"""Who decides on a proposal: the members for its district, without its author and whoever is recused.

Where too few are left, others have stepped in (standing_in.py), and decide like members.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from budgeting import registry
from budgeting.models import Cycle, District
from budgeting.people import Person, RoleName, holders_of
from budgeting.stages import Act
from committee.models import Committee, Office, Recusal, Referral, StepIn
from proposals.models import Proposal


def entitled(proposal: Proposal) -> "models.QuerySet[Any]":
    """The members who may vote on it now: a role that has ended gives no vote, and takes back the one there was."""
    recused = Recusal.objects.filter(proposal=proposal).values("member")
    return _called(proposal).exclude(pk__in=recused).exclude(pk=proposal.author_id)


def quorum_of(proposal: Proposal, number: int | None, may: int) -> int:
    """How many have to vote where so many may: the number that is set, else more than half of them.

    One alone is none, unless the committee has no more members.
    """
    half = may // 2 + 1
    if number or half > 1:
        return number or half
    return min(2, max(1, holders_of(RoleName.COMMITTEE, proposal.contest.district).count()))


def people_of(step: str, cycle: Cycle, district: District) -> "models.QuerySet[Any]":
    """Who steps in with a step, as they hold their roles now."""
    if step == StepIn.COUNCIL:
        return holders_of(RoleName.COUNCIL, district)
    members = holders_of(RoleName.COMMITTEE)
    if step == StepIn.DEPUTIES:
        own = Committee.of(cycle, district)
        others = Office.objects.filter(committee__cycle=cycle, rank__gt=0).exclude(committee=own.pk)
        return members.filter(pk__in=others.values("member"))
    return members


def presiding(proposal: Proposal, besides: Iterable[int] = ()) -> Any | None:
    """Who chairs on this proposal: the chair, else the first deputy who has a part in it and is not one of these."""
    committee = Committee.of(proposal.cycle, proposal.contest.district)
    if committee.pk is None:
        return None
    may = {each.pk: each for each in entitled(proposal)}
    ranked = committee.offices.order_by("rank").values_list("member", flat=True)
    return next((may[key] for key in ranked if key in may and key not in set(besides)), None)


def why_not_look(proposal: Proposal, *, by: Person) -> str:
    """Why this person sees nothing of its review, in a sentence; empty if they do."""
    if not by.is_committee_for(proposal.contest.district) and not _has_stepped_in(proposal, by):
        return _("Only the district's committee decides.")
    if proposal.is_by(by):
        return _("Nobody decides on a proposal of their own.")
    if Recusal.objects.filter(proposal=proposal, member=by.pk).exists():
        return _("You take no part in this proposal: you have an interest in it.")
    return ""


def why_not_decide(proposal: Proposal, *, by: Person, at: datetime) -> str:
    """Why this member can put nothing to the vote and not vote on it now, in a sentence; empty if they can."""
    if sentence := why_not_look(proposal, by=by):
        return sentence
    if not proposal.is_open_for(Act.DECIDE, at):
        return _("This proposal is not open for a decision.")
    return registry.why_not(registry.Deed.CHANGE_PROPOSAL, proposal)


def steps_in_for(person: Person) -> list[int]:
    """The keys of the proposals on which this person decides because others were too few."""
    if not person.holds_a_role:
        return []
    found, known = [], dict[tuple[str, int, int], bool]()
    for referral in Referral.objects.select_related("proposal__contest__district", "proposal__cycle"):
        contest, cycle = referral.proposal.contest, referral.proposal.cycle
        place = referral.step, cycle.pk, contest.district_id
        if place not in known:
            known[place] = people_of(referral.step, cycle, contest.district).filter(pk=person.pk).exists()
        if known[place]:
            found.append(referral.proposal_id)
    return found


def _called(proposal: Proposal) -> "models.QuerySet[Any]":
    """The members, and who has stepped in."""
    district = proposal.contest.district
    members = holders_of(RoleName.COMMITTEE, district)
    steps = Referral.objects.filter(proposal=proposal).values_list("step", flat=True)
    called = [people_of(step, proposal.cycle, district) for step in steps]
    if not called:
        return members
    anybody = models.Q(pk__in=members.values("pk"))
    for people in called:
        anybody |= models.Q(pk__in=people.values("pk"))
    everybody: models.QuerySet[Any] = members.model._default_manager.filter(anybody).order_by("name", "pk")
    return everybody


def _has_stepped_in(proposal: Proposal, person: Person) -> bool:
    return person.holds_a_role and _called(proposal).filter(pk=person.pk).exists()
