"""Who decides on a proposal: the members for its district, without its author and whoever is recused.

Where too few are left, others have stepped in (standing_in.py), and decide like members.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from budgeting import registry
from budgeting.models import Cycle, District
from budgeting.people import Person, RoleName, holders_of
from committee.deadlines import why_not_open
from committee.interests import why_concerned
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
    wanted = number or may // 2 + 1
    if wanted > 1:
        return wanted
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
    [ranked] = leading([proposal]).values()
    may = {each.pk: each for each in entitled(proposal)} if ranked else {}
    return first_of(ranked, may, besides)


def leading(proposals: Iterable[Proposal]) -> dict[int, list[int]]:
    """By proposal the keys of the chair and the deputies of its committee, in their order; in two statements."""
    chosen = list(proposals)
    cycles = {each.cycle_id for each in chosen}
    committees = Committee.objects.filter(cycle__in=cycles).prefetch_related("offices")
    known = {
        (each.cycle_id, each.district_id): [office.member_id for office in each.offices.all()] for each in committees
    }
    return {
        each.pk: known.get((each.cycle_id, each.contest.district_id), known.get((each.cycle_id, None), []))
        for each in chosen
    }


def first_of(ranked: Iterable[int], may: Mapping[int, Any], besides: Iterable[int] = ()) -> Any | None:
    """The first in this order who has a part in it, and is not one of `besides`."""
    return next((may[key] for key in ranked if key in may and key not in set(besides)), None)


def why_not_look(proposal: Proposal, *, by: Person) -> str:
    """Why this person sees nothing of its review, in a sentence; empty if they do."""
    if not by.is_committee_for(proposal.contest.district) and not _has_stepped_in(proposal, by):
        return _("Only the district's committee decides.")
    return why_concerned(proposal, by)


def why_not_help(proposal: Proposal, *, by: Person) -> str:
    """Why this person does nothing for its review, be it as a clerk or as a member, in a sentence; empty if they do.

    A clerk helps without seeing what the committee has; not with their own, nor where they have an interest.
    """
    return why_concerned(proposal, by) if by.is_clerk else why_not_look(proposal, by=by)


def why_not_decide(proposal: Proposal, *, by: Person, at: datetime) -> str:
    """Why this member can put nothing to the vote and not vote on it now, in a sentence; empty if they can."""
    if sentence := why_not_look(proposal, by=by) or why_not_open(proposal, at):
        return sentence
    return registry.why_not(registry.Deed.CHANGE_PROPOSAL, proposal)


def steps_in_for(person: Person) -> "models.QuerySet[Any]":
    """The keys of the proposals on which this person decides because others were too few: part of another query.

    The same as `people_of` of each referral, for one person, and in two statements at most before it.
    """
    if not person.holds_a_role:
        return Referral.objects.none().values("proposal")
    is_member = models.Exists(holders_of(RoleName.COMMITTEE).filter(pk=person.pk))
    elsewhere = Office.objects.filter(committee__cycle=models.OuterRef("proposal__cycle"), rank__gt=0)
    is_deputy = models.Exists(elsewhere.filter(member=person.pk).exclude(committee=models.OuterRef("own")))
    called = models.Q(step=StepIn.ALL) & is_member | models.Q(step=StepIn.DEPUTIES) & is_member & is_deputy
    if person.is_council:
        called |= models.Q(step=StepIn.COUNCIL, proposal__contest__district__in=_councils_of(person))
    return Referral.objects.annotate(own=_own_committee()).filter(called).values("proposal")


def _own_committee() -> Coalesce:
    """Of a referral: the key of the committee that was left with too few; 0 where none is set up."""
    district = models.Q(district=models.OuterRef("proposal__contest__district")) | models.Q(district=None)
    here = Committee.objects.filter(district, cycle=models.OuterRef("proposal__cycle"))
    own = here.order_by(models.F("district").asc(nulls_last=True)).values("pk")[:1]
    return Coalesce(models.Subquery(own), 0, output_field=models.BigIntegerField())


def _councils_of(person: Person) -> list[int]:
    """The districts, of those where a council has stepped in, whose council this person is on."""
    districts = District.objects.filter(contests__proposals__referrals__step=StepIn.COUNCIL).distinct()
    seats = [
        holders_of(RoleName.COUNCIL, each).order_by().filter(pk=person.pk).values_list(models.Value(each.pk))
        for each in districts
    ]
    return [key for (key,) in seats[0].union(*seats[1:])] if seats else []


def entitled_each(proposals: Iterable[Proposal]) -> dict[int, dict[int, Any]]:
    """As `entitled` says of one: by proposal who may vote on it, by key. Some statements for each district."""
    chosen = list(proposals)
    called, out = defaultdict[int, set[str]](set), defaultdict[int, set[int]](set)
    for proposal, step in Referral.objects.filter(proposal__in=chosen).values_list("proposal", "step"):
        called[proposal].add(step)
    for proposal, member in Recusal.objects.filter(proposal__in=chosen).values_list("proposal", "member"):
        out[proposal].add(member)
    known: dict[tuple[str, int, int], list[Any]] = {}
    found: dict[int, dict[int, Any]] = {}
    for each in chosen:
        cycle, district = each.contest.cycle, each.contest.district
        people: dict[int, Any] = {}
        for step in ("", *sorted(called[each.pk])):
            place = step, cycle.pk, district.pk
            if place not in known:
                known[place] = list(people_of(step, cycle, district) if step else _members(district))
            people |= {one.pk: one for one in known[place]}
        found[each.pk] = {key: one for key, one in people.items() if key != each.author_id and key not in out[each.pk]}
    return found


def _members(district: District) -> "models.QuerySet[Any]":
    return holders_of(RoleName.COMMITTEE, district)


def _called(proposal: Proposal) -> "models.QuerySet[Any]":
    """The members, and who has stepped in."""
    district = proposal.contest.district
    members = _members(district)
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
