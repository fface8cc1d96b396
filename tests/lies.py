"""What a liar does who owns the tables, where it takes more than a statement: for tests/front/frauds.txt."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connection, transaction

from audit.acts import Done
from audit.chain import chained
from audit.models import AuditEvent
from ballots import chain, marks
from ballots.counting import ballots_of, inputs_of
from ballots.models import BoardBatch, Count, Envelope, OpenedBallot, Opening, Participation
from ballots.models.count import digest_of
from ballots.sealing import ballot_info, fingerprint, seal
from budgeting.models import Contest
from lib.canonical import canonical
from residents.models import Resident
from tests.databases import lifted
from tests.whole_vote import WholeVote

Lie = Callable[[WholeVote], None]
MINE = ["A" * 32, "B" * 32]


@contextmanager
def every_guard_lifted() -> Iterator[None]:
    """As whoever owns the tables has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace"
        )
        guards = cursor.fetchall()
    with ExitStack() as stack:
        for table, guard in guards:
            stack.enter_context(lifted(table, guard))
        yield


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


# The box -------------------------------------------------------------------------------------------------------------


def _sealed_by_me(contest: Contest) -> tuple[bytes, str]:
    """The public key is enough for it."""
    info = ballot_info(contest.cycle.slug, contest.slug, contest.paper.digest)
    sealed = seal(marks.encode({2: 1}, contest.paper.size), bytes(contest.cycle.box_key.public_key), info)
    return sealed, fingerprint(sealed)


def _raise(contest: Contest, **by: int) -> None:
    [(column, number)] = by.items()
    run(f"UPDATE ballots_castslot SET {column} = {column} + %s WHERE slot = 7 AND contest_id = %s", number, contest.pk)


def exchanged(vote: WholeVote) -> None:
    """An envelope for another, and the one that was there kept as replaced."""
    contest = vote.boxes[1]
    before = Envelope.objects.filter(contest=contest).earliest("fingerprint").fingerprint
    sealed, name = _sealed_by_me(contest)
    run("UPDATE ballots_envelope SET sealed = %s, fingerprint = %s WHERE fingerprint = %s", sealed, name, before)
    run("INSERT INTO ballots_replacedenvelope (fingerprint, contest_id) VALUES (%s, %s)", before, contest.pk)


def exchanged_as_if_cast_again(vote: WholeVote) -> None:
    exchanged(vote)
    _raise(vote.boxes[1], repeated=1)


def _put_in(contest: Contest, resident: Resident) -> None:
    sealed, name = _sealed_by_me(contest)
    Envelope.objects.create(resident=resident, contest=contest, sealed=sealed, fingerprint=name)
    _raise(contest, first=1)


def stuffed(vote: WholeVote) -> None:
    """An envelope for who has not voted, and the count raised; the roll is forgotten."""
    _put_in(vote.boxes[1], Resident.objects.exclude(pk__in=Envelope.objects.values("resident"))[0])


def voted_for(vote: WholeVote) -> None:
    """All that the booth would write, for who has not voted."""
    contest, other = vote.boxes[1], Participation.objects.earliest("day")
    resident = Resident.objects.exclude(pk__in=Envelope.objects.values("resident"))[0]
    _put_in(contest, resident)
    Participation.note(resident.pk, contest, channel=other.channel, hand=other.hand, day=other.day)


# The board -----------------------------------------------------------------------------------------------------------


def _computed_anew(change: Callable[[list[BoardBatch]], Any]) -> Lie:
    """The batches of Hillside's board, altered, and all that follows from them."""

    def lie(vote: WholeVote) -> None:
        batches = list(BoardBatch.objects.filter(contest__slug="hillside").order_by("number"))
        change(batches)
        run("DELETE FROM ballots_boardbatch WHERE contest_id = %s", batches[0].contest_id)
        seen, previous = set[str](), batches[0].contest.paper.digest
        for number, batch in enumerate(batches, start=1):
            seen = chain.after(seen, batch)
            batch.pk, batch.number, batch.previous_root = None, number, previous
            batch.envelopes, batch.list_digest = len(seen), chain.digest_of(seen)
            batch.root = previous = chain.root_of(batch)
        BoardBatch.objects.bulk_create(batches)

    return lie


def _first_batch(**changes: object) -> Lie:
    return _computed_anew(lambda batches: [setattr(batches[0], name, value) for name, value in changes.items()])


def _a_batch_more(batches: list[BoardBatch]) -> None:
    """In the middle."""
    same = {name: getattr(batches[0], name) for name in ("contest", "day", "log_head", "first", "repeated")}
    batches.insert(1, BoardBatch(added=[], replaced=[], **same))


def _closed_earlier(batches: list[BoardBatch]) -> None:
    batches[0].final, batches[-1].final = True, False


board_computed_anew = _first_batch(added=MINE)
board_says_that_others_were_cast = _first_batch(first=3)
board_of_an_earlier_version = _first_batch(first=None, repeated=None, log_head="", added=MINE)
board_names_another_log = _first_batch(log_head=f"1:{'0' * 64}")
board_has_a_batch_more = _computed_anew(_a_batch_more)
board_ends_otherwise = _computed_anew(lambda batches: batches[-1].added.append(MINE[0]))
board_was_closed_earlier = _computed_anew(_closed_earlier)


# The log and the paper -----------------------------------------------------------------------------------------------


def log_anew(vote: WholeVote) -> None:
    """An entry is altered, and the chain from there on computed anew."""
    events, last = list(AuditEvent.objects.order_by("number")), bytes(32)
    events[0].facts = {"another": "beginning"}
    for each in events:
        each.previous_hash, last = last, chained(last, each.entry())
        each.hash = last
    AuditEvent.objects.bulk_update(events, ["facts", "previous_hash", "hash"])


def paper_has_another_budget(vote: WholeVote) -> None:
    """In its text, with the digest of that."""
    paper = vote.boxes[0].paper
    told = {**json.loads(paper.manifest), "budget": 1}
    values = (canonical(told), digest_of(told), paper.pk)
    run("UPDATE ballots_ballotpaper SET manifest = %s, digest = %s WHERE id = %s", *values)


# What came out -------------------------------------------------------------------------------------------------------


def opened_by_nobody(vote: WholeVote) -> None:
    """An opening with its entry and its ballots, all of which agree: only the holders of the key know better."""
    at, balance = vote.at("counting"), {}
    for contest, number in zip(vote.boxes, (5, 2), strict=True):
        OpenedBallot.objects.create(contest=contest, content="2:1", ballots=number)
        opened = {"envelopes": number, "opened": number, "invalid": 0}
        balance[contest.slug] = {"voters": number, "channels": {"online": opened}}
    Opening.objects.create(cycle=vote.cycle, share_numbers=[1, 2], reconciliation=balance, by=vote.clara, at=at)
    digests = {contest.slug: ballots_of(contest) for contest in vote.boxes}
    facts = {"shares": [1, 2], "reconciliation": balance, "ballots": digests, "at": at.isoformat()}
    with transaction.atomic():
        AuditEvent.append(Done.BOX_OPENED, by=vote.clara, on=vote.cycle, **facts)


def _counted_again(contest: Contest, rule: dict[str, Any], outcome: dict[str, Any]) -> None:
    """With an entry of its own in the log, from the same ballots."""
    before = Count.objects.get(contest=contest)
    made = Count(contest=contest, number=2, rule=rule, outcome=outcome, at=before.at, by=before.by)
    made.inputs = inputs_of(contest, rule)
    facts = {"number": 2, "inputs": made.inputs, "outcome": made.digest}
    with transaction.atomic():
        made.entry = AuditEvent.append(Done.COUNTED, by=before.by, on=contest, **facts)
    made.save()


def counted_again(vote: WholeVote) -> None:
    """Another wins, and is told to be funded."""
    contest, before = vote.boxes[0], Count.objects.get(contest__slug="riverside")
    _counted_again(contest, before.rule, {**before.outcome, "winners": ["6"], "spent": 1})
    for line in contest.paper.lines.all():
        run("UPDATE proposals_award SET funded = %s WHERE proposal_id = %s", line.ballot_number == 6, line.proposal_id)


def counted_by_another_seed(vote: WholeVote) -> None:
    before = Count.objects.get(contest__slug="riverside")
    rule = {**before.rule, "seed": "my own"}
    _counted_again(vote.boxes[0], rule, {**before.outcome, "rule": rule})
