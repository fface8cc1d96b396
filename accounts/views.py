"""What somebody with a role must do before anything else; and allauth's sign-up, wholly done or not at all."""

from http import HTTPStatus
from typing import Any

from allauth.account.views import SignupView
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.visitors import user_of


@login_required
@require_GET
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where whoever holds a role is led until they have set up an authenticator app or a passkey."""
    if user_of(request).has_a_second_factor:
        return redirect("mfa_index")
    return render(request, "accounts/second_factor.html")


class _SignUp(SignupView):
    """Keeps an account and the mail about it together: allauth saves the one and then sends the other.

    Where the mail is too much (adapter.py) there so is no account that nobody can confirm. Tries are counted before the
    form is read, and count whatever becomes of it.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            transaction.set_rollback(answer.status_code == HTTPStatus.TOO_MANY_REQUESTS)
        return answer


sign_up = _SignUp.as_view()
