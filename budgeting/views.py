"""What anyone may read of the calendar and the money."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from budgeting import clock
from budgeting.forms import SampleForm
from budgeting.models import Contest, Cycle, features


def home(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    cycles = list(Cycle.objects.prefetch_related("phases"))
    present = Cycle.most_pressing(cycles, at)
    others = [(cycle, cycle.stage_name(at)) for cycle in cycles if cycle != present]
    return render(request, "budgeting/home.html", {**_page_of(present, at), "others": others})


def cycle(request: HttpRequest, cycle: str) -> HttpResponse:
    found = get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=cycle)
    return render(request, "budgeting/cycle.html", _page_of(found, clock.now()))


def contest(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    found = get_object_or_404(contests, cycle__slug=cycle, district__slug=district)
    return render(request, "budgeting/contest.html", {**_page_of(found.cycle, clock.now()), "contest": found})


def _page_of(cycle: Cycle | None, at: datetime) -> dict[str, Any]:
    """What every page about a cycle says: its stage, until when, its contests and their money."""
    if cycle is None:
        return {"at": at}
    contests = list(cycle.contests.select_related("district", "cycle"))
    stage = cycle.stage(at)
    return {
        "at": at,
        "cycle": cycle,
        "stage": stage.value,
        "stage_name": cycle.stage_name(at),
        "window": cycle.window(stage),
        "contests": contests,
        "whole_budget": sum(contest.budget for contest in contests),
    }


def how_it_works(request: HttpRequest) -> HttpResponse:
    return render(request, "budgeting/how_it_works.html", {"at": clock.now()})


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "budgeting/accessibility.html")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component on one page, for whoever makes a page; not part of a city's site."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    form = SampleForm(request.GET if "title" in request.GET else None)
    page = _page_of(Cycle.present(clock.now()), clock.now())
    districts = [contest.district for contest in page.get("contests", ())]
    samples = {"features": features(districts), "form": form, "page": Paginator(range(200), 10).page(4)}
    return render(request, "budgeting/styleguide.html", page | samples)
