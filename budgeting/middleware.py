"""The last net: what a verb or the database refuses, and no view has caught, is told in words."""

import logging
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from budgeting.registry import Page, address_of
from lib.refusal import is_refused, refused_by

logger = logging.getLogger(__name__)


class RefusalsAreTold:
    """Answers 409 with the sentences of a refusal. The booth wraps what goes wrong in it, so its words never come here.

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
