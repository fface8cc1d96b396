"""What a department is asked: the list of its people, and each question with its answer."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from budgeting.people import Person, Request
from committee import departments, handling
from committee.forms.opinions import FindingForm, HandlingForm, TickedForm
from committee.models import FindingDraft, Opinion, Station
from committee.opinions import answered_by, in_hand_of
from committee.views.giving_back import given_back
from lib import clock
from lib.refusal import obeying, status_of
from lib.typed import without_nul
from proposals.models import Proposal

PER_PAGE = 50
MOST_ANSWERED = 20  # on the list, the last first
HANDED = (Station.Kind.ASKED, Station.Kind.FORWARDED, Station.Kind.RETURNED)


@login_required
def mine(request: Request) -> HttpResponse:
    """What my departments have to answer. POST accepts, hands on or gives back those that are ticked."""
    if not request.user.is_department:
        return _given_back(request)
    at = clock.now()
    theirs = Opinion.objects.filter(pk__in=in_hand_of(request.user, at).order_by().values("opinion"))
    form = HandlingForm(theirs, departments.ways_of(request.user))
    if request.method == "POST" and "accept" in request.POST:
        ticked = TickedForm(theirs, request.POST)
        if ticked.is_valid():
            with obeying(ticked):
                handling.accept(ticked.cleaned_data["opinions"], by=request.user, at=at)
                messages.success(request, _("You look after it."))
                return redirect("my_department")
        return _list(request, at, form, refused=ticked)
    if request.method == "POST":
        form = HandlingForm(theirs, departments.ways_of(request.user), request.POST)
        if form.is_valid():
            with obeying(form):
                messages.success(request, _hand(form, by=request.user, at=at))
                return redirect("my_department")
    return _list(request, at, form, refused=form)


def _hand(form: HandlingForm, *, by: Person, at: datetime) -> str:
    """What was done, in a sentence."""
    chosen, reason = form.cleaned_data["opinions"], form.cleaned_data["reason"]
    if form.cleaned_data["what"] == HandlingForm.RETURN:
        handling.give_back(chosen, by=by, at=at, reason=reason)
        return _("It is given back.")
    to = form.cleaned_data["to"]
    handling.forward(chosen, to, by=by, at=at, reason=reason)
    return _("%s has it now.") % to


def _list(request: Request, at: datetime, form: HandlingForm, *, refused: TickedForm) -> HttpResponse:
    """The longest waiting first; `refused`: the form that has something to say, if one has."""
    asked, waiting = request.GET.get("q", ""), in_hand_of(request.user, at)
    rows = waiting.filter(opinion__proposal__in=Proposal.objects.submitted().matching(asked))
    context = {
        "departments": departments.of(request.user),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "count": waiting.count(),
        "overdue": waiting.filter(opinion__due__lte=at).count(),
        "answered": answered_by(request.user, at)[:MOST_ANSWERED],
        "asked": asked,
        "form": form,
        "refused": refused,
        "ticked": request.POST.getlist("opinions"),
        "at": at,
    }
    return render(request, "committee/my_department.html", context, status=status_of(refused))


@login_required
def one(request: Request, opinion: int) -> HttpResponse:
    """A question that my department has, or has answered. POST answers it, or keeps what was typed as a draft."""
    at = clock.now()
    station = in_hand_of(request.user, at).filter(opinion=opinion).first()
    if station is None:
        return _answered(request, opinion)
    found = station.opinion
    draft = FindingDraft.objects.filter(opinion=found, by=request.user.pk).first()
    form = FindingForm(found.proposal.cycle.currency, request.POST or None, draft=draft.typed if draft else None)
    if request.method == "POST" and "keep" in request.POST:
        with obeying(request):
            handling.keep_draft(found, FindingForm.typed_in(request.POST), by=request.user, at=at)
            messages.success(request, _("Kept as a draft. Nobody else sees it."))
            return redirect("opinion", found.pk)
    elif request.method == "POST" and form.is_valid():
        with obeying(form):
            handling.answer(found, by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _("The committee has your answer."))
            return redirect("opinion", found.pk)
    context = {
        "opinion": found,
        "proposal": found.proposal,
        "cycle": found.proposal.cycle,
        "station": station,
        "handed": found.stations.filter(kind__in=HANDED).latest("place"),
        "form": form,
        "draft": draft,
        "handling": HandlingForm(Opinion.objects.filter(pk=found.pk), departments.ways_of(request.user)),
        "at": at,
    }
    return render(request, "committee/opinion.html", context, status=status_of(form))


def _answered(request: Request, opinion: int) -> HttpResponse:
    """What my department has answered; whoever has typed something all the same gets it back."""
    finding = answered_by(request.user, clock.now()).filter(opinion=opinion).first()
    if finding is None or request.method == "POST":
        return _given_back(request)
    proposal = finding.opinion.proposal
    context = {"opinion": finding.opinion, "proposal": proposal, "cycle": proposal.contest.cycle, "finding": finding}
    return render(request, "committee/opinion.html", context)


def _given_back(request: Request) -> HttpResponse:
    """To whom it is not there; but what they have typed they get back, and the reason."""
    said = [without_nul(request.POST.get(name, "")) for name in (*FindingForm.base_fields, "reason")]
    if not any(map(str.strip, said)):
        raise Http404
    gone = _("Your department has it no longer, or nobody waits for the answer any more.")
    ended = _("You work for no department now: your role has ended.")
    return given_back(request, None, gone if request.user.is_department else ended, said)
