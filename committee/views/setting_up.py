"""The desk page on which a clerk sets up a committee."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting.guards import clerks_only, clerks_touch
from budgeting.models import Cycle, District
from budgeting.people import Request, RoleName, holders_of
from budgeting.registry import Page, name_of
from committee import setting_up
from committee.forms.set_up import CommitteeForm, SeatForm
from committee.models import Committee, Motion, Seat
from lib.refusal import obeying, status_of


@clerks_only
def page(request: Request, cycle: str, district: str | None = None) -> HttpResponse:
    """The committee of all districts that have none of their own, or a district's: how it decides, and its seats."""
    committee = _find(cycle, district)
    form = CommitteeForm(committee, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            setting_up.set_up(committee.cycle, committee.district, by=request.user, **form.set_up)
            messages.success(request, _("Saved. It counts for whatever is put to the vote from now on."))
            return redirect(request.path)
    return _shown(request, committee, form=form)


@require_POST
@clerks_touch
def give_seat(request: Request, cycle: str, district: str | None = None) -> HttpResponse:
    committee = _find(cycle, district)
    form = SeatForm(committee, request.POST)
    if form.is_valid():
        with obeying(form):
            setting_up.give_seat(committee, by=request.user, **form.cleaned_data)
            messages.success(request, _("The seat is there, and everybody can see it."))
            return _back_to(committee)
    return _shown(request, committee, seat_form=form)


@clerks_only
def correct_seat(request: Request, number: int) -> HttpResponse:
    """What is said of a seat, put right; who sits there is not replaced."""
    seat = _seat(number)
    if seat is None:
        return redirect(name_of(Page.DESK))
    form = SeatForm(seat.committee, request.POST or None, seat=seat)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            setting_up.correct_seat(seat, by=request.user, **form.cleaned_data)
            messages.success(request, _("Corrected. Everybody can see it."))
            return _back_to(seat.committee)
    context = {"cycle": seat.committee.cycle, "committee": seat.committee, "seat": seat, "form": form}
    return render(request, "committee/correct_seat.html", context, status=status_of(form))


@require_POST
@clerks_touch
def end_seat(request: Request, number: int) -> HttpResponse:
    seat = _seat(number)
    if seat is None:
        return redirect(name_of(Page.DESK))
    setting_up.end_seat(seat, by=request.user)
    messages.success(request, _("The seat has ended."))
    return _back_to(seat.committee)


def _seat(number: int) -> Seat | None:
    """None where it was sent twice, or somebody else was faster."""
    return Seat.objects.select_related("committee__cycle", "committee__district", "holder").filter(pk=number).first()


def _find(cycle: str, district: str | None) -> Committee:
    found = get_object_or_404(Cycle, slug=cycle)
    districts = District.objects.filter(contests__cycle=found).distinct()
    return setting_up.found(found, get_object_or_404(districts, slug=district) if district else None)


def _back_to(committee: Committee) -> HttpResponse:
    if committee.district:
        return redirect("committee_of_district", committee.cycle.slug, committee.district.slug)
    return redirect("committee_set_up", committee.cycle.slug)


def _shown(
    request: Request, committee: Committee, form: CommitteeForm | None = None, seat_form: SeatForm | None = None
) -> HttpResponse:
    cycle, district = committee.cycle, committee.district
    under_way = Motion.objects.filter(settled_at=None, proposal__cycle=cycle)
    if district:
        under_way = under_way.filter(proposal__contest__district=district)
    context = {
        "cycle": cycle,
        "committee": committee,
        "districts": District.objects.filter(contests__cycle=cycle).distinct().order_by("name"),
        "with_their_own": set(cycle.committees.exclude(district=None).values_list("district", flat=True)),
        "members": holders_of(RoleName.COMMITTEE, district),
        "seats": committee.seats.select_related("holder") if committee.pk else [],
        "under_way": under_way.count(),
        "form": form or CommitteeForm(committee),
        "seat_form": seat_form or SeatForm(committee),
    }
    return render(request, "committee/set_up.html", context, status=status_of(form, seat_form))
