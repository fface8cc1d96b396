"""The box and what came out of it, held against the audit log."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db.models import F

from audit.acts import Done
from audit.compared import compares, entries, same_moment
from audit.models import AuditEvent, reference
from ballots import agreement, chain
from ballots.counting import inputs_of
from ballots.models import (
    BallotBoxKey,
    BallotPaper,
    BoardBatch,
    Correction,
    Count,
    Opening,
    Rehearsal,
    ShareDestruction,
)
from ballots.paper import describe_lines
from budgeting.models import Contest, Draw


def register() -> None:
    compares("Ballot papers", papers)
    compares("Corrections", corrections)
    compares("Draws", draws)
    compares("Keys and shares", keys)
    compares("Rehearsals", rehearsals)
    compares("Boards", boards)
    compares("Openings", openings)
    compares("Counts", counts)
    compares("Destructions of shares", destructions)


def last_of_each(*acts: Done) -> dict[str, AuditEvent]:
    """For each thing, as the log names it, its last entry of these acts."""
    return {entry.object: entry for entry in entries(*acts)}


def papers() -> Iterator[str]:
    """Each is the one that was frozen, or took the place of that, and its text has its digest."""
    frozen = last_of_each(Done.PAPER_FROZEN, Done.PAPER_SUPERSEDED)
    stored = BallotPaper.objects.filter(contest__from_elsewhere=None).select_related("contest__cycle")
    there = set()
    for paper in stored.order_by("pk"):
        name = paper.contest.get_absolute_url()
        there.add(reference(paper.contest))
        entry = frozen.get(reference(paper.contest))
        if entry is None or entry.facts["digest"] != paper.digest:
            yield f"{name} has a ballot paper that no entry has."
        if hashlib.sha256(paper.manifest.encode()).hexdigest() != paper.digest:
            yield f"the ballot paper of {name} is not what its digest says."
        if not _lines_are_told(paper):
            yield f"the lines of the ballot paper of {name} are not those of its text."
    for thing, entry in frozen.items():
        if entry.facts["digest"] and thing not in there:
            yield f"the ballot paper of {thing} by entry {entry.number} is not there."


def _lines_are_told(paper: BallotPaper) -> bool:
    lines = describe_lines(list(paper.lines.select_related("proposal").order_by("ballot_number")))
    return bool(lines == paper.told["lines"])


def corrections() -> Iterator[str]:
    decided = [(entry.object, entry.facts) for entry in entries(Done.CORRECTION_DECIDED)]
    for each in Correction.objects.select_related("proposal").order_by("pk"):
        said = {"paper": each.digest, "outcome": each.outcome, "reason": each.reason}
        if not any(on == reference(each.proposal) and said.items() <= facts.items() for on, facts in decided):
            yield f"{reference(each.proposal)} has a correction that no entry has."


def draws() -> Iterator[str]:
    """Each was announced so, and what was drawn is what was entered."""
    announced, entered = last_of_each(Done.DRAW_ANNOUNCED), last_of_each(Done.SEED_ENTERED)
    # An earlier version had seeds without draws.
    for draw in Draw.objects.exclude(drawn_by="", what=F("seed")).order_by("pk"):
        name = reference(draw)
        said = announced.get(name)
        is_as_said = _has(said, {"use": draw.use, "what": draw.what})
        if not (said and is_as_said and same_moment(draw.takes_place, said.facts["takes_place"])):
            yield f"{name} was not announced as it stands."
        if draw.seed and not _has(entered.get(name), {"seed": draw.seed, "source": draw.source}):
            yield f"{name} has a seed that no entry has."
        if not draw.seed and name in entered:
            yield f"{name} has lost what was drawn."


def keys() -> Iterator[str]:
    """Each is the last that was made, in as many hands, and of the same people with the same commitments."""
    made, given_up = last_of_each(Done.KEY_MADE), last_of_each(Done.KEY_GIVEN_UP)
    there = set()
    for key in BallotBoxKey.objects.select_related("cycle").order_by("pk"):
        name, held = key.cycle.slug, key.held()
        there.add(reference(key.cycle))
        entry = made.get(reference(key.cycle))
        public = hashlib.sha256(bytes(key.public_key)).hexdigest()
        if not _has(entry, {"public_key": public, "shares": key.shares, "threshold": key.threshold}):
            yield f"the key of {name} is not the one that was made."
        elif len(held) != key.shares or (entry and entry.facts.get("held", held) != held):
            yield f"the shares of the key of {name} are not as they were given out."
    for thing, entry in made.items():
        if thing not in there and not (thing in given_up and given_up[thing].number > entry.number):
            yield f"the key of {thing} by entry {entry.number} is not there."


def rehearsals() -> Iterator[str]:
    """Those with the key there is are those on record since it was made."""
    made = last_of_each(Done.KEY_MADE)
    recorded: dict[str, list[list[int]]] = {}
    for entry in entries(Done.OPENING_REHEARSED):
        if entry.object in made and entry.number > made[entry.object].number:
            recorded.setdefault(entry.object, []).append(entry.facts["shares"])
    for key in BallotBoxKey.objects.select_related("cycle").order_by("pk"):
        stored = list(Rehearsal.objects.filter(key=key).values_list("share_numbers", flat=True))
        if sorted(stored) != sorted(recorded.get(reference(key.cycle), [])):
            yield f"the rehearsals of {key.cycle.slug} are not those on record."


def boards() -> Iterator[str]:
    """Each batch follows from the one before and is on record, and the last is the one with which it was closed."""
    closed = last_of_each(Done.BOARD_CLOSED)
    published = {(each.object, each.facts["number"]): each.facts["root"] for each in entries(Done.BOARD_PUBLISHED)}
    on_board = Contest.objects.filter(pk__in=BoardBatch.objects.values("contest"))
    for contest in on_board.select_related("cycle", "district", "paper").order_by("pk"):
        yield from chain.errors(contest, contest.batches.all())
        for batch in contest.batches.all():
            on_record = published.pop((reference(contest), batch.number), None)
            if batch.says_what_was_cast and on_record != batch.root:
                yield f"batch {batch.number} of the board of {contest.get_absolute_url()} is not the one on record."
        final = contest.batches.filter(final=True).first()
        entry = closed.pop(reference(contest), None)
        if final is None and entry is None:
            continue
        if final is None or not _has(entry, {"batches": final.number, "root": final.root}):
            yield f"the last batch of the board of {contest.get_absolute_url()} is not the one on record."
    for thing, number in published:
        yield f"batch {number} of the board of {thing} is not there."
    for thing, entry in closed.items():
        yield f"the board of {thing} by entry {entry.number} is not there."


def openings() -> Iterator[str]:
    opened = last_of_each(Done.BOX_OPENED)
    yield from _one_of_each(
        opened,
        {
            reference(each.cycle): {"shares": each.share_numbers, "reconciliation": each.reconciliation}
            for each in Opening.objects.select_related("cycle")
        },
        "opening of the box",
    )


def counts() -> Iterator[str]:
    """Each is on record with what was counted, and that is what is there; and what each led to is what it says."""
    yield from agreement.told(agreement.differences_anywhere())
    stored = Count.objects.select_related("entry", "contest__cycle", "contest__paper", "contest__from_elsewhere")
    held = set(Count.objects.standing().values_list("pk", flat=True))
    for count in stored.order_by("pk"):
        name = count.contest.get_absolute_url()
        if count.pk not in held and not agreement.is_on_record(count):
            yield f"count {count.number} of {name} is not on record."
        if count.pk in held and count.inputs and inputs_of(count.contest, count.rule) != count.inputs:
            yield f"{name} was not counted from the ballots, the paper and the rule that are there."
    on_record = [count.entry_id for count in stored if count.entry_id]
    for entry in entries(Done.COUNTED).filter(facts__has_key="outcome").exclude(number__in=on_record):
        yield f"the count of {entry.object} by entry {entry.number} is not there."


def destructions() -> Iterator[str]:
    destroyed = last_of_each(Done.SHARES_DESTROYED)
    stored = ShareDestruction.objects.select_related("key__cycle")
    yield from _one_of_each(destroyed, {reference(each.key.cycle): {} for each in stored}, "destruction of the shares")


def _one_of_each(recorded: dict[str, AuditEvent], stored: dict[str, dict[str, Any]], what: str) -> Iterator[str]:
    for thing in sorted(recorded.keys() | stored.keys()):
        if thing not in stored:
            yield f"the {what} of {thing} by entry {recorded[thing].number} is not there."
        elif not _has(recorded.get(thing), stored[thing]):
            yield f"the {what} of {thing} is not as it is on record."


def _has(entry: AuditEvent | None, facts: dict[str, Any]) -> bool:
    return entry is not None and facts.items() <= entry.facts.items()
