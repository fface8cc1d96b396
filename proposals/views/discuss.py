"""Supporting, commenting, reporting and hiding."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from budgeting import clock
from proposals.forms import CommentForm, HidingForm, ReportForm, obeyed
from proposals.rules import Refused
from proposals.views.browse import find, shown


@login_required
def endorse(request: HttpRequest, cycle: str, district: str, number: int) -> HttpResponse:
    """POST supports the proposal, or with `undo` takes the support back. Who comes from signing in finds the button."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if request.method == "POST":
        verb = proposal.unendorse if "undo" in request.POST else proposal.endorse
        try:
            verb(request.user, at)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(proposal)
    proposal = find(request, at, cycle, district, number)
    context = {
        "proposal": proposal,
        "endorsed": proposal.is_endorsed_by(request.user),
        "may": {"endorse": proposal.may_endorse(at)},
    }
    return render(request, "proposals/detail.html#endorsement", context)


def comment(request: HttpRequest, cycle: str, district: str, number: int) -> HttpResponse:
    """POST adds a comment. Whatever is wrong, even a session that ended, the page comes back with what was typed."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if request.method != "POST":
        return redirect(proposal)
    form = CommentForm(request.POST)
    if form.is_valid():
        pk = form.cleaned_data["parent"]
        parent = get_object_or_404(proposal.comments, pk=pk) if pk else None
        if obeyed(form, proposal.comment, request.user, at, form.cleaned_data["text"], parent):
            return redirect(proposal.get_absolute_url() + "#discussion")
    return shown(request, proposal, at, form)


@login_required
def report(request: HttpRequest, cycle: str, district: str, number: int, comment: int) -> HttpResponse:
    """Tell the clerks of a comment."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    found = get_object_or_404(proposal.comments.select_related("author"), pk=comment, hiding=None)
    form = ReportForm(request.POST or None)
    if form.is_valid() and obeyed(form, found.report, request.user, at, form.cleaned_data["reason"]):
        messages.success(request, _("Thank you. A clerk will look at this comment."))
        return redirect(proposal.get_absolute_url() + "#discussion")
    return render(request, "proposals/report.html", {"proposal": proposal, "comment": found, "form": form})


@login_required
def hide(request: HttpRequest, cycle: str, district: str, number: int, comment: int) -> HttpResponse:
    """A clerk hides a comment with a reason, or keeps it and so settles its reports."""
    if not request.user.is_clerk:  # type: ignore[union-attr]
        raise PermissionDenied
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    found = get_object_or_404(proposal.comments.select_related("author"), pk=comment, hiding=None)
    keeping = "keep" in request.POST
    form = HidingForm(request.POST if request.method == "POST" and not keeping else None)
    if keeping:
        try:
            found.keep(request.user, at)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        return redirect(proposal.get_absolute_url() + "#discussion")
    if form.is_valid() and obeyed(form, found.hide, request.user, at, form.cleaned_data["reason"]):
        return redirect(proposal.get_absolute_url() + "#discussion")
    context = {"proposal": proposal, "comment": found, "form": form, "reports": found.reports.filter(settled_at=None)}
    return render(request, "proposals/hide.html", context)
