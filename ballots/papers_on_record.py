"""Papers, what was decided before them and what was drawn, held against the audit log."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from audit.acts import Done
from audit.compared import Row, entries, last_of_each, one_for_each, same_moment, written
from audit.models import AuditEvent, reference
from ballots.models import BallotPaper, Correction, NoVote, SupersededPaper
from ballots.models.count import digest_of
from ballots.paper import describe_lines
from budgeting.models import Contest, Cycle, Draw
from budgeting.models.by_two import ByTwo
from proposals.models import Decision, Withdrawal
from tally import NotCountable, Rule

TERMS = ("budget", "ballot_style", "most_choices", "points", "most_points")  # of a contest and of its paper alike


def of_two(done: Done, on: str, row: ByTwo, **facts: Any) -> Row:
    """What two people did, or one where that is enough, and why."""
    return Row(done, on, row.by_id, {"reason": row.reason, "confirmed_by": row.confirmed_by_id, **facts})


def papers() -> Iterator[str]:
    """Each is the one that was frozen, or took the place of that; its text has its digest, its contest its terms."""
    frozen = last_of_each(Done.PAPER_FROZEN, Done.PAPER_SUPERSEDED)
    stored = BallotPaper.objects.filter(contest__from_elsewhere=None).select_related("contest__cycle")
    there = set()
    for paper in stored.order_by("pk"):
        name = paper.contest.get_absolute_url()
        there.add(reference(paper.contest))
        entry = frozen.get(reference(paper.contest))
        if entry is None or entry.facts["digest"] != paper.digest:
            yield f"{name} has a ballot paper that no entry has."
        elif entry.actor_id != paper.frozen_by_id or entry.facts.get("confirmed_by") != paper.frozen_with_id:
            yield f"the ballot paper of {name} was not frozen by those who are said to have."
        if hashlib.sha256(paper.manifest.encode()).hexdigest() != paper.digest:
            yield f"the ballot paper of {name} is not what its digest says."
            continue
        if not _lines_are_told(paper):
            yield f"the lines of the ballot paper of {name} are not those of its text."
        if not _terms_are_told(paper):
            yield f"{name} is set up otherwise than its ballot paper says."
    for thing, entry in frozen.items():
        if entry.facts["digest"] and thing not in there:
            yield f"the ballot paper of {thing} by entry {entry.number} is not there."


def _lines_are_told(paper: BallotPaper) -> bool:
    lines = describe_lines(list(paper.lines.select_related("proposal").order_by("ballot_number")))
    at_home = paper.lines.exclude(proposal__contest=paper.contest_id)
    return lines == paper.told["lines"] and len(lines) == paper.size and not at_home.exists()


def _terms_are_told(paper: BallotPaper) -> bool:
    """Budget, ballot, rule and seed; of a paper by an earlier version what it says of them."""
    contest, told = paper.contest, paper.told
    stands = {name: getattr(contest, name) for name in TERMS} | {"cycle": contest.cycle.slug, "contest": contest.slug}
    stands |= {"currency": contest.cycle.currency, "ballot_number_seed": paper.lot_seed}
    try:
        same_rule = "rule" not in told or Rule.from_dict(told["rule"]) == contest.rule
    except NotCountable:
        same_rule = False
    return same_rule and all(told[name] == value for name, value in stands.items() if name in told)


def superseded() -> Iterator[str]:
    """Each that is kept was superseded on record, and is as it was."""
    kept = list(SupersededPaper.objects.select_related("contest__cycle"))
    rows = (
        of_two(Done.PAPER_SUPERSEDED, reference(each.contest), each, superseded=each.digest, digest=each.successor)
        for each in kept
    )
    yield from one_for_each(rows, {Done.PAPER_SUPERSEDED: "superseded paper"})
    for each in kept:
        if hashlib.sha256(each.manifest.encode()).hexdigest() != each.digest:
            yield f"superseded paper {each.number} of {each.contest.get_absolute_url()} is not what its digest says."


def corrections() -> Iterator[str]:
    rows = (
        Row(
            Done.CORRECTION_DECIDED,
            reference(each.proposal),
            each.by_id,
            {"paper": each.digest, "outcome": each.outcome, "reason": each.reason, "corrects": sorted(each.text)},
            {"text": digest_of(each.text)},
        )
        for each in Correction.objects.select_related("proposal").order_by("pk")
    )
    yield from one_for_each(rows, {Done.CORRECTION_DECIDED: "correction"})


def decisions() -> Iterator[str]:
    """Each is on record: as a committee's word, or as a correction that took effect as two superseded a paper."""
    corrected = _in_effect()
    rows = []
    for each in Decision.objects.select_related("proposal", "into", "ground").order_by("pk"):
        if corrected[said := (each.proposal_id, each.by_id, each.outcome, each.reason, each.at)]:
            corrected[said] -= 1
            continue
        facts = {
            "outcome": each.outcome,
            "reason": each.reason,
            "into": each.into and each.into.number,
            "ground": each.ground and each.ground.words,
        }
        on = reference(each.proposal)
        rows.append(Row(Done.PROPOSAL_DECIDED, on, each.by_id, facts, {"at": written(each.at)}))
    yield from one_for_each(rows, {Done.PROPOSAL_DECIDED: "decision"})
    for (proposal, *_said), number in corrected.items():
        if number:
            yield f"the correction of proposals.proposal:{proposal} that is in effect by a paper is no decision of it."


def _in_effect() -> Counter[tuple[Any, ...]]:
    corrections = Correction.objects.in_bulk()
    return Counter(
        (made.proposal_id, made.by_id, made.outcome, made.reason, kept.at)
        for kept in SupersededPaper.objects.all()
        for key in kept.corrections
        if (made := corrections.get(key))
    )


def withdrawals() -> Iterator[str]:
    """What came withdrawn with an election from elsewhere was withdrawn there."""
    ours = Withdrawal.objects.filter(proposal__contest__from_elsewhere=None).select_related("proposal")
    rows = (
        Row(Done.PROPOSAL_WITHDRAWN, reference(each.proposal), each.by_id, {"reason": each.reason}) for each in ours
    )
    yield from one_for_each(rows, {Done.PROPOSAL_WITHDRAWN: "withdrawal"})


def draws() -> Iterator[str]:
    """Each was announced so, and what was drawn is what was entered."""
    announced, entered = last_of_each(Done.DRAW_ANNOUNCED), last_of_each(Done.SEED_ENTERED)
    drawn = {reference(draw): draw for draw in Draw.objects.order_by("pk")}
    earlier = _seeds_of_contests()
    for name, draw in drawn.items():
        if draw.drawn_by == "" and draw.what == draw.seed and draw.seed in earlier:
            continue
        if not _was_announced(draw, announced.get(name)):
            yield f"{name} was not announced as it stands."
        if draw.seed and not _was_entered(draw, entered.get(name)):
            yield f"{name} has a seed that no entry has."
        if not draw.seed and name in entered:
            yield f"{name} has lost what was drawn."
    there = {reference(each) for each in (*Cycle.objects.only("pk"), *Contest.objects.only("pk"))}
    for name, entry in announced.items():
        if name not in drawn and entry.facts.get("of") in there:  # or it went with its cycle or contest
            yield f"{name}, which entry {entry.number} announced, is not there."


def _seeds_of_contests() -> set[str]:
    """What an earlier version had in place of draws, by its entries."""
    changed = entries(Done.MADE, Done.CHANGED).filter(facts__has_key="lot_seed")
    return {facts["lot_seed"][1] for facts in changed.values_list("facts", flat=True)}


def _was_announced(draw: Draw, entry: AuditEvent | None) -> bool:
    facts = {"use": draw.use, "what": draw.what, "confirmed_by": draw.announced_with_id}
    lately = {"drawn_by": draw.drawn_by, "of": reference(draw.contest or draw.cycle), "reason": draw.reason}
    row = Row(Done.DRAW_ANNOUNCED, reference(draw), draw.announced_by_id, facts, lately)
    return entry is not None and row.is_told_by(entry) and same_moment(draw.takes_place, entry.facts["takes_place"])


def _was_entered(draw: Draw, entry: AuditEvent | None) -> bool:
    facts = {"seed": draw.seed, "source": draw.source, "confirmed_by": draw.entered_with_id}
    return Row(Done.SEED_ENTERED, reference(draw), draw.entered_by_id, facts).is_told_by(entry)


def without_a_vote() -> Iterator[str]:
    stored = NoVote.objects.select_related("contest")
    rows = (of_two(Done.CLOSED_WITHOUT_VOTE, reference(each.contest), each) for each in stored)
    yield from one_for_each(rows, {Done.CLOSED_WITHOUT_VOTE: "end without a vote"})
