"""A department is asked about one proposal."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting.people import Request
from committee import departments
from committee.addresses import address_of
from committee.asking import ask, why_not_ask
from committee.forms.opinions import QuestionForm
from committee.members import why_not_look
from lib import clock
from lib.refusal import obeying, status_of
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """What to ask, whom, and by when."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    is_member = not why_not_look(proposal, by=request.user)
    if not is_member and not request.user.is_clerk:
        raise PermissionDenied
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            ask([proposal], by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _("%s is asked.") % form.cleaned_data["department"])
            return redirect(address_of(proposal) if is_member else proposal)
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "form": form,
        "why_not": why_not_ask(proposal, by=request.user, at=at),
        "has_departments": departments.offered().exists(),
    }
    return render(request, "committee/ask_department.html", context, status=status_of(form))
