"""The words of a mail: ours, or the city's own, with placeholders that are names and never code."""

import re
import unicodedata
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import override

from lib.one_line import one_line
from notices.kinds import Words

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LONGEST_SUBJECT = 200
# Whatever a value does to the direction of writing ends with it (Unicode 15, UAX 9).
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
TURNS_AROUND = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def of_ours(of: Words, language: str) -> tuple[str, str]:
    with override(language):
        return str(of.subject), str(of.text)


def filled(words: str, values: Mapping[str, str]) -> str:
    """A text with its placeholders filled, each value kept apart from the direction of the writing around it."""
    return PLACEHOLDER.sub(lambda found: apart(values.get(found[1], found[0])), words)


def subject_line(words: str, values: Mapping[str, str]) -> str:
    """One line, whatever stands in the values."""
    return one_line(PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), words))[:LONGEST_SUBJECT]


def apart(value: str) -> str:
    """A value as it may stand in a text: nothing in it turns around what stands outside of it."""
    kept = "".join(each for each in value if each not in TURNS_AROUND)
    rightward = any(unicodedata.bidirectional(each) in ("R", "AL") for each in kept)
    return f"{ISOLATE}{kept}{END_OF_ISOLATE}" if rightward else kept


def why_not(of: Words, subject: str, text: str) -> str:
    """Why these words cannot be sent, in a sentence; empty if they can."""
    used = {*PLACEHOLDER.findall(subject), *PLACEHOLDER.findall(text)}
    if unknown := sorted(used - set(of.placeholders)):
        return _("There is no placeholder {%(name)s}. Those that can be used stand beside the text.") % {
            "name": unknown[0]
        }
    if missing := sorted(of.needs - used):
        return _("Without {%(name)s} this mail would be of no use: put it back in.") % {"name": missing[0]}
    return ""


def example(of: Words, language: str, subject: str, text: str) -> tuple[str, str]:
    """The same with an example in the place of each placeholder."""
    with override(language):
        values = {name: str(value) for name, value in of.placeholders.items()}
    return subject_line(subject, values), filled(text, values)
