"""The shortlist of a round: what is on the ballot, what is not, and on what ground."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from budgeting.people import Request
from committee.shortlist import parts_of
from lib import clock
from proposals.views.browse import cycle_of


@require_safe
def page(request: Request, cycle: str) -> HttpResponse:
    """Before anything is decided in public, when it will be."""
    at, found = clock.now(), cycle_of(cycle)
    context = {"cycle": found, "parts": parts_of(found, at), "public_at": found.decisions_open, "at": at}
    return render(request, "committee/shortlist.html", context)
