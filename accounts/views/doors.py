"""What somebody with a role must do before anything else; and allauth's sign-up, wholly done or not at all."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import SignupView
from allauth.socialaccount.views import SignupView as SocialSignupView
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import idle, typed_before
from accounts.sessions import gave_a_factor, where_to_prove
from accounts.visitors import user_of
from budgeting import registry

GOES_ON_TO = "sign_up_goes_on_to"  # in a session: the page whoever signs up was on the way to


@login_required
@require_GET
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where whoever holds a role is led until this session has given an authenticator app's code or a passkey."""
    user = user_of(request)
    if not user.has_a_second_factor:
        return render(request, "accounts/second_factor.html")
    if gave_a_factor(request, user):
        return redirect("mfa_index")
    return redirect(where_to_prove(user, then=registry.address_of(registry.Page.HOME)))


@login_required
@require_http_methods(["GET", "POST"])
def still_here(request: HttpRequest) -> HttpResponse:
    """For how many more seconds whoever holds a role stays signed in, for a script; by POST: something was done."""
    if not user_of(request).must_use_a_second_factor:
        raise Http404
    return JsonResponse({"left": idle.left(request.session)})


@login_required
def prove_by_mail(request: HttpRequest) -> HttpResponse:
    """Whoever has neither password nor factor shows that it is still them by signing in anew, by a mailed code."""
    user, then = user_of(request), get_next_redirect_url(request) or registry.address_of(registry.Page.ME)
    if get_adapter().get_reauthentication_methods(user):
        return redirect(where_to_prove(user, then=then))
    if request.method != "POST":
        return render(request, "accounts/prove_by_mail.html", {"then": then})
    with typed_before.carried(request):
        get_adapter().logout(request)
    LoginCodeVerificationProcess.initiate(request=request, user=user, email=user.email)
    return redirect(f"{reverse('account_confirm_login_code')}?{urlencode({'next': then})}")


class _WhollyOrNot:
    """Keeps an account and the mail about it together: allauth saves the one and then sends the other.

    Where the mail is too much (adapter.py) there so is no account that nobody can confirm. Tries are counted before the
    form is read, and count whatever becomes of it.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            transaction.set_rollback(answer.status_code == HTTPStatus.TOO_MANY_REQUESTS)
        return answer


class _SignUp(_WhollyOrNot, SignupView):
    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        typed_before.keep(self.request)
        self.request.session[GOES_ON_TO] = self.get_next_url()
        return answer


class _SignUpElsewhere(_WhollyOrNot, SocialSignupView):
    """Of somebody who came by the city's own sign-in: the same name, and the same proof of the address."""


@require_POST
def sign_up_anew(request: HttpRequest) -> HttpResponse:
    """The address was mistyped: back to the form, with all that was typed but the password.

    What waits for the code is given up. The same is done for an address that has an account, where nothing waits.
    """
    if request.user.is_authenticated:
        return redirect("account_email")
    then = request.session.get(GOES_ON_TO)
    with typed_before.carried(request):
        request.session.flush()
    return redirect(f"{reverse('account_signup')}?{urlencode({'next': then})}" if then else "account_signup")


sign_up = _SignUp.as_view()
sign_up_elsewhere = _SignUpElsewhere.as_view()
