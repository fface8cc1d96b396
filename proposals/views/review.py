"""What the committee decides, and what the city reports of the building."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting import clock
from proposals.forms import DecisionForm, MilestoneForm, obeyed
from proposals.models import Proposal
from proposals.views.browse import find


@login_required
def decide(request: HttpRequest, cycle: str, district: str, number: int) -> HttpResponse:
    """A committee member decides, with a reason everybody can read."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if not request.user.is_committee_for(proposal.contest.district):  # type: ignore[union-attr]
        raise PermissionDenied
    form = DecisionForm(proposal, request.POST or None)
    if form.is_valid() and obeyed(form, proposal.decide, request.user, at, **form.cleaned_data):
        messages.success(request, _("The decision is published."))
        return redirect(proposal)
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "form": form,
        "decisions": proposal.decisions.select_related("by"),
        "similar": Proposal.objects.similar_to(proposal).select_related("contest__district", "contest__cycle")[:5],
        "open": proposal.may_decide(request.user, at),
    }
    return render(request, "proposals/decide.html", context)


@login_required
def report_delivery(request: HttpRequest, cycle: str, district: str, number: int) -> HttpResponse:
    """A clerk says how the building of a funded proposal is going."""
    if not request.user.is_clerk:  # type: ignore[union-attr]
        raise PermissionDenied
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    form = MilestoneForm(proposal, request.POST or None, initial={"on": at.date()})
    if form.is_valid() and obeyed(form, proposal.report_delivery, request.user, at, **form.cleaned_data):
        return redirect(proposal)
    return render(request, "proposals/milestone.html", {"proposal": proposal, "cycle": proposal.cycle, "form": form})
