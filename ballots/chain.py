"""The chain of the board's batches: what each says, and what is in force after them.

The root of a batch is the SHA-256 of its text, and the text names the root before it; the first names the digest of the
ballot paper. `sha256sum` is all one needs to check the chain.
"""

import hashlib
from collections.abc import Iterable

from django.utils.translation import gettext as _

from ballots.models import BoardBatch
from budgeting.models import Contest


def in_force(batches: Iterable[BoardBatch]) -> set[str]:
    """The fingerprints on the board that no later batch has taken down."""
    found: set[str] = set()
    for batch in batches:
        found = after(found, batch)
    return found


def after(found: set[str], batch: BoardBatch) -> set[str]:
    """What is in force after a batch, given what was before it."""
    return (found - set(batch.replaced) - set(batch.set_aside)) | set(batch.added)


def ever_in_force(batches: Iterable[BoardBatch]) -> set[str]:
    """What the board has shown in the box at some time."""
    return {fingerprint for batch in batches for fingerprint in batch.added}


def set_aside(batches: Iterable[BoardBatch]) -> set[str]:
    """What the board has said of envelopes that are in the box and not counted."""
    return {fingerprint for batch in batches for fingerprint in batch.set_aside}


def replaced(batches: Iterable[BoardBatch]) -> int:
    """How many envelopes these batches say a later ballot took the place of."""
    return sum(len(batch.replaced) + len(batch.came_and_went) for batch in batches)


def list_of(fingerprints: Iterable[str]) -> str:
    """One a line, sorted by their characters."""
    return "".join(f"{fingerprint}\n" for fingerprint in sorted(fingerprints))


def digest_of(fingerprints: Iterable[str]) -> str:
    return hashlib.sha256(list_of(fingerprints).encode()).hexdigest()


def text_of(batch: BoardBatch) -> str:
    """The text whose SHA-256 is the batch's root: what is so far, and then a fingerprint a line with a sign before it.

    "+" came into the box, "-" was replaced by a later ballot, "x" was set aside, "~" came and was replaced since the
    batch before. In version 1 neither "cast", "log" nor "~" was there.
    """
    contest, is_new = batch.contest, batch.says_what_was_cast
    head = [
        f"common-purse board {2 if is_new else 1}",
        f"{contest.cycle.slug}/{contest.slug} batch {batch.number} of {batch.day:%Y-%m-%d}",
        f"previous {batch.previous_root}",
        f"in force {batch.envelopes} {batch.list_digest}",
        *([f"cast {batch.first} {batch.repeated}", f"log {batch.log_head.replace(':', ' ')}"] if is_new else []),
        *(["final"] if batch.final else []),
    ]
    signed = {"+": batch.added, "-": batch.replaced, "x": batch.set_aside, "~": batch.came_and_went}
    lines = [*head, *(f"{sign} {one}" for sign, named in signed.items() for one in named)]
    return "".join(f"{line}\n" for line in lines)


def root_of(batch: BoardBatch) -> str:
    return hashlib.sha256(text_of(batch).encode()).hexdigest()


def errors(contest: Contest, batches: Iterable[BoardBatch]) -> list[str]:
    """The batches of a contest that do not follow from the one before, a sentence each."""
    sentences, seen, previous = [], set[str](), contest.paper.digest
    for number, batch in enumerate(batches, start=1):
        seen = after(seen, batch)
        holds = (
            batch.number == number
            and batch.previous_root == previous
            and batch.root == root_of(batch)
            and (batch.envelopes, batch.list_digest) == (len(seen), digest_of(seen))
        )
        if not holds:
            sentences.append(
                _("%(contest)s: batch %(number)d of the board was altered.") % {"contest": contest, "number": number}
            )
        previous = batch.root
    return sentences
