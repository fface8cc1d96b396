"""Who prepares what: the list for whoever gives out work."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from budgeting.models import Cycle, District
from budgeting.people import Request, RoleName, holders_of
from budgeting.stages import Act
from committee import assigning
from committee.asking import ask as ask_about
from committee.forms.opinions import QuestionsForm
from committee.forms.work import AssigningForm, WorkSearch
from committee.interests import of_interest_to
from committee.models import Assignment
from committee.namesakes import told_apart
from committee.opinions import by_department
from lib import clock
from lib.refusal import obeying, status_of
from proposals.models import Proposal, Status
from proposals.models.queries import Proposals

PER_PAGE = 50


def may_give_out(request: Request, cycle: Cycle) -> list[District]:
    """The districts of the cycle in which this person says who prepares what."""
    here = District.objects.filter(contests__cycle=cycle).distinct()
    return [each for each in here if not assigning.why_not_assign(each, by=request.user)]


def _districts(request: Request, cycle: Cycle) -> list[District]:
    """The same. Raises PermissionDenied if there is none."""
    if found := may_give_out(request, cycle):
        return found
    raise PermissionDenied


@dataclass(frozen=True, slots=True)
class _Before:
    """What is before the committees of a cycle, where whoever asks gives out work; and who is a member there."""

    cycle: Cycle
    districts: "QuerySet[District]"
    proposals: Proposals
    members: dict[int, Any]


def _before(request: Request, slug: str, at: datetime) -> _Before:
    cycle = get_object_or_404(Cycle.objects.prefetch_related("phases"), slug=slug)
    districts = District.objects.filter(pk__in=[each.pk for each in _districts(request, cycle)])
    before = Proposal.objects.submitted().of_cycle(cycle).with_status(at).filter(contest__district__in=districts)
    waiting = before.filter(status=Status.SUBMITTED).exclude(pk__in=of_interest_to(request.user))
    return _Before(cycle, districts, waiting, _members(districts))


@login_required
def page(request: Request, cycle: str) -> HttpResponse:
    """Every proposal before the committees, and whose it is. POST gives those that are ticked to somebody."""
    at = clock.now()
    before = _before(request, cycle, at)
    form = _assigning(before, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with obeying(form):
            new = _give(request, form, before.members, at)
            said = ngettext("%d proposal was given out.", "%d proposals were given out.", new) % new
            messages.success(request, said)
            return redirect(request.get_full_path())
    return _shown(request, before, at, form=form)


@login_required
@require_POST
def ask(request: Request, cycle: str) -> HttpResponse:
    """Ask a department about all that are ticked."""
    at = clock.now()
    before = _before(request, cycle, at)
    form = QuestionsForm(before.proposals, request.POST)
    if form.is_valid():
        with obeying(form):
            asked = ask_about(by=request.user, at=at, **form.cleaned_data)
            said = ngettext("%d question is asked.", "%d questions are asked.", len(asked)) % len(asked)
            messages.success(request, said)
            return redirect("work", before.cycle.slug)
    return _shown(request, before, at, asking=form)


def _assigning(before: _Before, data: Any = None) -> AssigningForm:
    return AssigningForm(before.proposals, told_apart(before.members.values(), before.cycle), data)


def _shown(
    request: Request,
    before: _Before,
    at: datetime,
    *,
    form: AssigningForm | None = None,
    asking: QuestionsForm | None = None,
) -> HttpResponse:
    """The list, with what was typed into one of its forms, and why it was refused."""
    search = WorkSearch(before.districts, request.GET)
    standing = Assignment.objects.standing().select_related("member")
    ended = Assignment.objects.exclude(ended_at=None).order_by("ended_at", "pk").select_related("member")
    rows = search.among(before.proposals, at, reader=request.user).order_by("number")
    rows = rows.select_related("contest__district", "contest__cycle")
    rows = rows.prefetch_related(Prefetch("assignments", standing, to_attr="given"))
    rows = rows.prefetch_related(Prefetch("assignments", ended, to_attr="ended"))
    context = {
        "cycle": before.cycle,
        "at": at,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "search": search,
        "form": form or _assigning(before),
        "asking": asking or QuestionsForm(before.proposals),
        "with_departments": by_department(before.cycle, before.proposals, at),
        "ticked": request.POST.getlist("proposals"),
        "is_open": before.cycle.allows(Act.DECIDE, at),
        "is_member": any(request.user.is_committee_for(each) for each in before.districts),
    }
    return render(request, "committee/work.html", context, status=status_of(form, asking))


def _members(districts: "Any") -> dict[int, Any]:
    """By key, in the order of their names."""
    people = {member.pk: member for each in districts for member in holders_of(RoleName.COMMITTEE, each)}
    return dict(sorted(people.items(), key=lambda one: (one[1].name, one[0])))


def _give(request: Request, form: AssigningForm, members: dict[int, Any], at: datetime) -> int:
    chosen = form.cleaned_data["proposals"].select_related("contest__district")
    how = {"by": request.user, "at": at, "due": form.cleaned_data["due"]}
    if form.cleaned_data["to"] == AssigningForm.BY_LOAD:
        return assigning.balance(chosen, **how)
    return assigning.assign(chosen, members[int(form.cleaned_data["to"])], **how)
