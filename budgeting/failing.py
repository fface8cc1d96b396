"""What is answered when a page could not be made."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.log import log_response
from django.views.defaults import server_error

from lib.away import is_away

RETRY_AFTER = 30  # seconds


def page_could_not_be_made(request: HttpRequest) -> HttpResponse:
    """503 while the database is away, which passes; else 500. Django asks it for every error that nobody caught.

    The page needs no database, and neither request nor session. One line is logged instead of a traceback: there would
    be one for every request, and all alike.
    """
    if not is_away(sys.exc_info()[1]):
        return server_error(request)
    page = loader.get_template("503.html").render()
    response = HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"})
    log_response("The database cannot be reached: %s", request.path, response=response, request=request)
    return response
