"""What was typed comes back where a form had to wait: until it was shown that it is still them, or for an address anew.

Kept in the session, of one form at a time, and of these fields alone: never a password, a code or a key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from django.template.response import SimpleTemplateResponse

KEY = "typed_before"  # in a session: on which page, by whom, and what
KEPT = ("email", "name")
LONGEST = 254  # an address
# Buttons beside the form on the page of one's address, which send an address that nobody typed there.
OTHERWISE = {"action_send", "action_remove", "action_primary"}


def keep(request: HttpRequest) -> None:
    """Keep what was posted until the form of its page is shown again."""
    request.session.pop(KEY, None)
    typed = {name: request.POST[name][:LONGEST] for name in KEPT if name in request.POST}
    if typed and not OTHERWISE & request.POST.keys():
        request.session[KEY] = {"page": request.path, "whose": request.user.pk, "typed": typed}


@contextmanager
def carried(request: HttpRequest) -> Iterator[None]:
    """Around what ends the session, and nothing of it is to stay but this."""
    kept = request.session.get(KEY)
    yield
    if kept:
        request.session[KEY] = kept


def put_back(request: HttpRequest, response: SimpleTemplateResponse) -> bool:
    """Put what was kept for this page into its form, once. False if there is nothing."""
    kept: dict[str, Any] = request.session.get(KEY) or {}
    form = (response.context_data or {}).get("form")
    if form is None or form.is_bound or (kept.get("page"), kept.get("whose")) != (request.path, request.user.pk):
        return False
    form.initial |= {name: value for name, value in kept["typed"].items() if name in form.fields}
    del request.session[KEY]
    return True
