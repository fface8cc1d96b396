"""Writing a proposal one thing at a time, changing it, and taking it back."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from budgeting import clock
from budgeting.calendar import Act
from budgeting.models import Contest
from proposals.forms import CostForm, EditForm, PhotoForm, WhatForm, WhereForm, WithdrawalForm, obeyed
from proposals.maps import collection
from proposals.models import Proposal
from proposals.rules import Refused
from proposals.views.browse import cycle_of, find

STEPS = {"what": WhatForm, "where": WhereForm, "cost": CostForm}
NEXT = {"what": "where", "where": "cost", "cost": "photo"}


@login_required
def choose_district(request: HttpRequest, cycle: str) -> HttpResponse:
    found = cycle_of(cycle)
    contests = found.contests.select_related("district", "cycle")
    context = {"cycle": found, "contests": contests, "open": found.allows(Act.PROPOSE, clock.now())}
    return render(request, "proposals/choose_district.html", context)


@login_required
def begin(request: HttpRequest, cycle: str, district: str) -> HttpResponse:
    """The first page: what. Sending it makes the draft."""
    at = clock.now()
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    contest = get_object_or_404(contests, cycle__slug=cycle, district__slug=district)
    if not contest.cycle.allows(Act.PROPOSE, at):
        return render(request, "proposals/closed.html", {"contest": contest, "cycle": contest.cycle, "at": at})
    draft = Proposal(contest=contest, author=request.user, created_at=at, language=get_language() or "en")  # type: ignore[misc]
    form = WhatForm(request.POST or None, instance=draft)
    if form.is_valid():
        form.save()
        return redirect(_page(draft, "where"))
    return _written(request, draft, "what", form=form)


@login_required
def step(request: HttpRequest, cycle: str, district: str, pk: int, step: str) -> HttpResponse:
    """One page of a draft. Going on saves it."""
    at = clock.now()
    draft = own_draft(request, cycle, district, pk)
    if step == "photo":
        return _photo_page(request, draft, at)
    if step not in STEPS:
        raise Http404
    form = STEPS[step](request.POST or None, instance=draft)
    if form.is_valid() and obeyed(form, draft.edit, request.user, at, **form.cleaned_data):
        return redirect(_page(draft, NEXT[step]))
    return _written(request, draft, step, form=form)


@login_required
def preview(request: HttpRequest, cycle: str, district: str, pk: int) -> HttpResponse:
    """The draft as others will see it; POST submits it."""
    at = clock.now()
    draft = own_draft(request, cycle, district, pk)
    refusal = ""
    if request.method == "POST":
        try:
            draft.submit(request.user, at)
        except Refused as refused:
            refusal = refused.sentence
        else:
            messages.success(request, _("Your proposal is submitted. It has the number %d.") % draft.number)
            return redirect(draft)
    return _written(request, draft, "preview", refusal=refusal)


@login_required
def discard(request: HttpRequest, cycle: str, district: str, pk: int) -> HttpResponse:
    """Throw a draft away, after asking."""
    draft = own_draft(request, cycle, district, pk)
    if request.method == "POST":
        draft.discard(request.user)
        messages.success(request, _("The draft is thrown away."))
        return redirect("proposals", cycle)
    return render(request, "proposals/discard.html", {"proposal": draft, "cycle": draft.cycle})


@login_required
def edit(request: HttpRequest, cycle: str, district: str, number: int) -> HttpResponse:
    """The author changes a submitted proposal."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if not proposal.may_edit(request.user, at):
        messages.error(request, _("This proposal can no longer be changed."))
        return redirect(proposal)
    form = EditForm(request.POST or None, instance=proposal)
    if form.is_valid() and obeyed(form, proposal.edit, request.user, at, **form.cleaned_data):
        messages.success(request, _("Your changes are published. The earlier text stays readable in the history."))
        return redirect(find(request, at, cycle, district, number))
    context = {"proposal": proposal, "cycle": proposal.cycle, "form": form}
    return render(request, "proposals/edit.html", {**context, "district": collection([proposal.contest.district])})


@login_required
def photos(request: HttpRequest, cycle: str, district: str, number: int) -> HttpResponse:
    """The author adds photos to a submitted proposal or removes them."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if not proposal.may_edit(request.user, at):
        messages.error(request, _("This proposal can no longer be changed."))
        return redirect(proposal)
    return _photo_page(request, proposal, at)


@login_required
def withdraw(request: HttpRequest, cycle: str, district: str, number: int) -> HttpResponse:
    """The author takes a proposal back, after being told that it is for good."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if not proposal.may_withdraw(request.user, at):
        messages.error(request, _("This proposal can no longer be withdrawn."))
        return redirect(proposal)
    form = WithdrawalForm(request.POST or None)
    if form.is_valid() and obeyed(form, proposal.withdraw, request.user, at, form.cleaned_data["reason"]):
        return redirect(proposal)
    return render(request, "proposals/withdraw.html", {"proposal": proposal, "cycle": proposal.cycle, "form": form})


def own_draft(request: HttpRequest, cycle: str, district: str, pk: int) -> Proposal:
    """A draft of the person asking; anyone else's is 404."""
    drafts = (
        Proposal.objects.drafts()
        .filter(author=request.user.pk)
        .select_related("contest__district", "contest__cycle", "cycle")
    )
    return get_object_or_404(drafts, pk=pk, contest__cycle__slug=cycle, contest__district__slug=district)


def _photo_page(request: HttpRequest, proposal: Proposal, at: datetime) -> HttpResponse:
    """Photos one by one: added, or removed by the button beside each."""
    form = PhotoForm()
    if "remove" in request.POST:
        photo = get_object_or_404(proposal.photos, pk=_number(request.POST["remove"]))
        proposal.remove_photo(request.user, at, photo)
        return redirect(request.path)
    if request.method == "POST":
        form = PhotoForm(request.POST, request.FILES)
        if form.is_valid() and obeyed(form, proposal.add_photo, request.user, at, **form.cleaned_data):
            return redirect(request.path)
    return _written(request, proposal, "photo", form=form)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)


def _page(draft: Proposal, step: str) -> str:
    return reverse("draft", args=[draft.contest.cycle.slug, draft.contest.district.slug, draft.pk, step])


def _written(request: HttpRequest, draft: Proposal, step: str, **shown: object) -> HttpResponse:
    """A page of the form, with the similar proposals once there is a title."""
    similar = Proposal.objects.similar_to(draft) if draft.title else Proposal.objects.none()
    similar = similar.select_related("contest__district", "contest__cycle")[:5]
    context = {"proposal": draft, "cycle": draft.contest.cycle, "step": step, "similar": similar, **shown}
    if step == "where":
        context["district"] = collection([draft.contest.district])
    return render(request, f"proposals/write/{step}.html", context)
