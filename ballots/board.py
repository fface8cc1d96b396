"""The board: which envelopes are in the box, for anyone to see, without saying whose they are or when they came.

Fingerprints come up in sorted batches, each chained to the one before (`ballots/chain.py`) and an entry of the log.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.acts import Done
from audit.models import AuditEvent
from ballots import chain, stocktaking
from ballots.models import BallotPaper, BoardBatch, Envelope, ReplacedEnvelope, SetAside
from ballots.stocktaking import Stock
from budgeting.models import Contest, Cycle
from budgeting.stages import Stage
from lib import clock
from lib.refusal import Refused
from lib.typed import letters_and_digits

CROWD = 10  # so many new envelopes come up together; fewer wait for the day's first batch, or for the close


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a receipt stands: in the box, on the board since `batch` (None: not yet), or replaced by a later ballot.

    What is replaced may have been on the board, or have come and gone between two batches. `set_aside`: it is in the
    box and not counted, since the line it was cast under was joined with another.
    """

    contest: Contest
    batch: BoardBatch | None = None
    replaced: bool = False
    set_aside: bool = False


@transaction.atomic
def publish(contest: Contest) -> BoardBatch | None:
    """Put up what came into the box since the last batch, if it is time for it; None if not.

    Once voting has closed the batch is the final one: it waits for every vote that is still being cast. Raises Refused,
    and puts up nothing, where the box, the count of ballots cast and the board so far do not agree.
    """
    Contest.objects.select_for_update(no_key=True).get(pk=contest.pk)
    closed = close(contest.cycle)
    batches = list(contest.batches.all())
    if (batches and batches[-1].final) or not BallotPaper.objects.filter(contest=contest).exists():
        return None
    stock = stocktaking.take(contest)
    if differences := stocktaking.differences(contest, stock, batches):
        raise Refused(" ".join(differences))
    batch = _next(contest, batches, stock)
    batch.final = closed
    in_time = not batches or batches[-1].day < batch.day or len(batch.added) >= CROWD
    if not (closed or (in_time and (batch.added or batch.set_aside))):
        return None
    _put_up(batch)
    return batch


def _next(contest: Contest, batches: Sequence[BoardBatch], stock: Stock) -> BoardBatch:
    """What has changed since the last batch, as the next one says it."""
    before, now = chain.in_force(batches), stock.counted
    aside = stock.aside - chain.set_aside(batches)
    return BoardBatch(
        contest=contest,
        number=len(batches) + 1,
        day=timezone.localdate(clock.of_the_database()),
        added=sorted(now - before),
        replaced=sorted(before - now - aside),
        set_aside=sorted(aside),
        came_and_went=sorted(stock.gone - before),
        first=stock.first,
        repeated=stock.repeated,
        log_head=AuditEvent.last_head(),
        envelopes=len(now),
        list_digest=chain.digest_of(now),
        previous_root=batches[-1].root if batches else contest.paper.digest,
    )


def _put_up(batch: BoardBatch) -> None:
    """With its entry in the log; what it says was replaced need not be kept elsewhere any more."""
    batch.root = chain.root_of(batch)
    batch.save(force_insert=True)
    named = [*batch.replaced, *batch.came_and_went]
    ReplacedEnvelope.objects.filter(contest=batch.contest, fingerprint__in=named).delete()
    facts = {"number": batch.number, "root": batch.root, "first": batch.first, "repeated": batch.repeated}
    AuditEvent.append(Done.BOARD_PUBLISHED, by=None, on=batch.contest, **facts)
    if batch.final:
        AuditEvent.append(Done.BOARD_CLOSED, by=None, on=batch.contest, batches=batch.number, root=batch.root)


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


def look_up(cycle: Cycle, receipt: str) -> Standing | None:
    """Where a receipt stands, typed in any case and grouping; None if no such envelope is known.

    Whoever has just voted finds the envelope in the box before it is on the board, and the one it replaced as replaced.
    Only who has the receipt can ask.
    """
    fingerprint = understood(receipt)
    here = {"contest__cycle": cycle, "fingerprint": fingerprint}
    if aside := SetAside.objects.filter(**here).select_related("contest__district").first():
        return Standing(aside.contest, set_aside=True)
    if gone := ReplacedEnvelope.objects.filter(**here).select_related("contest__district").first():
        return Standing(gone.contest, replaced=True)
    named = Q(added__contains=[fingerprint]) | Q(replaced__contains=[fingerprint])
    batches = BoardBatch.objects.filter(named | Q(came_and_went__contains=[fingerprint]), contest__cycle=cycle)
    if last := batches.select_related("contest__district").order_by("-number").first():
        return Standing(last.contest, last, fingerprint not in last.added)
    envelopes = Envelope.objects.filter(**here).select_related("contest__district")
    return Standing(waiting.contest) if (waiting := envelopes.first()) else None


def understood(receipt: str) -> str:
    """The fingerprint a person meant: base32 has no 0, 1 and 8, so these stand for O, I and B."""
    return letters_and_digits(receipt, str.maketrans("018", "OIB"))
