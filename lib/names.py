"""One form of a name, the same for every way of writing it, by which names are compared and never shown.

Argued over scripts, signs and invisible characters in docs/decisions/0030.
"""

import re
import unicodedata
from functools import lru_cache

FORM = 2
"""Which edition of the form this is. What was made of an earlier one may differ, and is made anew from the names."""

# Letters that carry their mark inside, and those that keyboards of two languages have in two shapes.
_UNMARKED = str.maketrans(
    {
        **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"},
        **{"ŋ": "n", "ĸ": "k", "ə": "e", "ɨ": "i", "ƶ": "z", "ی": "ي", "ى": "ي", "ک": "ك", "ٱ": "ا"},
    }
)
_APOSTROPHES = re.compile("['’‘‛`´′‵ʹʻʼʽʾʿˈ՚׳ꞌ＇·‧]")  # and the dot of a Catalan l·l
# Accents of Latin, Greek and Cyrillic, the points of Hebrew and the vowels of Arabic: written or left out.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
)
_NOT_SEEN = {"\u0640", *map(chr, range(0xFE00, 0xFE10))}  # what only lengthens a line or chooses a shape
_WORD = re.compile(r"[^\W_]+")
_LONE = re.compile(r"\b([^\W_]) (?=[^\W_]{2})")


def one_form(name: str) -> str:
    """Its words in the order of the alphabet, without capitals, accents, apostrophes or anything that is not seen.

    Empty if there is no letter and no digit in it. The form of a form is itself.
    """
    return _form(_APOSTROPHES.sub("", name))


def forms(name: str) -> set[str]:
    """Its form, and those of the ways it may stand elsewhere: O'Brien, OBrien and O Brien."""
    apart = " ".join(_words(_APOSTROPHES.sub(" ", name)))
    return {one_form(name), _form(apart), _form(_LONE.sub(r"\1", apart))}


def _form(text: str) -> str:
    return " ".join(sorted(_words(text)))


def _words(text: str) -> list[str]:
    """In their order."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    if letters.isascii():
        return _WORD.findall(letters)
    letters = _ACCENTS.sub("", letters).translate(_UNMARKED)
    return "".join(map(_kept, letters)).split()


@lru_cache(maxsize=4096)
def _kept(char: str) -> str:
    """Letters and digits, and the signs that belong to one, as the vowels of Devanagari do; between words a blank."""
    kind = unicodedata.category(char)
    if kind == "Cf" or char in _NOT_SEEN or _APOSTROPHES.fullmatch(char):
        return ""
    return char if char.isalnum() or kind.startswith("M") else " "
