"""The work of the committees in figures: for members and clerks, and for everybody what is public of it."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from budgeting.models import Cycle
from budgeting.people import Request
from committee import statistics
from committee.looking import districts_of
from committee.statistics import Statistics
from lib import clock
from lib.spreadsheets import csv_response
from proposals.views.browse import cycle_of


@require_safe
@login_required
def page(request: Request, cycle: str) -> HttpResponse:
    """For the committee and clerks; nobody else has the address."""
    found = cycle_of(cycle)
    return _shown(request, found, _for_staff(request, found), is_internal=True)


@require_safe
@login_required
def table(request: Request, cycle: str) -> HttpResponseBase:
    """The same for a spreadsheet."""
    return _table(cycle, _for_staff(request, cycle_of(cycle)))


@require_safe
def public(request: Request, cycle: str) -> HttpResponse:
    """Of what is decided in public."""
    found = cycle_of(cycle)
    return _shown(request, found, statistics.for_everybody(found, clock.now()), is_internal=False)


@require_safe
def public_table(request: Request, cycle: str) -> HttpResponseBase:
    """The same for a spreadsheet."""
    return _table(cycle, statistics.for_everybody(cycle_of(cycle), clock.now()))


def _for_staff(request: Request, cycle: Cycle) -> Statistics:
    """Raises PermissionDenied for whoever is neither a clerk nor on a committee."""
    if not request.user.is_clerk and not districts_of(request.user, cycle):
        raise PermissionDenied
    return statistics.for_staff(request.user, cycle, clock.now())


def _shown(request: Request, cycle: Cycle, told: Statistics, *, is_internal: bool) -> HttpResponse:
    context = {"cycle": cycle, "told": told, "is_internal": is_internal, "public_at": cycle.decisions_open}
    return render(request, "committee/statistics.html", {**context, "at": clock.now()})


def _table(cycle: str, told: Statistics) -> HttpResponseBase:
    return csv_response(f"statistics-{cycle}.csv", statistics.header(), told.as_rows())
