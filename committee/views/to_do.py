"""All of a list whose first rows stand on the desk."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render

from budgeting.people import Request
from committee.at_the_desk import Desk
from committee.to_do import lists
from lib import clock


@login_required
def page(request: Request, list: str) -> HttpResponse:
    """The longest waiting first, with a search. Raises Http404, also for a step that is not on now."""
    desk = Desk(request.user, clock.now())
    found = next((each for each in lists(desk) if each.name == list), None)
    if found is None:
        raise Http404
    asked = request.GET.get("q", "")
    context = {"list": found, "page": found.found(asked, request.GET.get("page")), "asked": asked}
    return render(request, "committee/to_do.html", context)
