"""Who votes with a letter: every page knows."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lib import clock
from residents.letter_booth import LetterBooth


def letters_open_booths(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Say who is in a letter's booth."""

    def middleware(request: HttpRequest) -> HttpResponse:
        booth = LetterBooth(request)
        request.letter_booth = booth  # type: ignore[attr-defined]  # budgeting.people.Request knows it
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            booth.come_back(at=clock.now())
        return get_response(request)

    return middleware
