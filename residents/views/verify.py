"""Showing that I live here."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.visitors import user_of
from budgeting import registry
from budgeting.models import Cycle
from budgeting.people import Request
from budgeting.stages import Act, Stage
from lib import clock
from lib.refusal import obeying, status_of
from residents.forms import LetterCodeForm
from residents.letter_booth import network_of
from residents.models import Claim, LetterCode, StandingRegister, Verification
from residents.wrong_codes import TOO_MANY, counted

SECOND_ACCOUNT = _(
    "Another account is tied to this letter's resident already. A clerk has been told: come to the city's desk with a "
    "document that shows who you are."
)


@require_GET
def ways(request: Request) -> HttpResponse:
    """The ways to be verified, and what is kept and why."""
    at = clock.now()
    shut_out = StandingRegister.shutting_out(request.user, at)
    ties = Verification.ended().filter(user=request.user.pk).exclude(resident__cycle__in=shut_out)
    ended = [tie.resident for tie in ties if tie.resident and tie.resident.cycle.allows(Act.VERIFY, at)]
    return render(request, "residents/verify.html", {"shut_out": shut_out, "ended": ended})


@never_cache
def by_letter(request: Request) -> HttpResponse:
    """The code of a letter: typed, or put into the field by a script. No address brings it here.

    It ties whoever is signed in to the line it was made for; to anybody else it opens the booth.
    """
    form = LetterCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _tied(request, form) if request.user.is_authenticated else _let_in(request, form)
    return _page(request, form)


def _tied(request: Request, form: LetterCodeForm) -> HttpResponse:
    at = clock.now()
    with obeying(form, "code"), counted(network_of(request), at=at):
        made = LetterCode.redeem(form.cleaned_data["code"], by=user_of(request), at=at)
        request.session.cycle_key()  # more may be done from here on: a session seen before is worth nothing
        return _verified_or_claimed(request, made)
    return _page(request, form)


def _let_in(request: Request, form: LetterCodeForm) -> HttpResponse:
    with obeying(form, "code"):
        request.letter_booth.open(form.cleaned_data["code"], at=clock.now())
        return redirect(registry.name_of(registry.Page.BALLOTS))
    return _page(request, form)


def _page(request: Request, form: LetterCodeForm) -> HttpResponse:
    """`voting`: where a letter opens the booth now. `later`: where it will, and from when on."""
    at = clock.now()
    cycles = Cycle.objects.filter(votes_by_letter=True).prefetch_related("phases")
    context = {
        "form": form,
        "voting": [cycle for cycle in cycles if cycle.allows(Act.VOTE, at)],
        "later": [(cycle, window) for cycle in cycles if (window := cycle.window(Stage.VOTING)) and window.opens > at],
    }
    status = HTTPStatus.TOO_MANY_REQUESTS if form.has_error("code", TOO_MANY) else status_of(form)
    return render(request, "residents/verify_by_letter.html", context, status=status)


def _verified_or_claimed(request: HttpRequest, made: object) -> HttpResponse:
    if isinstance(made, Claim):
        messages.warning(request, SECOND_ACCOUNT)
    else:
        messages.success(request, _("You are verified: you may vote."))
    return redirect(registry.name_of(registry.Page.ME))
