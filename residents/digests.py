"""What is kept of a resident's number, name and birth date: keyed digests that mean nothing without REGISTER_KEY.

The key of each digest is derived from REGISTER_KEY (kept outside the database) for one purpose and one cycle, so a copy
of the database cannot be searched by trying numbers, and two cycles cannot be joined.
"""

import hmac
import unicodedata
from functools import lru_cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from budgeting.models import Cycle
from lib.names import one_form
from residents.birth_dates import BirthDate


def normalised_identifier(text: str) -> str:
    """The same for every way of writing one number: full-width digits, capitals, blanks, dashes, leading zeros.

    Leading zeros go because spreadsheets drop them. Two numbers that differ in nothing else would then be one; an
    import names both lines and takes neither. Empty if nothing is left.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(filter(str.isalnum, folded)).lstrip("0")


def identifier_digest(cycle: Cycle, identifier: str) -> bytes:
    """32 bytes."""
    return _digest(_key(f"roll/v1|{cycle.pk}|identifier"), normalised_identifier(identifier))


def person_digest(cycle: Cycle, name: str, born: BirthDate) -> bytes:
    """32 bytes. A person born in 1950 is another than one born on a day of it."""
    return _digest(_key(f"roll/v1|{cycle.pk}|person"), f"{one_form(name)}|{born}")


def letter_digest(code: str) -> bytes:
    """32 bytes, of a code as `residents.letter_codes.normalised` gives it."""
    return _digest(_key("letter/v1"), code)


def network_digest(purpose: str, network: str) -> bytes:
    """32 bytes, of a network as `notices.limits.within` gives it: of another purpose it has another."""
    return _digest(_key(f"network/v1|{purpose}"), network)


def _digest(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _key(purpose: str) -> bytes:
    return _derived(settings.REGISTER_KEY, purpose)


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode())
