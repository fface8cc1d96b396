"""The holders of the key, each in a session of their own: called together, shown their sheet, giving its words."""

from collections.abc import Callable
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from audit.acts import Done
from audit.models import AuditEvent
from ballots import ceremony, key
from ballots.forms import KeyForm, WordsForm
from ballots.gathering import gathering_of
from ballots.models import Ceremony, Part
from ballots.sealing import Share
from ballots.views.box import cycle_or_404, page
from budgeting.guards import clerks_only
from budgeting.models import Cycle
from budgeting.people import Request
from lib import clock
from lib.refusal import obeying, status_of


@require_POST
@clerks_only
def begin_key(request: Request, cycle: str) -> HttpResponse:
    found = cycle_or_404(cycle)
    form = KeyForm(request.POST, prefix="key")
    if form.is_valid():
        with obeying(request):
            typed = form.cleaned_data
            how = {"threshold": typed["threshold"], "replaces": typed["replaces"]}
            ceremony.begin_key(found, typed["holders"], by=request.user, at=clock.now(), **how)
        return redirect("box", cycle)
    return page(request, found, status=422, key_form=form)


@require_POST
@clerks_only
def begin_rehearsal(request: Request, cycle: str) -> HttpResponse:
    return _begin(request, cycle, ceremony.begin_rehearsal)


@require_POST
@clerks_only
def begin_opening(request: Request, cycle: str) -> HttpResponse:
    return _begin(request, cycle, ceremony.begin_opening)


def _begin(request: Request, cycle: str, begin: Callable[..., Ceremony]) -> HttpResponse:
    with obeying(request):
        begin(cycle_or_404(cycle), by=request.user, at=clock.now())
    return redirect("box", cycle)


@require_POST
@clerks_only
def break_off(request: Request, cycle: str, number: int) -> HttpResponse:
    found = get_object_or_404(Ceremony, cycle=cycle_or_404(cycle), number=number)
    with obeying(request):
        ceremony.break_off(found, by=request.user, at=clock.now())
        worthless = _("It is broken off. The sheets that were shown in it are worthless.")
        kept = _("It is broken off. The holders keep their sheets.")
        messages.success(request, worthless if found.is_of_the_key else kept)
    return redirect("box", cycle)


def _part_or_404(request: Request, cycle: Cycle) -> Part:
    """This person's part in the last ceremony of the box. To everybody else there is no such page."""
    parts = Part.objects.select_related("ceremony__cycle", "ceremony__begun_by", "holder")
    part = parts.filter(ceremony__cycle=cycle, holder=request.user.pk).order_by("ceremony__number").last()
    if part is None:
        raise Http404
    return part


def _own_page(request: Request, part: Part, form: WordsForm | None = None, **more: Any) -> HttpResponse:
    context = {
        "cycle": part.ceremony.cycle,
        "part": part,
        "gathering": gathering_of(part.ceremony, clock.now()),
        "is_shown_here": ceremony.is_shown_in(part, _session(request)),
        "form": form or WordsForm(),
        **more,
    }
    return render(request, "ballots/ceremony/own.html", context, status=status_of(form))


def _session(request: Request) -> str:
    """By the session's key, and by the browser's own secret: for whoever reads the database reads the key there."""
    get_token(request)
    return f"{request.session.session_key}|{request.META['CSRF_COOKIE']}"


@require_safe
@login_required
def own(request: Request, cycle: str) -> HttpResponse:
    """What is asked of a holder: to take their sheet, or to give its words."""
    return _own_page(request, _part_or_404(request, cycle_or_404(cycle)))


@require_POST
@login_required
@sensitive_variables("share")
def show(request: Request, cycle: str) -> HttpResponse:
    """The answer is the holder's sheet, to be printed now: it exists nowhere else."""
    part = _part_or_404(request, cycle_or_404(cycle))
    with obeying(request):
        share = ceremony.show(part, _session(request))
        return render(request, "ballots/ceremony/sheet.html", sheet(part, share))
    return redirect("box_sheet", cycle)


@sensitive_variables()
def sheet(part: Part, share: Share) -> dict[str, Any]:
    """What is printed on one sheet."""
    kept = Ceremony.objects.get(pk=part.ceremony_id)
    code = segno.make(f"{share.number} {share.words}", error="m")
    drawing = code.svg_inline(scale=4, border=2, omitsize=True)
    return {
        "cycle": part.ceremony.cycle,
        "part": part,
        "words": share.words.split(),
        # segno draws the code from words of a fixed list: nothing a person typed is in it.
        "drawing": mark_safe(drawing),  # noqa: S308
        "name_of_key": key.name_of(bytes(kept.public_key)),
        "holders": kept.parts.count(),
    }


@require_POST
@login_required
@sensitive_post_parameters()
@sensitive_variables("form")
def words(request: Request, cycle: str) -> HttpResponse:
    """What a holder typed from their sheet: to take it, or for the rehearsal or the opening."""
    part, at = _part_or_404(request, cycle_or_404(cycle)), clock.now()
    form = WordsForm(request.POST)
    if part.done_at:
        messages.info(request, _("That is done already; there is nothing more to do."))
        return redirect("box_sheet", cycle)
    if form.is_valid():
        with obeying(form, "words"):
            if part.ceremony.is_of_the_key:
                ceremony.take(part, form.cleaned_data["words"], _session(request), at=at)
                messages.success(request, _("The sheet is yours, and it works. Keep it where nobody else reads it."))
            else:
                ceremony.give(part, form.cleaned_data["words"], at=at)
                messages.success(request, _("Your words are given. Keep your sheet until the clerk says otherwise."))
            return redirect("box_sheet", cycle)
        facts = {"act": part.ceremony.kind, "sheets": [part.number]}
        AuditEvent.note(Done.SHARES_REFUSED, by=request.user, on=part.ceremony.cycle, **facts)
    return _own_page(request, part, form)
