"""A mail to one address that goes with the act itself: to a stranger, to an address just given up, about a right.

Nobody could choose, hide or take back anything about it, so it is written at once, into the outbox.
"""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from notices.dress import Button, dressed
from notices.kinds import Kind, words_of
from notices.models import Wording
from notices.words import filled, subject_line


def post(kind: Kind, *, to: str, language: str, says: Callable[[], Mapping[str, object]], path: str = "") -> None:
    """Write it in that language, the city's if that is empty, in the caller's transaction.

    `says` is asked for the placeholders once the language is active; {city}, {site} and {contact} are known. `path` is
    that of the page its button leads to.
    """
    language = language or settings.LANGUAGE_CODE
    with override(language):
        of = words_of(kind)
        subject, text = Wording.of(kind, of, language)
        values = everywhere() | {name: str(value) for name, value in says().items()}
        button = Button(str(of.button), settings.PUBLIC_URL + path) if path else None
        why = _("This mail concerns your account or your rights, and cannot be switched off.")
        why = why if of.is_a_right else ""
        said = subject_line(subject, values), filled(text, values)
        mail = dressed(*said, to=to, button=button, why=why, has_codes="code" in of.placeholders)
        mail.leaves_no_row = of.leaves_no_row  # type: ignore[attr-defined]  # the outbox asks (outbox.py)
        mail.send()


def everywhere() -> dict[str, str]:
    """What every such mail may name."""
    return {
        "city": settings.CITY_NAME,
        "site": settings.PUBLIC_URL,
        "contact": settings.CITY_CONTACT or settings.CITY_NAME,
    }
