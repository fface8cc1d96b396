"""Another wording of a proposal: somebody of the city proposes it, its author answers, whoever presides settles it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting.people import Request
from committee import changing, settling_changes
from committee.addresses import changes_of
from committee.forms.changes import AnswerForm, ChangeForm, SettlingForm
from committee.models import ProposedChange
from lib import clock
from lib.refusal import obeying, require, status_of
from proposals.differences import differences
from proposals.geojson import map_of
from proposals.models import Proposal
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """What was proposed, and what became of it. POST proposes another wording."""
    at = clock.now()
    proposal = _found(request, at, cycle, district, number)
    form = ChangeForm(proposal, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            said = {"reason": form.cleaned_data["reason"], "until": form.cleaned_data["until"]}
            changing.propose(proposal, form.wording, by=request.user, at=at, **said)
            messages.success(request, _("The author is asked. Until they answer nobody else sees it."))
            return redirect(changes_of(proposal))
    return _shown(request, proposal, at, form=form)


@login_required
@require_POST
def settle(request: Request, cycle: str, district: str, number: int, change: int) -> HttpResponse:
    """Apply it without an answer of its author, or drop it."""
    at = clock.now()
    proposal = _found(request, at, cycle, district, number)
    found = get_object_or_404(proposal.proposed_changes, pk=change)
    form = SettlingForm(request.POST)
    if form.is_valid():
        with obeying(form):
            said = {"applies": form.cleaned_data["applies"], "reason": form.cleaned_data["why"]}
            settling_changes.settle(found, by=request.user, at=at, **said)
            messages.success(request, _("Your word is on record, and the author is told."))
            return redirect(changes_of(proposal))
    return _shown(request, proposal, at, settling=form)


@login_required
def mine(request: Request, change: int) -> HttpResponse:
    """What would change, to the author who is asked and nobody else. POST says yes or no."""
    at = clock.now()
    related = ("proposal__contest__cycle", "proposal__contest__district", "proposal__withdrawal", "base", "ruling")
    rows = ProposedChange.objects.select_related(*related)
    found = get_object_or_404(rows, pk=change, author=request.user.pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            require("yes" in request.POST or "no" in request.POST, _("Say yes or no."))
            agrees = "yes" in request.POST
            changing.answer(found, agrees, by=request.user, at=at, said=form.cleaned_data["said"])
            said = _("Thank you. The text is changed.") if agrees else _("Thank you. The text stays as it is.")
            messages.success(request, said)
            return redirect("proposed_change", found.pk)
    here = _told(found, at)
    context = {"here": here, **here, "proposal": found.proposal, "cycle": found.proposal.cycle, "form": form}
    return render(request, "committee/change.html", context, status=status_of(form))


def _found(request: Request, at: datetime, cycle: str, district: str, number: int) -> Proposal:
    """Raises Http404 as `find` does, and PermissionDenied for whoever sees no changes of it."""
    proposal = find(request, at, cycle, district, number)
    if changing.why_not_see(proposal, by=request.user):
        raise PermissionDenied
    return proposal


def _told(change: ProposedChange, at: datetime) -> dict[str, Any]:
    after = change.base.text | change.text
    return {
        "change": change,
        "differences": list(differences(change.proposal, change.base.text, after)),
        "void": "" if change.is_settled else changing.why_void(change, at),
        "is_late": at >= change.until,
    }


def _shown(
    request: Request, proposal: Proposal, at: datetime, form: forms.BaseForm | None = None, settling: Any = None
) -> HttpResponse:
    """The page, with what was typed into one of its forms, and why it was refused."""
    changes = list(proposal.proposed_changes.select_related("base", "by", "author", "ruling__by", "version"))
    for each in changes:
        each.proposal = proposal
    told = [_told(each, at) for each in reversed(changes)]
    standing = next((each for each in told if not each["void"] and not each["change"].is_settled), None)
    may_settle = standing and standing["is_late"] and settling_changes.may_settle(standing["change"], request.user)
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "so_far": [each for each in told if not may_settle or each is not standing],
        "standing": standing,
        "settling": (settling or SettlingForm()) if may_settle else None,
        "refused": settling if settling and not may_settle else None,
        "form": form or ChangeForm(proposal),
        "why_not": changing.why_not_propose(proposal, by=request.user, at=at),
        "district": map_of([proposal.contest.district]),
    }
    return render(request, "committee/changes.html", context, status=status_of(form, settling))
