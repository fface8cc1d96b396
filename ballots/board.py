"""The board: which envelopes are in the box, for anyone to see, without saying whose they are or when they came.

Fingerprints come up in sorted batches. The root of a batch is the SHA-256 of its text, and the text names the root
before it; the first names the digest of the ballot paper. `sha256sum` is all one needs to check the chain.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.models import AuditEvent
from ballots.models import BallotPaper, BoardBatch, Envelope, SetAside
from budgeting.models import Contest, Cycle
from budgeting.stages import Stage
from lib import clock
from lib.refusal import Refused
from lib.typed import letters_and_digits

CROWD = 10  # so many new envelopes come up together; fewer wait for the day's first batch, or for the close


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a receipt stands: in the box, on the board since `batch` (None: not yet), or replaced by a later ballot.

    `set_aside`: it is in the box and not counted, since the line it was cast under was joined with another.
    """

    contest: Contest
    batch: BoardBatch | None = None
    replaced: bool = False
    set_aside: bool = False


@transaction.atomic
def publish(contest: Contest) -> BoardBatch | None:
    """Put up what came into the box since the last batch, if it is time for it; None if not.

    Once voting has closed the batch is the final one: it waits for every vote that is still being cast. Raises Refused,
    and puts up nothing, if envelopes have gone missing.
    """
    Contest.objects.select_for_update(no_key=True).get(pk=contest.pk)
    closed = close(contest.cycle)
    batches = list(contest.batches.all())
    if (batches and batches[-1].final) or not BallotPaper.objects.filter(contest=contest).exists():
        return None
    before = in_force(batches)
    now = set(Envelope.objects.counted().filter(contest=contest).values_list("fingerprint", flat=True))
    aside = set(contest.set_aside.values_list("fingerprint", flat=True)) - set_aside(batches)
    if len(now) < len(before - aside):
        raise Refused(
            _("%(contest)s: %(missing)d envelopes are missing from the box.")
            % {"contest": contest, "missing": len(before - aside) - len(now)}
        )
    today = timezone.localdate(clock.of_the_database())
    first_today = not batches or batches[-1].day < today
    added = sorted(now - before)
    if not (closed or len(added) >= CROWD or ((added or aside) and first_today)):
        return None
    batch = BoardBatch(
        contest=contest,
        number=len(batches) + 1,
        day=today,
        added=added,
        replaced=sorted(before - now - aside),
        set_aside=sorted(aside),
        envelopes=len(now),
        list_digest=digest_of(now),
        previous_root=batches[-1].root if batches else contest.paper.digest,
        final=closed,
    )
    batch.root = root_of(batch)
    batch.save(force_insert=True)
    if batch.final:
        AuditEvent.append(Done.BOARD_CLOSED, by=None, on=contest, batches=batch.number, root=batch.root)
    return batch


def publish_due(closed: bool = False) -> Iterator[BoardBatch]:
    """Put up what is due on all boards, or only on those of votes that have `closed`; gives each batch as it goes up.

    A board that fails keeps no other back: what failed is raised at the end, as one ExceptionGroup.
    """
    failures: list[Exception] = []
    for contest in unfinished():
        if closed and not has_closed(contest.cycle, clock.of_the_database()):
            continue
        try:
            batch = publish(contest)
        except Exception as failure:
            failure.add_note(str(contest))
            failures.append(failure)
        else:
            if batch:
                yield batch
    if failures:
        raise ExceptionGroup("Some boards could not be published.", failures)


def unfinished() -> QuerySet[Contest]:
    """The contests with a ballot paper and a key whose final batch is not up yet."""
    ready = Contest.objects.filter(paper__isnull=False, cycle__box_key__isnull=False)
    return ready.exclude(batches__final=True).select_related("cycle", "district", "paper")


def close(cycle: Cycle) -> bool:
    """Has voting closed, by the database's clock? If so wait for the votes still being cast; no other can follow.

    Must run in a transaction. Casting holds the cycle's row in share mode until its ballot is in the box.
    """
    if not has_closed(cycle, clock.of_the_database()):
        return False
    locked = Cycle.objects.select_for_update().get(pk=cycle.pk)
    return has_closed(locked, clock.of_the_database())


def has_closed(cycle: Cycle, at: datetime) -> bool:
    """By the calendar, and by the acts: a vote that is paused has not closed, whatever the calendar says."""
    window = cycle.window(Stage.VOTING)
    return window is not None and window.has_closed(at)


def in_force(batches: Iterable[BoardBatch]) -> set[str]:
    """The fingerprints on the board that no later batch has taken down."""
    found: set[str] = set()
    for batch in batches:
        found = after(found, batch)
    return found


def after(found: set[str], batch: BoardBatch) -> set[str]:
    """What is in force after a batch, given what was before it."""
    return (found - set(batch.replaced) - set(batch.set_aside)) | set(batch.added)


def set_aside(batches: Iterable[BoardBatch]) -> set[str]:
    """What the board has said of envelopes that are in the box and not counted."""
    return {fingerprint for batch in batches for fingerprint in batch.set_aside}


def list_of(fingerprints: Iterable[str]) -> str:
    """One a line, sorted by their characters."""
    return "".join(f"{fingerprint}\n" for fingerprint in sorted(fingerprints))


def digest_of(fingerprints: Iterable[str]) -> str:
    return hashlib.sha256(list_of(fingerprints).encode()).hexdigest()


def text_of(batch: BoardBatch) -> str:
    """The text whose SHA-256 is the batch's root."""
    contest = batch.contest
    head = [
        "common-purse board 1",
        f"{contest.cycle.slug}/{contest.slug} batch {batch.number} of {batch.day:%Y-%m-%d}",
        f"previous {batch.previous_root}",
        f"in force {batch.envelopes} {batch.list_digest}",
        *(["final"] if batch.final else []),
    ]
    lines = [*head, *(f"+ {one}" for one in batch.added), *(f"- {one}" for one in batch.replaced)]
    lines += [f"x {one}" for one in batch.set_aside]
    return "".join(f"{line}\n" for line in lines)


def root_of(batch: BoardBatch) -> str:
    return hashlib.sha256(text_of(batch).encode()).hexdigest()


def errors(contest: Contest) -> list[str]:
    """What is wrong with the board of a contest, a sentence each. Empty if every batch follows from the one before."""
    sentences, seen, previous = [], set[str](), contest.paper.digest
    for number, batch in enumerate(contest.batches.select_related("contest__cycle", "contest__district"), start=1):
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


def look_up(cycle: Cycle, receipt: str) -> Standing | None:
    """Where a receipt stands, typed in any case and grouping; None if no such envelope is known.

    Whoever has just voted finds the envelope in the box before it is on the board. Only who has the receipt can ask.
    """
    fingerprint = understood(receipt)
    aside = SetAside.objects.filter(contest__cycle=cycle, fingerprint=fingerprint)
    if found := aside.select_related("contest__district").first():
        return Standing(found.contest, set_aside=True)
    batches = BoardBatch.objects.filter(contest__cycle=cycle).select_related("contest__district")
    last_added = batches.filter(added__contains=[fingerprint]).order_by("-number").first()
    if last_added is None:
        envelopes = Envelope.objects.filter(contest__cycle=cycle, fingerprint=fingerprint)
        waiting = envelopes.select_related("contest__district").first()
        return Standing(waiting.contest) if waiting else None
    replaced = last_added.contest.batches.filter(replaced__contains=[fingerprint], number__gt=last_added.number)
    return Standing(last_added.contest, last_added, replaced.exists())


def understood(receipt: str) -> str:
    """The fingerprint a person meant: base32 has no 0, 1 and 8, so these stand for O, I and B."""
    return letters_and_digits(receipt, str.maketrans("018", "OIB"))
