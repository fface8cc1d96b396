"""Reporting, hiding, showing again, confirming and answering: a proposal, or a comment, photo or version of it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting.guards import overseers_touch
from budgeting.people import Request
from lib import clock
from lib.refusal import obeying, status_of
from proposals.forms.hiding import AnswerForm, ComplaintForm, HidingForm
from proposals.models import Comment, Photo, Version
from proposals.models.may_be_hidden import MayBeHidden
from proposals.models.withholding import as_written
from proposals.telling.hidden import what
from proposals.views.browse import find

Part = tuple[type[MayBeHidden], dict[str, int]]


def find_thing(request: Request, at: datetime, cycle: str, district: str, number: int, part: Part | None) -> Any:
    """The proposal, or the part of it, if whoever asks may see it; else 404."""
    proposal = find(request, at, cycle, district, number)
    if part is None:
        return proposal
    model, asked = part
    found: Any = get_object_or_404(model._base_manager.select_related("hiding__ground"), proposal=proposal, **asked)
    found.proposal = proposal
    if found.hidden(at) and not found.is_shown_hidden_to(request.user):
        raise Http404
    return found


def _shown(thing: Any, at: datetime) -> dict[str, Any]:
    """What every page about it shows: its name, and itself."""
    return {
        "proposal": thing.whole,
        "cycle": thing.whole.cycle,
        "thing": thing,
        "what": what(thing),
        "photo": thing if isinstance(thing, Photo) else None,
        "text": as_written(thing.text) if isinstance(thing, Comment) else "",
        "fields": thing.proposal.in_words(thing.text) if isinstance(thing, Version) else [],
        "hiding": thing.hidden(at),
    }


@login_required
def report(request: Request, cycle: str, district: str, number: int, part: Part | None = None) -> HttpResponse:
    """Tell the clerks of it."""
    at = clock.now()
    thing = find_thing(request, at, cycle, district, number, part)
    if thing.hidden(at):
        return redirect(thing.place)
    form = ComplaintForm(request.POST or None)
    if form.is_valid():
        with obeying(form):
            thing.report(by=request.user, at=at, reason=form.cleaned_data["reason"])
            messages.success(request, _("Thank you. A clerk will look at it."))
            return redirect(thing.place)
    return render(request, "proposals/report.html", {**_shown(thing, at), "form": form}, status=status_of(form))


@overseers_touch
def hide(request: Request, cycle: str, district: str, number: int, part: Part | None = None) -> HttpResponse:
    """A clerk hides it with a reason, keeps it and so settles its reports, or shows it again."""
    at = clock.now()
    thing = find_thing(request, at, cycle, district, number, part)
    verb = next((verb for verb in ("keep", "show", "leave") if verb in request.POST), None)
    form = HidingForm(request.POST if request.method == "POST" and not verb else None)
    if request.method == "POST" and not request.user.is_clerk:
        raise PermissionDenied
    if verb:
        with obeying(request):
            _carry_out(verb, thing, request, at)
        return redirect(thing.place)
    if form.is_valid():
        with obeying(form):
            thing.hide(by=request.user, at=at, **form.cleaned_data)
            return redirect(thing.place)
    hiding = thing.hidden(at)
    context = {
        **_shown(thing, at),
        "form": form,
        "complaints": thing.open_complaints(),
        "objection": "" if hiding else thing.why_not_hide(by=request.user, at=at),
        "may_confirm": hiding and not hiding.why_not_confirm(by=request.user, at=at),
    }
    return render(request, "proposals/hide.html", context, status=status_of(form))


def _carry_out(verb: str, thing: Any, request: Request, at: datetime) -> None:
    if verb == "keep":
        thing.keep(by=request.user, at=at)
    elif verb == "show":
        thing.show_again(by=request.user, at=at)
    elif hiding := thing.hidden(at):
        hiding.leave(by=request.user, at=at)


@require_POST
@overseers_touch
def confirm(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """A second person confirms that a whole proposal is hidden."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    with obeying(request):
        if hiding := proposal.hidden(at):
            hiding.confirm(by=request.user, at=at)
            messages.success(request, _("It stays hidden until a clerk shows it again."))
    return redirect(proposal.page("hiding"))


@login_required
def answer(request: Request, cycle: str, district: str, number: int, part: Part | None = None) -> HttpResponse:
    """Whoever made it answers, once."""
    at = clock.now()
    thing = find_thing(request, at, cycle, district, number, part)
    hiding = thing.hidden(at)
    if hiding is None or request.user.pk != thing.whose:
        return redirect(thing.place)
    objection = hiding.why_not_answer(by=request.user)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        with obeying(form):
            hiding.answer_it(by=request.user, at=at, text=form.cleaned_data["text"])
            messages.success(request, _("A clerk will read your answer."))
            return redirect(thing.page("authors_answer"))
    context = {**_shown(thing, at), "form": form, "objection": objection}
    return render(request, "proposals/answer.html", context, status=status_of(form))
