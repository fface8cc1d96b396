"""Who is asking, and whether they may go on."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject

from accounts.visitors import Visitor

Handler = Callable[[HttpRequest], HttpResponse]

WORKING_DAY = timedelta(hours=10)

WITHOUT_A_SECOND_FACTOR = {
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "second_factor",
    "set_language",
}


def visitors_answer_no(get_response: Handler) -> Handler:
    """Give `request.user` the same questions whether or not anybody is signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        signed_in = request.user
        request.user = SimpleLazyObject(lambda: signed_in if signed_in.is_authenticated else Visitor())  # type: ignore[assignment]
        return get_response(request)

    return middleware


def staff_use_a_second_factor(get_response: Handler) -> Handler:
    """Lead whoever holds a role, or may enter the set-up, to setting up a second factor first (ASVS 6.3.3)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and user.must_use_a_second_factor
            and not user.has_a_second_factor
            and _name_of(request.path_info) not in WITHOUT_A_SECOND_FACTOR
        ):
            return redirect("second_factor")
        return get_response(request)

    return middleware


def staff_sign_in_every_day(get_response: Handler) -> Handler:
    """End the session of whoever holds a role, or may enter the set-up, a working day after it began (ASVS 7.3.2).

    A resident's lasts as long as before. The end is a moment of the session itself, which Django watches: no later
    request moves it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and user.must_use_a_second_factor
            and request.session.get_expiry_age() > WORKING_DAY.total_seconds()
        ):
            request.session.set_expiry(WORKING_DAY)
        return get_response(request)

    return middleware


def leaving_clears_the_browser(get_response: Handler) -> Handler:
    """Have the browser forget our pages when somebody signs out: at a shared computer "Back" must show no ballot."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and _name_of(request.path_info) == "account_logout":
            response["Clear-Site-Data"] = '"cache"'
        return response

    return middleware


def _name_of(path: str) -> str | None:
    try:
        return resolve(path).url_name
    except Resolver404:
        return None
