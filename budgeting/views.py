"""What anyone may read of the calendar and the money."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from budgeting import clock
from budgeting.models import Contest, Cycle


def home(request: HttpRequest) -> HttpResponse:
    cycles = Cycle.objects.prefetch_related("phases", "contests__district")
    return render(request, "budgeting/home.html", {"cycles": cycles, "at": clock.now()})


def cycle(request: HttpRequest, cycle: str) -> HttpResponse:
    found = get_object_or_404(Cycle.objects.prefetch_related("phases", "contests__district"), slug=cycle)
    return render(request, "budgeting/cycle.html", {"cycle": found, "at": clock.now()})


def contest(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    found = get_object_or_404(contests, cycle__slug=cycle, district__slug=district)
    return render(request, "budgeting/contest.html", {"contest": found, "cycle": found.cycle, "at": clock.now()})
