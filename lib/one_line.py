"""Names and titles: one line that looks like what it is.

A character that turns the writing around, or is not seen, lets a name hide, or imitate another. People do not type
them; they come along when something is copied. So they are left out, and nobody is asked about them.
"""

import unicodedata
from itertools import chain
from typing import Any

from django import forms
from django.db import models

# Categories of Unicode: control, format (turns the writing, joins, tags), surrogate, private, unassigned.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters and marks that are drawn as nothing: fillers, joiners, variation selectors.
FILLERS = (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)
SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
BLANK = frozenset(map(chr, chain(FILLERS, *SELECTORS)))


def one_line(text: str) -> str:
    """In one line and in one normal form (NFC), without what is not seen; whatever parts words becomes one blank."""
    parted = " ".join(text.split())
    seen = "".join(each for each in parted if each not in BLANK and unicodedata.category(each) not in UNSEEN)
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def says_something(text: str) -> bool:
    """Is there anything in it that is seen?"""
    return bool(one_line(text))


class OneLineField(forms.CharField):
    """A name or a title, as typed; the cleaned value is one line."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class OneLine(models.CharField[Any, Any]):
    """A column with names or titles: every form of it, and every full_clean(), reads one line."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        return one_line(found) if isinstance(found, str) else found

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": OneLineField, **options})

    def deconstruct(self) -> Any:
        """To the database it is a CharField like any other."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options
