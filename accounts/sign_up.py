"""Signing up takes the same work whether or not the address has an account: its time tells nobody (ASVS 6.3.8)."""

import secrets
from contextlib import suppress
from typing import Any

from allauth.account.forms import SignupForm
from allauth.account.internal.flows.signup import complete_signup
from django.db import transaction
from django.http import HttpRequest

from accounts.adapter import ToNobody
from accounts.proving import SET_HERE


class SignUpForm(SignupForm):
    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            self._sign_nobody_up(request)
        return super().try_save(request)

    def _sign_nobody_up(self, request: HttpRequest) -> None:
        """All that is done for a new address, up to its mail; and it is taken back. The mail is the owner's then."""
        typed, nobody = self.cleaned_data["email"], f"{secrets.token_hex(16)}@nobody.invalid"  # RFC 2606
        self.cleaned_data["email"], self.account_already_exists = nobody, False
        setattr(request, ToNobody.ADDRESS, nobody)
        with suppress(ToNobody), transaction.atomic():
            complete_signup(request, user=self.save(request))
            transaction.set_rollback(True)  # should it send no mail
        self.cleaned_data["email"], self.account_already_exists = typed, True
        request.session.pop(SET_HERE, None)
