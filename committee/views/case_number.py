"""The case number of a proposal in the city's register of documents."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting.people import Request
from committee.addresses import address_of
from committee.forms.case_number import CaseNumberForm
from committee.members import why_not_look
from committee.numbering import case_number_of, set_case_number, why_not_number
from lib import clock
from lib.refusal import obeying, status_of
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """POST sets it, or takes it off where nothing was typed."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if why_not_number(proposal, by=request.user):
        raise PermissionDenied
    form = CaseNumberForm(
        request.POST if request.method == "POST" else None, initial={"text": case_number_of(proposal)}
    )
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            set_case_number(proposal, form.cleaned_data["text"], by=request.user, at=at)
            messages.success(request, _("The case number is kept."))
            is_members = not why_not_look(proposal, by=request.user)
            return redirect(address_of(proposal)) if is_members else redirect("work", proposal.cycle.slug)
    context = {"proposal": proposal, "cycle": proposal.cycle, "form": form}
    return render(request, "committee/case_number.html", context, status=status_of(form))
