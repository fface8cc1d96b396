"""The board: everybody's envelope is on it, and nobody's moment (T-30)."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult

from audit.models import AuditEvent
from ballots import board, chain, stocktaking
from ballots.models import BoardBatch, Envelope, ReplacedEnvelope
from ballots.sealing import in_groups
from ballots.tasks import publish_final_batches
from budgeting.models import Contest
from lib import jobs
from lib.refusal import Refused
from tests.cast import FIRST_DAY, enrol, person
from tests.databases import without_triggers
from tests.keeping import kept
from tests.papers import words_on
from tests.vote import cast


@kept
def twelve_votes(voting, neighbours, riverside_contest) -> list:
    return [cast(riverside_contest, {1: 1}, by=user) for user in neighbours]


def test_ten_new_envelopes_come_up_together_and_sorted(twelve_votes, riverside_contest) -> None:
    batch = board.publish(riverside_contest)
    assert batch.added == sorted(receipt.fingerprint for receipt in twelve_votes)
    assert not batch.final


@pytest.mark.long
def test_fewer_wait_for_the_next_day(twelve_votes, neighbours, riverside_contest, at, monkeypatch, voting) -> None:
    board.publish(riverside_contest)
    cast(riverside_contest, {2: 1}, by=neighbours[0])
    assert board.publish(riverside_contest) is None
    tomorrow = voting.replace(day=voting.day + 1)
    monkeypatch.setattr("lib.clock.of_the_database", lambda: tomorrow)
    assert len(board.publish(riverside_contest).added) == 1


def test_a_receipt_is_found_however_it_is_typed(twelve_votes, cycle, riverside_contest) -> None:
    board.publish(riverside_contest)
    receipt = twelve_votes[0]
    for typed in (str(receipt), receipt.fingerprint.lower(), in_groups(receipt.fingerprint).replace(" ", "-")):
        found = board.look_up(cycle, typed)
        assert found is not None
        assert not found.replaced
    with_zeros = receipt.fingerprint.replace("O", "0").replace("I", "1").replace("B", "8")
    assert board.look_up(cycle, with_zeros) is not None
    assert board.look_up(cycle, "A" * 32) is None


def test_whoever_has_just_voted_finds_the_envelope_in_the_box(rosa_may_vote, cycle, riverside_contest, voting) -> None:
    receipt = cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    found = board.look_up(cycle, str(receipt))
    assert (found.contest, found.batch, found.replaced) == (riverside_contest, None, False)
    page = Client().post("/2027/board/", {"receipt": str(receipt)}).content.decode()
    assert "This envelope is in the box of Riverside." in page
    assert "next batch" in page


def test_v16_r7_a_receipt_replaced_before_its_first_batch_is_replaced_before_and_after_it(
    rosa_may_vote, cycle, riverside_contest, at, voting
) -> None:
    receipts = [cast(riverside_contest, {choice: 1}, by=rosa_may_vote) for choice in (1, 2, 4)]
    for batches in (0, 1):
        if batches:
            batch = board.publish(riverside_contest)
            assert batch.came_and_went == sorted(receipt.fingerprint for receipt in receipts[:2])
        for receipt in receipts[:2]:
            found = board.look_up(cycle, str(receipt))
            assert (found.contest, found.replaced) == (riverside_contest, True)
            said = words_on(Client().post("/2027/board/", {"receipt": str(receipt)}))
            assert "has been replaced by a later ballot" in said
            assert "neither in the box" not in said
        assert not board.look_up(cycle, str(receipts[2])).replaced
    assert not ReplacedEnvelope.objects.exists()


def test_v16_a_receipt_whose_envelope_vanished_is_in_neither(twelve_votes, riverside_contest) -> None:
    gone = twelve_votes[0].fingerprint
    without_triggers(f"DELETE FROM ballots_envelope WHERE fingerprint = '{gone}'")
    said = words_on(Client().post("/2027/board/", {"receipt": gone}))
    assert "neither in the box nor on the board" in said
    assert "no later ballot" in said


def test_a_batch_says_how_many_ballots_were_cast_and_the_head_of_the_log(
    twelve_votes, neighbours, riverside_contest, at
) -> None:
    first = board.publish(riverside_contest)
    head = AuditEvent.last_head()
    again = [cast(riverside_contest, {choice: 1}, by=neighbours[0]) for choice in (2, 4)]
    at("counting")
    final = board.publish(riverside_contest)
    assert chain.text_of(final).splitlines() == [
        "common-purse board 2",
        "2027/riverside batch 2 of 2027-05-19",
        f"previous {first.root}",
        f"in force 12 {final.list_digest}",
        "cast 12 2",
        f"log {head.replace(':', ' ')}",
        "final",
        f"+ {again[1].fingerprint}",
        f"- {twelve_votes[0].fingerprint}",
        f"~ {again[0].fingerprint}",
    ]
    entry = AuditEvent.objects.filter(action="board published").latest("number")
    assert entry.facts == {"number": 2, "root": final.root, "first": 12, "repeated": 2}


def test_a_batch_of_an_earlier_version_keeps_its_text(twelve_votes, riverside_contest, at) -> None:
    batch = board.publish(riverside_contest)
    batch.first = batch.repeated = None
    batch.log_head = ""
    lines = chain.text_of(batch).splitlines()
    assert lines[0] == "common-purse board 1"
    assert lines[4:] == [f"+ {one}" for one in batch.added]


def test_after_voting_again_the_old_receipt_is_replaced(twelve_votes, neighbours, cycle, riverside_contest, at) -> None:
    board.publish(riverside_contest)
    new = cast(riverside_contest, {2: 1}, by=neighbours[0])
    at("counting")
    final = board.publish(riverside_contest)
    assert (final.final, final.added, final.replaced) == (True, [new.fingerprint], [twelve_votes[0].fingerprint])
    assert board.look_up(cycle, str(twelve_votes[0])).replaced
    assert not board.look_up(cycle, str(new)).replaced


def test_the_chain_can_be_checked_with_sha256sum(twelve_votes, neighbours, riverside_contest, at) -> None:
    first = board.publish(riverside_contest)
    at("counting")
    final = board.publish(riverside_contest)
    assert first.root == hashlib.sha256(chain.text_of(first).encode()).hexdigest()
    assert f"previous {first.root}\n" in chain.text_of(final)
    assert first.previous_root == riverside_contest.paper.digest
    in_force = chain.list_of(chain.in_force([first, final]))
    assert final.list_digest == hashlib.sha256(in_force.encode()).hexdigest()
    assert in_force.splitlines() == sorted(Envelope.objects.values_list("fingerprint", flat=True))
    assert stocktaking.errors(riverside_contest) == []


def test_nothing_comes_after_the_final_batch(twelve_votes, riverside_contest, at) -> None:
    at("counting")
    assert board.publish(riverside_contest).final
    assert board.publish(riverside_contest) is None


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ballots_boardbatch SET added = added[2:] WHERE number = 1",
        "UPDATE ballots_boardbatch SET added = added || repeat('A', 32) WHERE number = 1",
        "UPDATE ballots_boardbatch SET replaced = (SELECT added[1:1] FROM ballots_boardbatch WHERE number = 1)"
        " WHERE number = 2",
        "UPDATE ballots_boardbatch SET root = repeat('0', 64) WHERE number = 1",
        "DELETE FROM ballots_boardbatch WHERE number = 1",
        "UPDATE ballots_boardbatch SET envelopes = 11 WHERE number = 2",
    ],
)
def test_whoever_alters_the_board_is_seen(twelve_votes, riverside_contest, at, tampering) -> None:
    board.publish(riverside_contest)
    at("counting")
    board.publish(riverside_contest)
    without_triggers(tampering)
    assert stocktaking.errors(riverside_contest) != []


def test_a_missing_envelope_stops_the_board(twelve_votes, riverside_contest) -> None:
    board.publish(riverside_contest)
    without_triggers("DELETE FROM ballots_envelope WHERE fingerprint = (SELECT min(fingerprint) FROM ballots_envelope)")
    with pytest.raises(Refused, match="1 residents voted online, but have no envelope"):
        board.publish(riverside_contest)
    assert BoardBatch.objects.count() == 1


# The worker ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def quarters_of_an_hour(monkeypatch) -> Callable[[int], None]:
    """Let a worker that has just been started work for so many quarters of an hour."""
    works = [replace(work) for work in jobs.PERIODIC if work.do.__module__ == "ballots.tasks"]
    turns = count()
    monkeypatch.setattr(jobs, "PERIODIC", works)

    def let_pass(quarters: int) -> None:
        for turn in islice(turns, quarters):
            jobs.do_what_is_due(FIRST_DAY + timedelta(minutes=15) * turn)

    return let_pass


def test_the_worker_puts_up_what_is_due_and_the_final_batch_once(
    twelve_votes, riverside_contest, at, quarters_of_an_hour
) -> None:
    quarters_of_an_hour(2)
    assert BoardBatch.objects.count() == 1
    at("counting")
    quarters_of_an_hour(2)
    assert BoardBatch.objects.get(final=True).envelopes == 12
    assert BoardBatch.objects.count() == 2


@pytest.mark.long
def test_only_final_batches_come_up_between_the_quarters(twelve_votes, riverside_contest, at) -> None:
    """A batch every minute would tell whoever watches the board when its ten people voted."""
    publish_final_batches()
    assert not BoardBatch.objects.exists()
    at("counting")
    publish_final_batches()
    assert BoardBatch.objects.get().final


@pytest.mark.long
def test_a_board_that_fails_piles_nothing_up_and_comes_back_by_itself(
    hillside_paper, voting, neighbours, riverside_contest, hillside_contest, monkeypatch, quarters_of_an_hour, caplog
) -> None:
    for user in neighbours:
        cast(riverside_contest, {1: 1}, by=user)
    for user in [person(f"Hill{number}") for number in range(10)]:
        enrol(user, hillside_contest.cycle, hillside_contest.district)
        cast(hillside_contest, {1: 1}, by=user)
    publish = board.publish

    def publish_but_riverside(contest: Contest) -> BoardBatch | None:
        if contest == riverside_contest:
            raise OSError("no space left on device")
        return publish(contest)

    monkeypatch.setattr(board, "publish", publish_but_riverside)
    quarters_of_an_hour(5)
    assert DBTaskResult.objects.count() == 0
    assert [batch.contest for batch in BoardBatch.objects.all()] == [hillside_contest]
    assert [record.getMessage() for record in caplog.records] == [
        "ballots.tasks.publish_boards failed and will be tried again:"
        f" {riverside_contest}: OSError: no space left on device"
    ]
    monkeypatch.setattr(board, "publish", publish)
    quarters_of_an_hour(1)
    assert riverside_contest.batches.get().envelopes == 12


def test_the_command_tells_what_it_put_up_and_which_board_failed(twelve_votes, riverside_contest, capsys) -> None:
    call_command("publish_board")
    assert f"{riverside_contest}: batch 1, 12 envelopes" in capsys.readouterr().out
    without_triggers("DELETE FROM ballots_envelope WHERE fingerprint = (SELECT min(fingerprint) FROM ballots_envelope)")
    with pytest.raises(ExceptionGroup) as told:
        call_command("publish_board")
    assert told.value.exceptions[0].__notes__ == [str(riverside_contest)]


# The close -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closes", ["closes + interval '1 hour'", "NULL"])
def test_voting_stays_closed_once_the_final_batch_is_up(twelve_votes, riverside_contest, at, closes) -> None:
    """T-05. A ballot put in later would stand on no board, and the box could never be opened."""
    at("counting")
    assert board.publish(riverside_contest).final
    with pytest.raises(IntegrityError, match="vote of this cycle is closed"), transaction.atomic():
        connection.cursor().execute(f"UPDATE budgeting_phase SET closes = {closes} WHERE stage = 'voting'")
