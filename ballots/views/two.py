"""What is done at the desk of the box with a public reason: alone the pause, the rest before a second person."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ballots import closing
from ballots.forms import ContestAndReasonForm, ExtensionForm, NoResultForm, NoVoteForm, ReasonForm
from ballots.views.box import cycle_or_404, page
from budgeting import two
from budgeting.guards import clerks_only, overseers_only
from budgeting.models import Cycle
from budgeting.people import Request
from lib import clock
from lib.refusal import obeying

Typed = dict[str, Any]


def _read(request: Request, cycle: Cycle, form: forms.Form, act: Callable[[Typed], HttpResponse]) -> HttpResponse:
    """Act on what was typed, or show the desk again with what is wrong with it.

    A refusal stands above everything: by then the desk may not offer the form any more.
    """
    if form.is_valid():
        with obeying(request):
            return act(form.cleaned_data)
    return page(request, cycle, status=422, **{f"{form.prefix}_form": form})


def _propose(request: Request, cycle: Cycle, kind: two.Joint, on: models.Model, **facts: str) -> HttpResponse:
    """Put it before a second person; the answer is the page on which it is confirmed."""
    sketch = two.sketch(kind, on=on, cycle=cycle, **facts)
    return redirect(two.propose(sketch, by=request.user, at=clock.now()))


def _propose_with_reason(request: Request, cycle: str, prefix: str, kind: two.Joint) -> HttpResponse:
    found = cycle_or_404(cycle)

    def act(typed: Typed) -> HttpResponse:
        return _propose(request, found, kind, found, reason=typed["reason"])

    return _read(request, found, ReasonForm(request.POST, prefix=prefix), act)


def _propose_of_contest(
    request: Request, cycle: str, prefix: str, kind: two.Joint, form: type[ContestAndReasonForm]
) -> HttpResponse:
    found = cycle_or_404(cycle)

    def act(typed: Typed) -> HttpResponse:
        return _propose(request, found, kind, typed["contest"], reason=typed["reason"])

    return _read(request, found, form(found, request.POST, prefix=prefix), act)


@require_POST
@clerks_only
def end(request: Request, cycle: str) -> HttpResponse:
    return _propose_with_reason(request, cycle, "ending", two.Joint.END_VOTE)


@require_POST
@overseers_only
def resume(request: Request, cycle: str) -> HttpResponse:
    return _propose_with_reason(request, cycle, "resumption", two.Joint.RESUME_VOTE)


@require_POST
@clerks_only
def give_key_up(request: Request, cycle: str) -> HttpResponse:
    return _propose_with_reason(request, cycle, "giving_up", two.Joint.GIVE_UP_KEY)


@require_POST
@clerks_only
def extend(request: Request, cycle: str) -> HttpResponse:
    found = cycle_or_404(cycle)

    def act(typed: Typed) -> HttpResponse:
        until = typed["until"].isoformat()
        return _propose(request, found, two.Joint.EXTEND_VOTE, found, until=until, reason=typed["reason"])

    return _read(request, found, ExtensionForm(request.POST, prefix="extension"), act)


@require_POST
@clerks_only
def close_without_vote(request: Request, cycle: str) -> HttpResponse:
    return _propose_of_contest(request, cycle, "no_vote", two.Joint.CLOSE_WITHOUT_VOTE, NoVoteForm)


@require_POST
@clerks_only
def close_without_result(request: Request, cycle: str) -> HttpResponse:
    return _propose_of_contest(request, cycle, "no_result", two.Joint.CLOSE_WITHOUT_RESULT, NoResultForm)


@require_POST
@overseers_only
def pause(request: Request, cycle: str) -> HttpResponse:
    """A clerk or an auditor, alone and at once."""
    found = cycle_or_404(cycle)

    def act(typed: Typed) -> HttpResponse:
        closing.pause_voting(found, by=request.user, reason=typed["reason"])
        messages.success(request, _("The vote is paused. Two people resume it."))
        return redirect("box", cycle)

    return _read(request, found, ReasonForm(request.POST, prefix="pause"), act)
