"""A member's card of a step: a draft as they type, handed in, taken back, and confirmed by another."""

import secrets
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from budgeting.people import Request
from committee import cards, showing
from committee.addresses import address_of, card_of
from committee.calendar import Kind
from committee.forms.cards import CardForm, everything_typed, typed_in
from committee.members import why_not_look
from committee.models import Answer, Card, Question
from committee.models.card import LONGEST_WINDOW
from committee.views.giving_back import given_back
from committee.views.loading import find_before_the_committee
from lib import clock
from lib.refusal import Refused, obeying, status_of
from lib.typed import typed as typed_text
from proposals.models import Proposal
from proposals.views.browse import find


@login_required
def page(request: Request, cycle: str, district: str, number: int, card: str) -> HttpResponse:
    """My card. POST keeps it as a draft, and hands it in where that button was pressed."""
    at = clock.now()
    proposal = find(request, at, cycle, district, number)
    if sentence := why_not_look(proposal, by=request.user):
        return given_back(request, proposal, sentence, everything_typed(request.POST))
    step = _step(card)
    questions = list(Question.objects.filter(cycle=proposal.cycle, step=step.value))
    if not any(question.retired_at is None for question in questions):
        raise Http404
    if request.method != "POST":
        return _shown(request, proposal, step, questions, at)
    return _saved(request, proposal, step, questions, at)


def _step(name: str) -> Kind:
    if name not in list(Kind):
        raise Http404
    return Kind(name)


def _saved(request: Request, proposal: Proposal, step: Kind, questions: list[Question], at: datetime) -> HttpResponse:
    typed = typed_in(request.POST, questions)
    version = request.POST.get("version", "")
    opened: dict[str, Any] = {
        "version": int(version) if version.isdecimal() and len(version) < 10 else 0,
        "window": _window(request),
        "is_pressed": not request.htmx,
    }
    try:
        kept = cards.keep(proposal, step, typed, **opened, by=request.user, at=at)
    except Refused as refusal:
        return _shown(request, proposal, step, questions, at, refused=refusal.sentence)
    if request.htmx:
        return render(request, "committee/card.html#saved", {"kept": kept, "version": kept.version})
    if "hand_in" not in request.POST:
        if sentence := cards.why_not_hand_in(proposal, step, cards.steps_of(proposal), by=request.user, at=at):
            messages.error(request, _("%s What you typed is kept as your draft.") % sentence)
        else:
            messages.success(request, _("Kept as a draft. Nobody else sees it."))
        return redirect(card_of(proposal, step))
    form = CardForm(questions, proposal.cycle.currency, {}, request.POST)
    if form.is_valid():
        with obeying(form):
            cards.hand_in(kept, form.numbers, by=request.user, at=at)
            messages.success(request, _("Your card is handed in."))
            return redirect(card_of(proposal, step))
    return _shown(request, proposal, step, questions, at, form=form)


def _shown(
    request: Request,
    proposal: Proposal,
    step: Kind,
    questions: list[Question],
    at: datetime,
    *,
    form: CardForm | None = None,
    refused: str = "",
) -> HttpResponse:
    """The page; `refused`: why nothing was saved, with what was typed still in the form."""
    mine = Card.objects.filter(proposal=proposal, step=step.value, member=request.user.pk).first()
    answers = {answer.question_id: answer for answer in Answer.objects.filter(card=mine)} if mine else {}
    dated = cards.steps_of(proposal)
    typed = typed_in(request.POST, questions)
    currency = proposal.cycle.currency
    told = showing.steps_told(proposal, by=request.user, at=at)
    is_draft = mine is None or mine.handed_in_at is None
    context = {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "step": step,
        "dates": dated.get(step.value),
        "by_two": cards.is_by_two(step, dated),
        "mine": mine,
        "kept": mine if is_draft else None,
        "version": mine.version if mine else 0,
        "window": _window(request) or secrets.token_hex(LONGEST_WINDOW // 2),
        "is_draft": is_draft,
        "form": form or CardForm(questions, currency, {**answers, **typed}),
        "refused": refused,
        "saved_otherwise": showing.saved_otherwise(answers, questions, typed, currency) if refused and is_draft else [],
        "typed": everything_typed(request.POST) if refused and not is_draft else [],
        "why_not": cards.why_not_hand_in(proposal, step, dated, by=request.user, at=at),
        "why_not_back": mine and cards.why_not_take_back(mine, dated, by=request.user, at=at),
        "told": next((each for each in told if each.step is step), None),
    }
    if refused:
        return render(request, "committee/card.html", context, status=HTTPStatus.CONFLICT)
    return render(request, "committee/card.html", context, status=status_of(form))


def _window(request: Request) -> str:
    """What tells this open page from another of the same card."""
    return typed_text(request.POST, "window", LONGEST_WINDOW)


@login_required
@require_POST
def take_back(request: Request, cycle: str, district: str, number: int, card: str) -> HttpResponse:
    """My card is a draft again."""
    at = clock.now()
    proposal = find_before_the_committee(request, at, cycle, district, number)
    mine = get_object_or_404(Card, proposal=proposal, step=_step(card).value, member=request.user.pk)
    with obeying(request):
        cards.take_back(mine, by=request.user, at=at)
        messages.success(request, _("Your card is a draft again."))
    return redirect(card_of(proposal, Kind(mine.step)))


@login_required
@require_POST
def confirm(request: Request, cycle: str, district: str, number: int, card: str) -> HttpResponse:
    """I agree with the card that another member has handed in."""
    at = clock.now()
    proposal = find_before_the_committee(request, at, cycle, district, number)
    handed_in = Card.objects.handed_in().filter(proposal=proposal, step=_step(card).value)
    theirs = get_object_or_404(handed_in.exclude(member=request.user.pk), pk=_number(request, "card"))
    with obeying(request):
        cards.confirm(theirs, version=_version(request), by=request.user, at=at)
        messages.success(request, _("The card is confirmed."))
    return redirect(address_of(proposal))


def _version(request: Request) -> int | None:
    """Which version of the card they were shown, if their page said so."""
    return _number(request, "version") if "version" in request.POST else None


def _number(request: Request, name: str) -> int:
    number = request.POST.get(name, "")
    return int(number) if number.isdecimal() and len(number) < 16 else 0
