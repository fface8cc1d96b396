"""What people typed or copied by hand, where no form field cleans it."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict


def letters_and_digits(text: str, lookalikes: Mapping[int, Any] | None = None) -> str:
    """What somebody copied by hand, in capitals, without blanks and dashes; what is easily confused put right.

    `lookalikes` (str.maketrans): which characters stand for which, where the alphabet leaves some out.
    """
    capitals = unicodedata.normalize("NFKC", text).upper().translate(lookalikes or {})
    return "".join(filter(str.isalnum, capitals))


def in_fours(text: str) -> list[str]:
    """In groups of four, as people copy it best."""
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def without_nul(text: str) -> str:
    """No database can hold a NUL, and nobody means one."""
    return text.replace("\0", "")


def typed(data: QueryDict, name: str, most: int) -> str:
    """What was typed, without the NUL that no database can hold, without blanks around it, cut off at `most`."""
    return without_nul(str(data.get(name, ""))).strip()[:most]
