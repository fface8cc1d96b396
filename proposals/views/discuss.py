"""Supporting, commenting, reporting and hiding."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from budgeting.guards import clerks_touch
from budgeting.people import Request
from lib import clock
from lib.refusal import obeying
from proposals.forms.discussion import CommentForm, HidingForm, ReportForm
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
    proposal = find(request, at, cycle, district, number)
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
    proposal = find(request, at, cycle, district, number)
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


@login_required
def report(request: Request, cycle: str, district: str, number: int, comment: int) -> HttpResponse:
    """Tell the clerks of a comment."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    found = get_object_or_404(proposal.comments.select_related("author"), pk=comment, hiding=None)
    form = ReportForm(request.POST or None)
    if form.is_valid():
        with obeying(form):
            found.report(by=request.user, at=at, reason=form.cleaned_data["reason"])
            messages.success(request, _("Thank you. A clerk will look at this comment."))
            return redirect(proposal.get_absolute_url() + "#discussion")
    return render(request, "proposals/report.html", {"proposal": proposal, "comment": found, "form": form})


@clerks_touch
def hide(request: Request, cycle: str, district: str, number: int, comment: int) -> HttpResponse:
    """A clerk hides a comment with a reason, or keeps it and so settles its reports."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    found = get_object_or_404(proposal.comments.select_related("author"), pk=comment, hiding=None)
    keeping = "keep" in request.POST
    form = HidingForm(request.POST if request.method == "POST" and not keeping else None)
    if keeping:
        with obeying(request):
            found.keep(by=request.user, at=at)
        return redirect(proposal.get_absolute_url() + "#discussion")
    if form.is_valid():
        with obeying(form):
            found.hide(by=request.user, at=at, reason=form.cleaned_data["reason"])
            return redirect(proposal.get_absolute_url() + "#discussion")
    context = {"proposal": proposal, "comment": found, "form": form, "reports": found.reports.filter(settled_at=None)}
    return render(request, "proposals/hide.html", context)
