"""The desk of the ballot box: what still blocks the vote, the key, the rehearsal, the opening and the count."""

from collections.abc import Callable
from typing import Any

import segno
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from audit.acts import Done
from audit.models import AuditEvent
from ballots import agreement, closing, draws, key, opening
from ballots.checklist import checklist
from ballots.counting import count_contest
from ballots.forms import DestructionForm, ExtensionForm, KeyForm, NoResultForm, NoVoteForm, ReasonForm, SharesForm
from ballots.models import BallotBoxKey
from ballots.sealing import Share
from budgeting.guards import clerks_only, overseers_only
from budgeting.models import Contest, Cycle, Draw, JointAct
from budgeting.people import Person, Request
from lib import clock
from lib.refusal import obeying


def cycle_or_404(slug: str) -> Cycle:
    return get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=slug)


def _frozen(cycle: Cycle) -> QuerySet[Contest]:
    """The contests of a cycle that have a ballot paper."""
    return cycle.contests.select_related("cycle", "district").filter(paper__isnull=False)


def page(request: Request, cycle: Cycle, status: int = 200, **forms: Any) -> HttpResponse:
    """The desk, with the form that was not accepted in place of an empty one."""
    at = clock.now()
    steps, announced = checklist(cycle, at), list(Draw.objects.filter(cycle=cycle).select_related("contest__district"))
    made = BallotBoxKey.objects.filter(cycle=cycle).prefetch_related("holders__holder", "rehearsals").first()
    context = {
        "cycle": cycle,
        "at": at,
        "box_key": made,
        "list": steps,
        "key_form": KeyForm(prefix="key", replaces=key.name_of(bytes(made.public_key)) if made else ""),
        "draws": announced,
        "overtaken": draws.overtaken(announced, steps.contests),
        "rehearsal_form": SharesForm(made, prefix="rehearsal") if made else None,
        "ending_form": ReasonForm(prefix="ending"),
        "extension_form": ExtensionForm(prefix="extension"),
        "pause_form": ReasonForm(prefix="pause"),
        "resumption_form": ReasonForm(prefix="resumption"),
        "no_vote_form": NoVoteForm(cycle, prefix="no_vote"),
        "no_result_form": NoResultForm(cycle, prefix="no_result"),
        "giving_up_form": ReasonForm(prefix="giving_up"),
        "acts": JointAct.objects.filter(cycle=cycle, settled_at=None).select_related("proposed_by"),
        "why_not_pause": closing.why_not_pause(cycle, request.user, at),
        "differences": agreement.told(agreement.differences_of([cycle])),
        "opening_form": SharesForm(made, prefix="opening") if made else None,
        "destruction_form": DestructionForm(prefix="destruction"),
        **forms,
    }
    return render(request, "ballots/box.html", context, status=status)


@require_safe
@overseers_only
def desk(request: Request, cycle: str) -> HttpResponse:
    return page(request, cycle_or_404(cycle))


@require_POST
@clerks_only
@sensitive_variables("shares", "sheets")
def make_key(request: Request, cycle: str) -> HttpResponse:
    """Make the key. The answer is the holders' sheets, to be printed now: they exist nowhere else."""
    found = cycle_or_404(cycle)
    form = KeyForm(request.POST, prefix="key")
    if not form.is_valid():
        return page(request, found, status=422, key_form=form)
    holders, threshold = form.cleaned_data["holders"], form.cleaned_data["threshold"]
    at = clock.now()
    with obeying(request):
        replaces = form.cleaned_data["replaces"]
        shares = key.make(found, holders, by=request.user, at=at, threshold=threshold, replaces=replaces)
        sheets = [sheet(holder, share) for holder, share in zip(holders, shares, strict=True)]
        context = {"cycle": found, "box_key": found.box_key, "sheets": sheets, "at": at}
        context["name_of_key"] = key.name_of(bytes(found.box_key.public_key))
        return render(request, "ballots/sheets.html", context)
    return redirect("box", cycle)


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
def _with_shares(request: Request, cycle: str, prefix: str, verb: Callable[..., object], success: str) -> HttpResponse:
    """Carry out a verb with the shares that were typed, or show the desk again with what is wrong with them."""
    found = cycle_or_404(cycle)
    form = SharesForm(get_object_or_404(BallotBoxKey, cycle=found), request.POST, prefix=prefix)
    if form.is_valid():
        with obeying(form):
            verb(found, form.shares, by=request.user, at=clock.now())
            messages.success(request, success)
            return redirect("box", cycle)
    if sheets := form.sheets:
        AuditEvent.note(Done.SHARES_REFUSED, by=request.user, on=found, act=prefix, sheets=sheets)
    return page(request, found, status=422, **{f"{prefix}_form": form})


@require_POST
@clerks_only
@sensitive_post_parameters()
def rehearse(request: Request, cycle: str) -> HttpResponse:
    success = _("The test envelope opened. The holders' sheets work.")
    return _with_shares(request, cycle, "rehearsal", key.rehearse, success)


@require_POST
@clerks_only
@sensitive_post_parameters()
def open_box(request: Request, cycle: str) -> HttpResponse:
    success = _("The box is open, and everything in it is accounted for.")
    return _with_shares(request, cycle, "opening", opening.open_box, success)


@require_POST
@clerks_only
def count(request: Request, cycle: str, contest: str) -> HttpResponse:
    found = get_object_or_404(_frozen(cycle_or_404(cycle)), slug=contest)
    with obeying(request):
        at = clock.now()
        is_new = count_contest(found, by=request.user, at=at).at == at
        said = _("%s is counted.") if is_new else _("%s is counted as before: nothing has changed.")
        messages.success(request, said % found.title)
    return redirect("box", cycle)


@require_POST
@clerks_only
def destroy_shares(request: Request, cycle: str) -> HttpResponse:
    found = cycle_or_404(cycle)
    form = DestructionForm(request.POST, prefix="destruction")
    if not form.is_valid():
        return page(request, found, status=422, destruction_form=form)
    with obeying(request):
        key.destroy_shares(found, form.cleaned_data["witnesses"], by=request.user, at=clock.now())
        messages.success(request, _("The destruction of the shares is on record."))
    return redirect("box", cycle)


@require_safe
@overseers_only
def box_file(request: Request, cycle: str, contest: str) -> HttpResponse:
    """The envelopes of one contest without their residents, to open them again elsewhere. Once the box is open."""
    opened = _frozen(cycle_or_404(cycle)).filter(cycle__opening__isnull=False)
    found = get_object_or_404(opened, slug=contest)
    content = opening.export(found)
    AuditEvent.note(Done.DOWNLOADED, by=request.user, on=found, file="box")
    answer = HttpResponse(content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="box-{cycle}-{contest}.json"'
    return answer
