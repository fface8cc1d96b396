"""The desk of the ballot box: what still blocks the vote, the key, the rehearsal, the opening and the count."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from ballots import closing, key, opening, paper
from ballots.checklist import checklist
from ballots.counting import count_contest
from ballots.forms import ClosingForm, DestructionForm, KeyForm, SharesForm
from ballots.models import BallotBoxKey
from ballots.sealing import Share
from budgeting import clock
from budgeting.models import Cycle
from proposals.rules import Person, Refused


def may_see_the_box(user: Person) -> bool:
    return user.is_clerk or user.is_council or user.is_auditor


def cycle_or_404(slug: str, user: Person, act: bool = False) -> Cycle:
    """The cycle, for those whom its box concerns; to everybody else there is no such page. Clerks act, others look."""
    if not (user.is_clerk if act else may_see_the_box(user)):
        raise Http404
    return get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=slug)


def _page(request: HttpRequest, cycle: Cycle, status: int = 200, **forms: Any) -> HttpResponse:
    """The desk, with the form that was not accepted in place of an empty one."""
    made = BallotBoxKey.objects.filter(cycle=cycle).prefetch_related("holders__holder", "rehearsals").first()
    context = {
        "cycle": cycle,
        "at": clock.now(),
        "box_key": made,
        "list": checklist(cycle, clock.now()),
        "key_form": KeyForm(prefix="key"),
        "rehearsal_form": SharesForm(made, prefix="rehearsal") if made else None,
        "closing_form": ClosingForm(prefix="closing"),
        "opening_form": SharesForm(made, prefix="opening") if made else None,
        "destruction_form": DestructionForm(prefix="destruction"),
        **forms,
    }
    return render(request, "ballots/box.html", context, status=status)


@require_safe
@never_cache
@login_required
def desk(request: HttpRequest, cycle: str) -> HttpResponse:
    return _page(request, cycle_or_404(cycle, request.user))


def _try(request: HttpRequest, act: Callable[[], Any], done: str) -> None:
    """Act, and say on the next page that it is done or why not."""
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, done)


@require_POST
@login_required
def freeze(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    found = cycle_or_404(cycle, request.user, act=True)
    contest = get_object_or_404(found.contests.select_related("cycle", "district"), district__slug=district)
    seed = request.POST.get("seed", "").replace("\0", "").strip()[:200] or secrets.token_hex(16)
    _try(
        request,
        lambda: paper.freeze(contest, by=request.user, at=clock.now(), seed=seed),
        _("The ballot paper of %s is frozen.") % contest.district,
    )
    return redirect("box", cycle)


@require_POST
@never_cache
@login_required
@sensitive_variables("shares", "sheets")
def make_key(request: HttpRequest, cycle: str) -> HttpResponse:
    """Make the key. The answer is the holders' sheets, to be printed now: they exist nowhere else."""
    found = cycle_or_404(cycle, request.user, act=True)
    form = KeyForm(request.POST, prefix="key")
    if not form.is_valid():
        return _page(request, found, status=422, key_form=form)
    holders = form.cleaned_data["holders"]
    try:
        shares = key.make(found, holders, request.user, clock.now(), form.cleaned_data["threshold"])
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("box", cycle)
    sheets = [sheet(holder, share) for holder, share in zip(holders, shares, strict=True)]
    context = {"cycle": found, "box_key": found.box_key, "sheets": sheets, "at": clock.now()}
    context["name_of_key"] = key.name_of(bytes(found.box_key.public_key))
    return render(request, "ballots/sheets.html", context)


@sensitive_variables()
def sheet(holder: Person, share: Share) -> dict[str, Any]:
    """What is printed on one sheet."""
    code = segno.make(f"{share.number} {share.words}", error="m")
    drawing = code.svg_inline(scale=4, border=2, omitsize=True)
    # segno draws the code from words of a fixed list: nothing a person typed is in it.
    return {
        "holder": holder,
        "number": share.number,
        "words": share.words.split(),
        "drawing": mark_safe(drawing),  # noqa: S308
    }


@sensitive_variables("form")
def _with_shares(
    request: HttpRequest, cycle: str, prefix: str, act: Callable[[Cycle, list[Share], Person, datetime], Any], done: str
) -> HttpResponse:
    """Act with the shares that were typed, and say so; or show the desk again with what is wrong with them."""
    found = cycle_or_404(cycle, request.user, act=True)
    form = SharesForm(get_object_or_404(BallotBoxKey, cycle=found), request.POST, prefix=prefix)
    try:
        if form.is_valid():
            act(found, form.shares, request.user, clock.now())
            messages.success(request, done)
            return redirect("box", cycle)
    except Refused as refused:
        form.add_error(None, refused.sentence)
    return _page(request, found, status=422, **{f"{prefix}_form": form})


@require_POST
@never_cache
@login_required
@sensitive_post_parameters()
def rehearse(request: HttpRequest, cycle: str) -> HttpResponse:
    done = _("The test envelope opened. The holders' sheets work.")
    return _with_shares(request, cycle, "rehearsal", key.rehearse, done)


@require_POST
@login_required
def close_voting(request: HttpRequest, cycle: str) -> HttpResponse:
    found = cycle_or_404(cycle, request.user, act=True)
    form = ClosingForm(request.POST, prefix="closing")
    if not form.is_valid():
        return _page(request, found, status=422, closing_form=form)
    _try(
        request,
        lambda: closing.close_voting(found, by=request.user, reason=form.cleaned_data["reason"]),
        _("Voting has ended. Nobody can vote any more."),
    )
    return redirect("box", cycle)


@require_POST
@never_cache
@login_required
@sensitive_post_parameters()
def open_box(request: HttpRequest, cycle: str) -> HttpResponse:
    done = _("The box is open, and everything in it is accounted for.")
    return _with_shares(request, cycle, "opening", opening.open_box, done)


@require_POST
@login_required
def count(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    found = cycle_or_404(cycle, request.user, act=True)
    contests = found.contests.select_related("cycle", "district").filter(paper__isnull=False)
    contest = get_object_or_404(contests, district__slug=district)
    _try(
        request,
        lambda: count_contest(contest, by=request.user, at=clock.now()),
        _("%s is counted.") % contest.district,
    )
    return redirect("box", cycle)


@require_POST
@login_required
def destroy_shares(request: HttpRequest, cycle: str) -> HttpResponse:
    found = cycle_or_404(cycle, request.user, act=True)
    form = DestructionForm(request.POST, prefix="destruction")
    if not form.is_valid():
        return _page(request, found, status=422, destruction_form=form)
    _try(
        request,
        lambda: key.destroy_shares(found, form.cleaned_data["witnesses"], request.user, clock.now()),
        _("The destruction of the shares is on record."),
    )
    return redirect("box", cycle)


@require_safe
@never_cache
@login_required
def box_file(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    """The envelopes of one contest without their residents, to open them again elsewhere. Once the box is open."""
    found = cycle_or_404(cycle, request.user)
    contest = get_object_or_404(
        found.contests, district__slug=district, paper__isnull=False, cycle__opening__isnull=False
    )
    answer = HttpResponse(opening.export(contest), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="box-{cycle}-{district}.json"'
    return answer
