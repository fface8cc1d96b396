"""The box and its key, held against the audit log."""

from collections.abc import Iterator
from typing import Any

from audit.acts import Done
from audit.chain import FIRST
from audit.compared import Row, compares, entries, last_of_each, one_for_each
from audit.models import AuditEvent, reference
from ballots import counts_on_record, papers_on_record, stocktaking
from ballots.key import name_of
from ballots.models import BallotBoxKey, BoardBatch, Ceremony, KeyGivenUp, Rehearsal, ShareDestruction
from ballots.papers_on_record import of_two
from budgeting.models import Contest


def register() -> None:
    compares("Decisions", papers_on_record.decisions)
    compares("Withdrawals", papers_on_record.withdrawals)
    compares("Ballot papers", papers_on_record.papers)
    compares("Superseded papers", papers_on_record.superseded)
    compares("Corrections", papers_on_record.corrections)
    compares("Contests without a vote", papers_on_record.without_a_vote)
    compares("Draws", papers_on_record.draws)
    compares("Ceremonies of the key", ceremonies)
    compares("Keys and shares", keys)
    compares("Keys given up", given_up)
    compares("Rehearsals", rehearsals)
    compares("Boxes", boxes)
    compares("Boards", boards)
    compares("Openings", counts_on_record.openings)
    compares("Elections from elsewhere", counts_on_record.from_elsewhere)
    compares("Counts", counts_on_record.counts)
    compares("Awards", counts_on_record.awards)
    compares("Contests without a result", counts_on_record.without_a_result)
    compares("Destructions of shares", destructions)


def ceremonies() -> Iterator[str]:
    """Each was begun so, with these holders, who did what it says of them."""
    done = {
        Done.CEREMONY_BEGUN: "ceremony of the key",
        Done.SHEET_TAKEN: "taking of a sheet",
        Done.WORDS_GIVEN: "giving of words",
    }
    yield from one_for_each(_of_ceremonies(), done)


def _of_ceremonies() -> Iterator[Row]:
    for ceremony in Ceremony.objects.select_related("cycle").prefetch_related("parts").order_by("pk"):
        on, parts = reference(ceremony.cycle), list(ceremony.parts.all())
        holders = [[part.number, part.holder_id] for part in parts]
        begun = {"kind": ceremony.kind, "number": ceremony.number, "holders": holders}
        yield Row(Done.CEREMONY_BEGUN, on, ceremony.begun_by_id, begun)
        act = Done.SHEET_TAKEN if ceremony.is_of_the_key else Done.WORDS_GIVEN
        for part in parts:
            if part.done_at:
                yield Row(act, on, part.holder_id, {"beginning": ceremony.number, "number": part.number})


def keys() -> Iterator[str]:
    """Each is the last that was made, in as many hands, and of the same people with the same commitments."""
    made, gone = last_of_each(Done.KEY_MADE), last_of_each(Done.KEY_GIVEN_UP)
    there = set()
    for key in BallotBoxKey.objects.select_related("cycle").order_by("pk"):
        name, held = key.cycle.slug, key.held()
        there.add(reference(key.cycle))
        entry = made.get(reference(key.cycle))
        facts = {"public_key": name_of(bytes(key.public_key)), "shares": key.shares, "threshold": key.threshold}
        if not Row(Done.KEY_MADE, reference(key.cycle), key.made_by_id, facts).is_told_by(entry):
            yield f"the key of {name} is not the one that was made."
        elif len(held) != key.shares or (entry and entry.facts.get("held", held) != held):
            yield f"the shares of the key of {name} are not as they were given out."
    for thing, entry in made.items():
        if thing not in there and not (thing in gone and gone[thing].number > entry.number):
            yield f"the key of {thing} by entry {entry.number} is not there."


def given_up() -> Iterator[str]:
    rows = (
        of_two(Done.KEY_GIVEN_UP, reference(each.cycle), each, public_key=name_of(bytes(each.public_key)))
        for each in KeyGivenUp.objects.select_related("cycle")
    )
    yield from one_for_each(rows, {Done.KEY_GIVEN_UP: "end of a key"})


def rehearsals() -> Iterator[str]:
    """Those with the key there is are those on record since it was made."""
    made = last_of_each(Done.KEY_MADE)
    recorded: dict[str, list[Any]] = {}
    for entry in entries(Done.OPENING_REHEARSED):
        if entry.object in made and entry.number > made[entry.object].number:
            recorded.setdefault(entry.object, []).append((entry.facts["shares"], entry.actor_id))
    for key in BallotBoxKey.objects.select_related("cycle").order_by("pk"):
        stored = list(Rehearsal.objects.filter(key=key).values_list("share_numbers", "by"))
        if sorted(stored) != sorted(recorded.get(reference(key.cycle), [])):
            yield f"the rehearsals of {key.cycle.slug} are not those on record."


def boxes() -> Iterator[str]:
    """Box, roll, count of ballots cast and board agree, until the shares are destroyed and envelopes may go."""
    kept = Contest.objects.filter(cycle__box_key__destruction=None).exclude(cycle__box_key=None)
    for contest in kept.exclude(paper=None).select_related("cycle", "district").order_by("pk"):
        yield from stocktaking.differences(contest, stocktaking.take(contest), list(contest.batches.all()))


def boards() -> Iterator[str]:
    """Each batch follows from the one before and is on record, names the log as it is, and says what was cast; and the
    last is the one with which the board was closed.
    """
    closed = last_of_each(Done.BOARD_CLOSED)
    published = {(each.object, each.facts["number"]): each.facts["root"] for each in entries(Done.BOARD_PUBLISHED)}
    heads = _heads()
    on_board = Contest.objects.filter(pk__in=BoardBatch.objects.values("contest"))
    for contest in on_board.select_related("cycle", "district", "paper").order_by("pk"):
        yield from stocktaking.errors(contest)
        final, board = None, f"the board of {contest.get_absolute_url()}"
        for batch in contest.batches.all():
            on_record = published.pop((reference(contest), batch.number), None)
            if (on_record or batch.says_what_was_cast) and on_record != batch.root:
                yield f"batch {batch.number} of {board} is not the one on record."
            if batch.log_head and batch.log_head not in heads:
                yield f"batch {batch.number} of {board} names an entry of the log that is not there."
            final = batch if batch.final else final
        entry = closed.pop(reference(contest), None)
        if final is None and entry is None:
            continue
        said = entry and {name: entry.facts[name] for name in ("batches", "root")}
        if final is None or said != {"batches": final.number, "root": final.root}:
            yield f"the last batch of {board} is not the one on record."
    for thing, number in published:
        yield f"batch {number} of the board of {thing} is not there."
    for thing, entry in closed.items():
        yield f"the board of {thing} by entry {entry.number} is not there."


def _heads() -> set[str]:
    """Of the entries that batches name, those that are there; and the beginning of the log."""
    named = BoardBatch.objects.exclude(log_head="").values_list("log_head", flat=True)
    numbers = {int(head.partition(":")[0]) for head in named}
    return {f"0:{FIRST.hex()}", *(each.head for each in AuditEvent.objects.filter(number__in=numbers))}


def destructions() -> Iterator[str]:
    stored = ShareDestruction.objects.select_related("key__cycle")
    rows = (Row(Done.SHARES_DESTROYED, reference(each.key.cycle), each.by_id) for each in stored)
    yield from one_for_each(rows, {Done.SHARES_DESTROYED: "destruction of the shares"})
