"""Writing a proposal one thing at a time, changing it, and taking it back."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from budgeting.bodies import ORDINARY, takes
from budgeting.models import Contest, Cycle
from budgeting.people import Request
from budgeting.stages import Act
from lib import clock
from lib.refusal import obeying, status_of
from lib.safe_image import MOST_BYTES
from proposals.forms.writing import (
    DraftCostForm,
    DraftPlaceForm,
    DraftTextForm,
    EditForm,
    PhotoForm,
    WithdrawalForm,
)
from proposals.geojson import map_of
from proposals.models import Proposal
from proposals.models.photo import MOST_PHOTOS
from proposals.views.browse import cycle_of, find

STEPS = {"what": DraftTextForm, "where": DraftPlaceForm, "cost": DraftCostForm}
PHOTO_FORM = MOST_BYTES + ORDINARY  # bytes
NEXT = {"what": "where", "where": "cost", "cost": "photo"}


@login_required
def choose_district(request: Request, cycle: str) -> HttpResponse:
    found = cycle_of(cycle)
    contests = found.contests.select_related("district", "cycle")
    context = {"cycle": found, "contests": contests, "open": found.allows(Act.PROPOSE, clock.now())}
    return render(request, "proposals/choose_district.html", context | _how_many_more(request, found))


def _how_many_more(request: Request, cycle: Cycle) -> dict[str, object]:
    """Before anything is written: how many of theirs stand, and why there cannot be another."""
    return {
        "standing": Proposal.submitted_by(request.user, cycle),
        "enough": Proposal.why_not_one_more(request.user, cycle),
    }


@login_required
def begin(request: Request, cycle: str, contest: str) -> HttpResponse:
    """The first page: what. Sending it makes the draft."""
    at = clock.now()
    contests = Contest.objects.select_related("cycle", "district").prefetch_related("cycle__phases")
    found = get_object_or_404(contests, cycle__slug=cycle, slug=contest)
    if not found.cycle.allows(Act.PROPOSE, at):
        return render(request, "proposals/closed.html", {"contest": found, "cycle": found.cycle, "at": at})
    draft = Proposal(contest=found, author_id=request.user.pk, created_at=at, language=get_language() or "en")
    form = DraftTextForm(request.POST or None, instance=draft)
    if form.is_valid():
        with obeying(form):
            draft.begin(by=request.user, at=at)
            return redirect(_page(draft, "where"))
    return _written(request, draft, "what", form=form, **_how_many_more(request, found.cycle))


@takes(PHOTO_FORM)
@login_required
def step(request: Request, cycle: str, district: str, pk: int, step: str) -> HttpResponse:
    """One page of a draft. Going on saves it."""
    at = clock.now()
    draft = own_draft(request, cycle, district, pk)
    if step == "photo":
        return _photo_page(request, draft, at)
    if step not in STEPS:
        raise Http404
    form = STEPS[step](request.POST or None, instance=draft)
    if form.is_valid():
        with obeying(form):
            draft.edit(by=request.user, at=at, **form.cleaned_data)
            return redirect(_page(draft, NEXT[step]))
    return _written(request, draft, step, form=form)


@login_required
def preview(request: Request, cycle: str, district: str, pk: int) -> HttpResponse:
    """The draft as others will see it; POST submits it."""
    at = clock.now()
    draft = own_draft(request, cycle, district, pk)
    form = forms.Form(request.POST if request.method == "POST" else None)  # nothing but the button
    if request.method == "POST":
        with obeying(form):
            draft.submit(by=request.user, at=at)
            messages.success(request, _("Thank you. Your proposal is submitted, with the number %d.") % draft.number)
            return redirect(draft)
    return _written(request, draft, "preview", form=form)


@login_required
def discard(request: Request, cycle: str, district: str, pk: int) -> HttpResponse:
    """Throw a draft away, after asking."""
    draft = own_draft(request, cycle, district, pk)
    if request.method == "POST":
        with obeying(request):
            draft.discard(by=request.user)
            messages.success(request, _("The draft is thrown away."))
        return redirect("proposals", cycle)
    return render(request, "proposals/discard.html", {"proposal": draft, "cycle": draft.cycle})


@login_required
def edit(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """The author changes a submitted proposal."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if objection := proposal.why_not_edit(by=request.user, at=at):
        messages.error(request, objection)
        return redirect(proposal)
    form = EditForm(request.POST or None, instance=proposal)
    if form.is_valid():
        with obeying(form):
            proposal.edit(by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _("Your changes are published. The earlier text stays readable in the history."))
            return redirect(find(request, at, cycle, district, number))
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "form": form,
        "asked": proposal.correction_asked(at),
        "district": map_of([proposal.contest.district]),
    }
    return render(request, "proposals/edit.html", context, status=status_of(form))


@takes(PHOTO_FORM)
@login_required
def photos(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """The author adds photos to a submitted proposal or removes them."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if objection := proposal.why_not_edit(by=request.user, at=at):
        messages.error(request, objection)
        return redirect(proposal)
    return _photo_page(request, proposal, at)


@login_required
def withdraw(request: Request, cycle: str, district: str, number: int) -> HttpResponse:
    """The author takes a proposal back, after being told that it is for good."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if objection := proposal.why_not_withdraw(by=request.user, at=at):
        messages.error(request, objection)
        return redirect(proposal)
    form = WithdrawalForm(request.POST or None)
    if form.is_valid():
        with obeying(form):
            proposal.withdraw(by=request.user, at=at, reason=form.cleaned_data["reason"])
            return redirect(proposal)
    context = {"proposal": proposal, "cycle": proposal.cycle, "form": form}
    return render(request, "proposals/withdraw.html", context, status=status_of(form))


def own_draft(request: Request, cycle: str, district: str, pk: int) -> Proposal:
    """A draft of the person asking; anyone else's is 404."""
    drafts = (
        Proposal.objects.drafts()
        .filter(author=request.user.pk)
        .select_related("contest__district", "contest__cycle", "cycle")
    )
    return get_object_or_404(drafts, pk=pk, contest__cycle__slug=cycle, contest__district__slug=district)


def _photo_page(request: Request, proposal: Proposal, at: datetime) -> HttpResponse:
    """Photos one by one: added, or removed by the button beside each."""
    form = PhotoForm()
    if "remove" in request.POST:
        photo = get_object_or_404(proposal.photos, pk=_number(request.POST["remove"]))
        with obeying(request):
            proposal.remove_photo(by=request.user, at=at, photo=photo)
        return redirect(request.path)
    if request.method == "POST":
        form = PhotoForm(request.POST, request.FILES)
        if form.is_valid():
            with obeying(form):
                proposal.add_photo(by=request.user, at=at, **form.cleaned_data)
                return redirect(request.path)
    has_room = len(proposal.photos.all()) < MOST_PHOTOS
    return _written(request, proposal, "photo", form=form, has_room=has_room)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)


def _page(draft: Proposal, step: str) -> str:
    return reverse("draft", args=[draft.contest.cycle.slug, draft.contest.district.slug, draft.pk, step])


def _written(request: Request, draft: Proposal, step: str, *, form: forms.BaseForm, **shown: object) -> HttpResponse:
    """A page of the form, with the similar proposals once there is a title."""
    similar = Proposal.objects.similar_to(draft, clock.now()) if draft.title else Proposal.objects.none()
    similar = similar.select_related("contest__district", "contest__cycle")[:5]
    context = {"proposal": draft, "cycle": draft.contest.cycle, "step": step, "similar": similar, "form": form, **shown}
    if step == "where":
        context["district"] = map_of([draft.contest.district])
    return render(request, f"proposals/write/{step}.html", context, status=status_of(form))
