"""A clerk sets the dates of a review's steps."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting.guards import clerks_only
from budgeting.people import Request
from budgeting.stages import Stage
from committee.forms.steps import StepsForm
from committee.models import Step
from committee.steps import faults, set_steps
from lib.forms import CITY_CLOCKS
from lib.refusal import obeying, status_of
from proposals.views.browse import cycle_of


@clerks_only
def page(request: Request, cycle: str) -> HttpResponse:
    """The steps there are; POST sets them anew, all at once."""
    found = cycle_of(cycle)
    form = StepsForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            set_steps(found, form.steps, by_two=form.cleaned_data["by_two"], by=request.user)
            messages.success(request, _("The steps of the review are set."))
            return redirect("committee_steps", cycle)
    context = {
        "cycle": found,
        "form": form,
        "clocks": CITY_CLOCKS,
        "review": found.window(Stage.REVIEWING),
        "faults": [] if form.is_bound else faults(found, Step.windows(found)),
    }
    return render(request, "committee/steps.html", context, status=status_of(form))
