"""What is answered when something is wrong with a request, or with us.

Not Django's own: those ask its check against forgery for a token, which reads the body of the request once more, and
fails on the very body that is to be refused.
"""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.log import log_response
from django.utils.translation import gettext as _

from lib.away import passes

RETRY_AFTER = 30  # seconds


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return too_large()
    return _alone("400.html", 400)


def too_large(most: int | None = None) -> HttpResponse:
    """413. `most` is what this page takes, in bytes, if that is what was passed."""
    said = _("What you sent is too large for this page.")
    if most is not None:
        said = _("What you sent is too large for this page, which takes %s at most.") % filesizeformat(most)
    return _alone("413.html", 413, said=said, smaller=True)


def length_unknown() -> HttpResponse:
    """411."""
    return _alone("413.html", 411, said=_("Your program did not say how large what it sends is."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"exception": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest, said: str | None = None) -> HttpResponse:
    """429. allauth asks for it by the name of handler429. `said` stands for "wait a few minutes"."""
    return render(request, "429.html", {"said": said}, status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database is away, or its disk full, which passes; else 500.

    Django asks it for every error that nobody caught. Of what passes one line is logged instead of a traceback: each
    request would bring one, all alike.
    """
    if not passes(sys.exc_info()[1]):
        return _alone("500.html", 500)
    response = _alone("503.html", 503)
    response["Retry-After"], response["Cache-Control"] = str(RETRY_AFTER), "no-store"
    log_response(
        "The database cannot be reached, or its disk is full: %s", request.path, response=response, request=request
    )
    return response


def _alone(template: str, status: int, **context: Any) -> HttpResponse:
    """A page that asks neither the request nor the database for anything."""
    return HttpResponse(render_to_string(template, context), status=status)
