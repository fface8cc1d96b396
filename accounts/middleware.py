"""Who is asking, and whether they may go on."""

from collections.abc import Callable
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import devices, idle, typed_before
from accounts.changes import CHANGES, ENDS_A_CHANGE, Account, settle
from accounts.models import User
from accounts.sessions import gave_a_factor, is_proved_freshly, where_to_prove
from accounts.visitors import Visitor

Handler = Callable[[HttpRequest], HttpResponse]

STILL_HERE = "still_here"  # a script asks there how long is left, which is nothing done

WITHOUT_A_SECOND_FACTOR = {
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "prove_by_mail",
    "second_factor",
    "set_language",
    STILL_HERE,
}


def visitors_answer_no(get_response: Handler) -> Handler:
    """Give `request.user` the same questions whether or not anybody is signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        signed_in = request.user
        request.user = SimpleLazyObject(lambda: signed_in if signed_in.is_authenticated else Visitor())  # type: ignore[assignment]
        return get_response(request)

    return middleware


def staff_use_a_second_factor(get_response: Handler) -> Handler:
    """Lead whoever holds a role, or may enter the set-up, to giving a second factor first (ASVS 6.3.3).

    In this session: one that was left open somewhere before the role was given shows none of its pages.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and user.must_use_a_second_factor
            and not (gave_a_factor(request, user) and user.has_a_second_factor)
            and _name_of(request.path_info) not in WITHOUT_A_SECOND_FACTOR
        ):
            return redirect("second_factor")
        return get_response(request)

    return middleware


def staff_sign_in_every_day(get_response: Handler) -> Handler:
    """End the session of whoever holds a role, or may enter the set-up, a working day after it began (ASVS 7.3.2).

    And an hour after its last page (7.3.1), which is said. A resident's lasts as long as before. The end of the day is
    a moment of the session itself, which Django watches: no later request moves it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_use_a_second_factor:
            if request.session.get_expiry_age() > settings.STAFF_SESSION.total_seconds():
                request.session.set_expiry(settings.STAFF_SESSION)
            if idle.left(request.session) <= 0:
                get_adapter().logout(request)
                request.user = SimpleLazyObject(Visitor)  # type: ignore[assignment]
                messages.warning(request, idle.said(sent=request.method == "POST"))
            elif request.method == "POST" or _name_of(request.path_info) != STILL_HERE:
                idle.touch(request.session)
                request.idle_after = settings.STAFF_IDLE.total_seconds()  # type: ignore[attr-defined]  # for base.html
        return get_response(request)

    return middleware


def changes_are_proved_and_told(get_response: Handler) -> Handler:
    """Before anybody changes an address, a password or a factor they show that it is still them (ASVS 7.5.1, 7.5.3).

    And what was changed is on record, and told.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        # Whose it is comes first: to find a page's name costs a walk over all addresses.
        if not user.is_authenticated or (name := _name_of(request.path_info)) not in CHANGES | ENDS_A_CHANGE:
            return get_response(request)
        if name in CHANGES and not is_proved_freshly(request, user):
            if request.method == "POST":
                typed_before.keep(request)
            return redirect(where_to_prove(user, then=request.get_full_path()))
        if request.method != "POST" and name != "openid_connect_callback":
            return get_response(request)
        before, key = Account.of(user.pk), user.pk
        with transaction.atomic():
            response = get_response(request)
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                transaction.set_rollback(True)
            else:
                user = User.objects.get(pk=key)
                settle(before, user, request=request)
                devices.remember(request, response, user)  # it knows the account by its password, too
        return response

    return middleware


class WhatWasTypedComesBack:
    """The form whose page asked for a proof first, or of a sign-up with a mistyped address, is filled in again."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        """For allauth's pages, which are the only ones of that kind."""
        if typed_before.put_back(request, response) and request.user.is_authenticated:
            messages.info(request, _("Nothing has been changed yet. What you typed is in the form: send it once more."))
        return response


def leaving_clears_the_browser(get_response: Handler) -> Handler:
    """Have the browser forget our pages when somebody signs out: at a shared computer "Back" must show no ballot.

    Whoever leaves a sign-up or a sign-in half way leaves nothing of it, whether or not the address has an account.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        is_leaving = request.method == "POST" and _name_of(request.path_info) == "account_logout"
        if is_leaving and not request.user.is_authenticated:
            request.session.flush()
        response = get_response(request)
        if is_leaving:
            response["Clear-Site-Data"] = '"cache"'
        return response

    return middleware


def _name_of(path: str) -> str | None:
    try:
        return resolve(path).url_name
    except Resolver404:
        return None
