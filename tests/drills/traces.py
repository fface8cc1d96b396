"""What a choice, or a holder's share, leaves behind where somebody wrote it down; and the ways to look for it.

A store is looked at as it is and as what may be wrapped in it: percent-encoded, in base64, in hexadecimal, compressed.
"""

import base64
import binascii
import pickle
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from ballots import marks
from ballots.sealing import WORDS

BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
HEXADECIMAL = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
NEAR = 60  # bytes between two numbers of one ballot, however it was written down
WORDS_IN_A_ROW = 3
FROM_URL = bytes.maketrans(b"-_", b"+/")


@dataclass(frozen=True, slots=True)
class Trace:
    """`begins`: the bytes it begins with, by which it is found fast; `is_words`: in small letters or capitals."""

    begins: bytes
    whole: re.Pattern[bytes]
    is_words: bool = False

    def first_in(self, store: bytes) -> bytes | None:
        place = store.find(self.begins)
        while place >= 0:
            if hit := self.whole.match(store, place):
                return hit.group()
            place = store.find(self.begins, place + 1)
        return None


def layers(store: bytes) -> Iterator[bytes]:
    yield store
    if b"%" in store:
        yield unquote_to_bytes(store)
    for run in HEXADECIMAL.findall(store):
        yield bytes.fromhex(run.decode())
    for run in BASE64.findall(store):
        if not HEXADECIMAL.fullmatch(run.removeprefix(b"x")):
            for begins in range(4):  # a "/" before it may be of an address
                yield from _decoded(run[begins:].rstrip(b"=").translate(FROM_URL))


def _decoded(run: bytes) -> Iterator[bytes]:
    with suppress(binascii.Error):
        plain = base64.b64decode(run + b"=" * (-len(run) % 4))
        yield plain
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(plain)


def of_ballot(choices: marks.Choices, size: int) -> list[Trace]:
    """The numbers one after the other, in whatever form, be they pickled; and the bytes that are sealed."""
    points, between = [given for _, given in sorted(choices.items())], rb".{1,%d}?" % NEAR
    spelt = [str(given).encode() for given in points]
    pickled = [pickle.dumps(given, protocol=2)[2:-1] for given in points]  # without what stands around a whole one
    sealed = sealed_part(choices, size)
    return [
        *(
            Trace(numbers[0], re.compile(between.join(map(re.escape, numbers)), re.DOTALL))
            for numbers in (spelt, pickled)
        ),
        Trace(sealed, re.compile(re.escape(sealed), re.DOTALL)),
    ]


def sealed_part(choices: marks.Choices, size: int) -> bytes:
    """What is sealed of a ballot, without the bytes that are drawn by chance."""
    return marks.encode(choices, size)[marks.HEAD :]


def of_share(words: str) -> list[Trace]:
    """Any three of its words in a row, and what all of them stand for."""
    given, entropy = words.encode().split(), bytes(WORDS.to_entropy(words))
    rows = [given[begin : begin + WORDS_IN_A_ROW] for begin in range(len(given) - WORDS_IN_A_ROW + 1)]
    spelt = [Trace(row[0], re.compile(rb"[^a-z]{1,8}".join(row)), is_words=True) for row in rows]
    return [*spelt, Trace(entropy, re.compile(re.escape(entropy), re.DOTALL))]


def unwrapped(store: bytes) -> bytes:
    return b"\n\0\n".join(layers(store))


def found(store: bytes, traces: Iterable[Trace]) -> list[bytes]:
    """What of them is in the store as it is."""
    small = store.lower()
    hits = (trace.first_in(small if trace.is_words else store) for trace in traces)
    return [hit for hit in hits if hit]
