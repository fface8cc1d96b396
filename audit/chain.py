"""The chain of the audit log: pure functions, so that an auditor can recompute it with nothing but the rows."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from lib.canonical import canonical

FIRST = bytes(32)  # what the first entry is chained to


class Broken(Exception):
    """The first entry where the chain does not hold, in one sentence."""


def chained(previous: bytes, entry: dict[str, Any]) -> bytes:
    """SHA-256 over the previous entry's hash and this entry as canonical JSON."""
    return hashlib.sha256(previous + canonical(entry).encode()).digest()


def verify(
    rows: Iterable[tuple[dict[str, Any], bytes, bytes]], heads: Collection[tuple[int, bytes]] = ()
) -> tuple[int, bytes]:
    """The number and hash of the last entry, if every (entry, previous hash, hash) in order chains to the one before.

    `heads` are entries noted earlier and kept elsewhere: only with one can a cut-off or rewritten end be seen.
    Raises Broken naming the first entry that does not hold.
    """
    number, last = 0, FIRST
    for entry, previous, own in rows:
        number += 1
        if entry["number"] != number:
            raise Broken(f"Entry {number} is missing: the next one is {entry['number']}.")
        if previous != last:
            raise Broken(f"Entry {number} is not chained to entry {number - 1}.")
        if chained(last, entry) != own:
            raise Broken(f"Entry {number} was changed after it was written.")
        if any(noted == number and digest != own for noted, digest in heads):
            raise Broken(f"Entry {number} is not the one that was noted.")
        last = own
    noted = max((noted for noted, _digest in heads), default=0)
    if noted > number:
        raise Broken(f"Entry {number + 1} is missing: the log ends at {number}, but entry {noted} was noted.")
    return number, last
