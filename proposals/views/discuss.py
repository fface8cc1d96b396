"""Supporting and commenting."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from budgeting.people import Request
from lib import clock
from lib.refusal import obeying
from proposals.forms.discussion import CommentForm
from proposals.views.browse import find, shown, support_of


@login_required
def endorse(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """POST supports the proposal, or with `undo` takes the support back. Who comes from signing in finds the button."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if request.method == "POST":
        verb = proposal.unendorse if "undo" in request.POST else proposal.endorse
        with obeying(request):
            verb(by=request.user, at=at)
    if not request.htmx:
        return redirect(proposal)
    proposal = find(request, at, cycle, district, number, whole=True)
    context = {
        "proposal": proposal,
        **support_of(request, proposal),
        "alone": True,
        "may": {"endorse": not proposal.why_not_endorse(at)},
    }
    return render(request, "proposals/detail.html#endorsement", context)


def comment(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """POST adds a comment. Whatever is wrong, even a session that ended, the page comes back with what was typed."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number, whole=True)
    if request.method != "POST":
        return redirect(proposal)
    form = CommentForm(request.POST)
    if form.is_valid():
        pk = form.cleaned_data["parent"]
        parent = get_object_or_404(proposal.comments, pk=pk) if pk else None
        with obeying(form):
            proposal.comment(by=request.user, at=at, text=form.cleaned_data["text"], parent=parent)
            return redirect(proposal.get_absolute_url() + "#discussion")
    return shown(request, proposal, at, form)
