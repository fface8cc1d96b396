"""The cost of a proposal as a member assesses it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting.people import Request
from committee.addresses import address_of
from committee.costing import assess_cost
from committee.forms.costs import CostForm
from committee.members import why_not_decide, why_not_look
from committee.models.estimate import LONGEST_BASIS
from committee.views.giving_back import given_back
from lib import clock
from lib.refusal import obeying, status_of
from lib.typed import typed
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """What was assessed so far, and a form for what is right. POST keeps it beside the earlier ones."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    form = CostForm(proposal, request.POST if request.method == "POST" else None)
    if sentence := why_not_look(proposal, by=request.user):
        said = [typed(request.POST, name, LONGEST_BASIS) for name in form.fields]
        return given_back(request, proposal, sentence, said)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            assess_cost(proposal, by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _("Your estimate stands with the others."))
            return redirect(address_of(proposal))
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "form": form,
        "assessed": proposal.cost_assessments.select_related("by").reverse(),
        "why_not": why_not_decide(proposal, by=request.user, at=at),
    }
    return render(request, "committee/cost.html", context, status=status_of(form))
