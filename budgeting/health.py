"""Is the site well? For the machines that look after it; nobody signs in for it, and it says nothing about people.

`/health/live`   200 as long as this process answers. It asks nothing, so it tells whether to start the process again.
`/health/ready`  200 if all is well, else 503 with a word a line for what is not: `database` (it does not answer),
                 `migrations` (some are not applied), `worker` (none has lived within the last minute).
"""

from collections.abc import Callable

import psycopg
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.log import log_response

from budgeting import versions
from lib import jobs

DATABASE = "database"


QUESTIONS: dict[str, Callable[[], bool]] = {
    "migrations": versions.all_are_applied,
    "worker": jobs.has_a_worker,
}


def not_well() -> list[str]:
    """A word for each thing that is not well. Without the database nothing else can be asked."""
    try:
        with jobs.session():  # not from the pool, where one would wait for a server that is away
            pass
        return [word for word, is_well in QUESTIONS.items() if not is_well()]
    except (Error, psycopg.Error):
        return [DATABASE]


ANSWERS: dict[str, Callable[[], list[str]]] = {"/health/live": list, "/health/ready": not_well}


def health(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The first middleware: what comes after it asks for a known Host, a session and a database."""

    def middleware(request: HttpRequest) -> HttpResponse:
        ask = ANSWERS.get(request.path_info)
        if ask is None:
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        words = ask()
        text = "\n".join(words or ["well"]) + "\n"
        headers = {"Cache-Control": "no-store"}
        answer = HttpResponse(text, "text/plain; charset=utf-8", status=503 if words else 200, headers=headers)
        if words:
            log_response("Not well: %s", ", ".join(words), response=answer, request=request, level="warning")
        return answer

    return middleware
