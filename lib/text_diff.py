"""What changed between two texts, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_WORDS = 1500  # compared word by word at a time; longer passages are shown whole, old and new


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is "same", "gone" or "new"."""

    kind: str
    text: str


def text_diff(before: str, after: str) -> list[Piece]:
    """The two texts as one, in pieces. First line by line, then word by word within the lines that differ."""
    pieces: list[Piece] = []
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for kind, gone, come in _changes(old, new):
        words = (re.findall(r"\s+|\w+|[^\w\s]", "".join(side)) for side in (gone, come))
        gone_words, new_words = words
        if kind == "replace" and max(len(gone_words), len(new_words)) <= MOST_WORDS:
            for _, less, more in _changes(gone_words, new_words):
                pieces += _pieces(less, more)
        else:
            pieces += _pieces(gone, come)
    return pieces


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        yield kind, old[a:b], new[c:d]


def _pieces(gone: Sequence[str], come: Sequence[str]) -> list[Piece]:
    if gone == come:
        return [Piece("same", "".join(gone))]
    return [Piece(kind, "".join(text)) for kind, text in (("gone", gone), ("new", come)) if text]
