"""Who votes with a letter: every page of theirs knows, and no cache keeps any."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from lib import clock
from residents.letter_booth import LetterBooth


def letters_open_booths(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Say who is in a letter's booth, and let nothing that is answered there be stored: the browser may be shared."""

    def middleware(request: HttpRequest) -> HttpResponse:
        booth = LetterBooth(request)
        request.letter_booth = booth  # type: ignore[attr-defined]  # budgeting.people.Request knows it
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            booth.come_back(at=clock.now())
        was_open = booth.holder is not None
        response = get_response(request)
        if was_open or booth.holder is not None:
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware
