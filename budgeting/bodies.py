"""How large a request may be: little, unless the view it goes to says beside its name what it needs.

Both middlewares judge a request by its head and before anything of its body is read, so that what is refused is never
on the disk. A body is never longer than its head says: of what comes after, nobody here reads a byte.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

from budgeting.errors import bad_request, length_unknown, too_large

View = TypeVar("View", bound=Callable[..., Any])

ORDINARY = 512 * 1024  # bytes: the longest text there is, in letters of which each takes nine in a form, has 180 kB


def takes(most: int) -> Callable[[View], View]:
    """Beside a view: how many bytes may be sent to it, by whoever is signed in and whom its guard lets in.

    Django's and allauth's views, and ours without this, take ORDINARY. The mark outlasts every decorator above it that
    uses `functools.wraps`.
    """

    def declare(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return declare


class Request(WSGIRequest):
    """Does not obey what a head says of the letters, but only notes it, for `letters_are_utf8`.

    Django reads the address by it while it makes the request, and what fails there nothing of its own catches.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Application(WSGIHandler):
    request_class = Request


class BodiesAreBounded:
    """Answers 413 to what is too large for its view, and 411 to what does not say how large it is.

    Stands ahead of whatever reads a form: Django's check against forgery does, and stores all files on the way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Django would take such a body for empty. No browser sends one, and a proxy turns them into ordinary ones.
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            return length_unknown()
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        length = _length(request)
        if length <= ORDINARY:
            return None
        most = getattr(view, "most_bytes", ORDINARY)
        if length > most:
            return too_large(most)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        question = getattr(view, "question", None)
        return None if question is None or question(request.user) else too_large(ORDINARY)


def _length(request: HttpRequest) -> int:
    """As the head has it, in bytes; 0 for what is no number, of which Django reads nothing."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def letters_are_utf8(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 400 to what announces other letters than UTF-8: Django takes forms and addresses in no other."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if (request.content_params or {}).get("charset", "utf-8").strip("\"' ").lower() != "utf-8":
            return bad_request(request, BadRequest())
        return get_response(request)

    return middleware
