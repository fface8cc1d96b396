"""Who sits on the committees of a cycle, for everybody to read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Value
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from budgeting.models import Cycle, District
from budgeting.people import Request, RoleName, holders_of
from committee.models import Committee, Office, Recusal, Referral, Seat, StepIn
from lib import clock
from proposals.models import Proposal


@dataclass(frozen=True, slots=True)
class Sitting:
    """The committee of one district, as everybody may see it."""

    district: District
    committee: Committee
    members: list[Any]
    offices: list[Office]
    seats: list[Seat]

    @property
    def steps_in(self) -> list[str]:
        return [str(StepIn(step).label) for step in self.committee.order]


@require_safe
def page(request: Request, cycle: str) -> HttpResponse:
    """Who decides for each district and for whom they sit there; and, once decisions are public, who took no part."""
    at = clock.now()
    found = get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=cycle)
    districts = District.objects.filter(contests__cycle=found).distinct().order_by("name")
    public_at = found.decisions_open
    is_public = public_at is None or public_at <= at
    of_it = {"proposal__cycle": found, "proposal__in": Proposal.objects.in_view(at)}
    order = ("proposal__number", "pk")
    rows = ("proposal__contest__district", "proposal__contest__cycle")
    context = {
        "cycle": found,
        "sittings": _sittings(found, list(districts), at),
        "public_at": public_at,
        "is_public": is_public,
        "recusals": Recusal.objects.filter(**of_it).select_related("member", *rows).order_by(*order)
        if is_public
        else [],
        "referrals": Referral.objects.filter(**of_it).select_related(*rows).order_by(*order) if is_public else [],
    }
    return render(request, "committee/committee.html", context)


def _sittings(cycle: Cycle, districts: list[District], at: datetime) -> list[Sitting]:
    """A handful of statements, however many districts there are."""
    members = _members(districts)
    committees = {each.district_id: each for each in cycle.committees.all()}
    offices = list(Office.objects.filter(committee__cycle=cycle).select_related("member"))
    seats = list(Seat.objects.filter(committee__cycle=cycle).of_now(timezone.localdate(at)).select_related("holder"))
    found = []
    for district in districts:
        committee = committees.get(district.pk) or committees.get(None) or Committee(cycle=cycle, district=district)
        here = [each for each in members if each.sits_for == district.pk]
        keys = {each.pk for each in here}
        found.append(
            Sitting(
                district,
                committee,
                here,
                [each for each in offices if each.committee_id == committee.pk and each.member_id in keys],
                [each for each in seats if each.committee_id == committee.pk],
            )
        )
    return found


def _members(districts: list[District]) -> list[Any]:
    """The members for each of these, by name; whoever is one for several comes several times."""
    for_each = [
        holders_of(RoleName.COMMITTEE, district).order_by().annotate(sits_for=Value(district.pk))
        for district in districts
    ]
    if not for_each:
        return []
    return sorted(for_each[0].union(*for_each[1:], all=True), key=lambda member: (member.name, member.pk))
