"""What is withheld from view, and what the city reports of the building."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from budgeting import two
from budgeting.guards import clerks_touch
from budgeting.people import Request
from lib import clock
from lib.refusal import obeying, status_of
from proposals.forms.staff import MilestoneForm, WithholdingForm
from proposals.views.browse import find
from proposals.withholding import choices


@clerks_touch
def withhold(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """A clerk proposes to withhold a text or a photo from view, or to show it again; another person confirms it."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    possible = choices(proposal)
    form = WithholdingForm(possible, request.POST or None)
    if form.is_valid():
        kind, about, _words = possible[form.cleaned_data["what"]]
        with obeying(form):
            act = two.sketch(kind, on=about, cycle=proposal.cycle, reason=form.cleaned_data["reason"])
            return redirect(two.propose(act, by=request.user, at=at))
    context = {"proposal": proposal, "cycle": proposal.cycle, "form": form}
    return render(request, "proposals/withhold.html", context, status=status_of(form))


@clerks_touch
def report_delivery(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """A clerk says how the building of a funded proposal is going."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    form = MilestoneForm(proposal, request.POST or None, initial={"on": at.date()})
    if form.is_valid():
        with obeying(form):
            proposal.report_delivery(by=request.user, at=at, **form.cleaned_data)
            return redirect(proposal)
    context = {"proposal": proposal, "cycle": proposal.cycle, "form": form}
    return render(request, "proposals/milestone.html", context, status=status_of(form))
