"""What holds for every page: what was refused is told in words, and what somebody sees of theirs is stored nowhere."""

import logging
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from budgeting.people import Request
from budgeting.registry import Page, address_of
from lib.refusal import is_refused, refused_by

logger = logging.getLogger(__name__)

Handler = Callable[[Request], HttpResponse]


def pages_of_somebody_are_not_stored(get_response: Handler) -> Handler:
    """Let nothing keep what is answered to somebody signed in, in a letter's booth or on the way in.

    The browser may be shared, and the page that waits for a code shows an address. What says by itself how long it may
    be kept, such as a photo of a proposal, is left as it is (ASVS 14.3.2).
    """

    def middleware(request: Request) -> HttpResponse:
        was_somebody = _is_somebody(request)
        response = get_response(request)
        if (was_somebody or _is_somebody(request)) and not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


def _is_somebody(request: Request) -> bool:
    person = request.user
    return person.is_authenticated or person.holds_a_letter or not request.session.is_empty()


class RefusalsAreTold:
    """The last net: answers 409 with the sentences of a refusal that no view has caught.

    The booth wraps what goes wrong in it, so its words never come here.
    A verb that refuses has changed nothing, and what the database refuses is rolled back: the page says so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, refusal: Exception) -> HttpResponse | None:
        if isinstance(refusal, ValidationError):
            sentences = refusal.messages
        elif isinstance(refusal, Error) and is_refused(refusal):
            logger.warning("The database refused, by %s: %s", refused_by(refusal) or "a guard", request.path)
            sentences = [_("Something changed in the meantime, so this is no longer possible. Look at the page again.")]
        else:
            return None
        return render(request, "refused.html", {"sentences": sentences, "back": _back(request)}, status=409)


def _back(request: HttpRequest) -> str:
    """The page somebody came from, if it is one of ours."""
    before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if is_ours else address_of(Page.HOME)
