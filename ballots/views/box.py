"""The desk of the ballot box: what still blocks the vote, the key, the rehearsal, the opening and the count."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit.acts import Done
from audit.models import AuditEvent
from ballots import agreement, closing, draws, key, opening
from ballots.checklist import checklist
from ballots.counting import count_contest
from ballots.forms import DestructionForm, ExtensionForm, KeyForm, NoResultForm, NoVoteForm, ReasonForm
from ballots.gathering import last_of
from ballots.models import BallotBoxKey, Verdict
from budgeting.guards import clerks_only, overseers_only
from budgeting.models import Contest, Cycle, Draw, JointAct
from budgeting.people import Request
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
    gathering = last_of(cycle, at)
    context = {
        "cycle": cycle,
        "at": at,
        "box_key": made,
        "list": steps,
        "key_form": KeyForm(prefix="key", replaces=key.name_of(bytes(made.public_key)) if made else ""),
        "draws": announced,
        "overtaken": draws.overtaken(announced, steps.contests),
        "gathering": gathering,
        "own_part": gathering is not None and gathering.asks(request.user),
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
        "verdicts": Verdict.newest(contest__cycle=cycle),
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
