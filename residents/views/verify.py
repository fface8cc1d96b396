"""Showing that I live here."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.visitors import user_of
from budgeting import registry
from budgeting.people import Request
from lib import clock
from lib.refusal import obeying
from residents.forms import LetterCodeForm
from residents.models import Claim, LetterCode, StandingRegister

SECOND_ACCOUNT = _(
    "Another account is tied to this letter's resident already. A clerk has been told: come to the city's desk with a "
    "document that shows who you are."
)


@require_GET
def ways(request: Request) -> HttpResponse:
    """The ways to be verified, and what is kept and why."""
    shut_out = StandingRegister.shutting_out(request.user, clock.now())
    return render(request, "residents/verify.html", {"shut_out": shut_out})


@never_cache
def by_letter(request: HttpRequest) -> HttpResponse:
    """The code of a letter: typed, or put into the field by a script. No address brings it here."""
    if request.method != "POST":
        return render(request, "residents/verify_by_letter.html", {"form": LetterCodeForm()})
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("verify_by_letter"))
    form = LetterCodeForm(request.POST)
    if not ratelimit.consume(request, action="verify_by_letter"):
        form.add_error(None, _("That was the tenth try today. Try again tomorrow, or come to the city's desk."))
        return render(request, "residents/verify_by_letter.html", {"form": form}, status=429)
    if form.is_valid():
        with obeying(form, "code"):
            made = LetterCode.redeem(form.cleaned_data["code"], by=user_of(request), at=clock.now())
            request.session.cycle_key()  # more may be done from here on: a session seen before is worth nothing
            return _verified_or_claimed(request, made)
    return render(request, "residents/verify_by_letter.html", {"form": form})


def _verified_or_claimed(request: HttpRequest, made: object) -> HttpResponse:
    if isinstance(made, Claim):
        messages.warning(request, SECOND_ACCOUNT)
    else:
        messages.success(request, _("You are verified: you may vote."))
    return redirect(registry.name_of(registry.Page.ME))
