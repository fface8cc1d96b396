"""Keeping a search of proposals, to hear of what is new in it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from budgeting.people import Request
from lib import clock
from lib.refusal import obeying
from proposals.forms.search import SearchForm
from proposals.models import SavedSearch
from proposals.views.browse import cycle_of


@login_required
def save(request: Request, cycle: str) -> HttpResponse:
    """POST keeps the search that stands in the address. Who comes from signing in finds the button again."""
    at, found = clock.now(), cycle_of(cycle)
    if request.method == "POST":
        with obeying(request):
            asked = SearchForm(found, request.GET).to_save
            search = SavedSearch.keep(by=request.user, at=at, cycle=found, **asked)
            messages.success(request, _("From now on you are told of each new proposal that fits: %s") % search.asked)
    return redirect(f"{reverse('proposals', args=[cycle])}?{request.GET.urlencode()}")
