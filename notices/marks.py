"""The mark of each mail, by which one that comes back is known: in its Message-ID and, where a city has one for each,
in the address it comes back to.

It is sealed, so that nobody can make one up; and the mark of a mail that leaves no row says so, and nothing else.
"""

import re
import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

MARK = re.compile(r"(?<![0-9a-z])(?P<chance>[0-9a-f]{20})(?P<seal>[0-9a-f]{20})(?![0-9a-z])")


def new_message_id(*, leaves_no_row: bool = False) -> str:
    """For a mail of ours (RFC 5322, 3.6.4)."""
    chance = secrets.token_hex(10)
    return message_id_of(f"{chance}{_seal(chance, leaves_no_row)}")


def message_id_of(mark: str) -> str:
    return f"<{mark}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def comes_back_to(message_id: str) -> str:
    """The address to which a mail goes back that cannot be delivered."""
    address: str = settings.MAIL_BOUNCES or settings.DEFAULT_FROM_EMAIL
    return address.replace("*", message_id.strip("<>").partition("@")[0]) if settings.MAIL_BOUNCES else address


def mark_in(text: str) -> str | None:
    """The first mark of ours in some text, such as a Message-ID or an address; None if there is none."""
    return next((found[0] for found in MARK.finditer(text.lower()) if is_ours(found[0])), None)


def is_ours(mark: str) -> bool:
    return _is_sealed(mark, leaves_no_row=False) or leaves_no_row(mark)


def leaves_no_row(mark: str) -> bool:
    """Was it a mail of which nothing is kept?"""
    return _is_sealed(mark, leaves_no_row=True)


def _is_sealed(mark: str, leaves_no_row: bool) -> bool:
    found = MARK.fullmatch(mark)
    return found is not None and constant_time_compare(found["seal"], _seal(found["chance"], leaves_no_row))


def _seal(chance: str, leaves_no_row: bool) -> str:
    of = "no row" if leaves_no_row else "a row"
    return salted_hmac(f"notices.marks|{of}", chance, algorithm="sha256").hexdigest()[:20]
