"""The board: everybody's envelope is on it, and nobody's moment (T-30)."""

import hashlib
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult

from ballots import board
from ballots.casting import cast
from ballots.models import BoardBatch, Envelope
from ballots.sealing import in_groups
from ballots.tasks import tend_board
from budgeting.calendar import Stage
from proposals.rules import Refused


@pytest.fixture
def twelve_votes(voting, neighbours, riverside_contest) -> list:
    return [cast(user, riverside_contest, {1: 1}) for user in neighbours]


def test_ten_new_envelopes_come_up_together_and_sorted(twelve_votes, riverside_contest) -> None:
    batch = board.publish(riverside_contest)
    assert batch.added == sorted(receipt.fingerprint for receipt in twelve_votes)
    assert not batch.final


def test_fewer_wait_for_the_next_day(twelve_votes, neighbours, riverside_contest, at, monkeypatch, voting) -> None:
    board.publish(riverside_contest)
    cast(neighbours[0], riverside_contest, {2: 1})
    assert board.publish(riverside_contest) is None
    tomorrow = voting.replace(day=voting.day + 1)
    monkeypatch.setattr("budgeting.clock.of_the_database", lambda: tomorrow)
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
    receipt = cast(rosa_may_vote, riverside_contest, {1: 1})
    found = board.look_up(cycle, str(receipt))
    assert (found.contest, found.batch, found.replaced) == (riverside_contest, None, False)
    page = Client().post("/2027/board/", {"receipt": str(receipt)}).content.decode()
    assert "This envelope is in the box of Riverside." in page
    assert "next batch" in page
    cast(rosa_may_vote, riverside_contest, {2: 1})
    assert board.look_up(cycle, str(receipt)) is None


def test_after_voting_again_the_old_receipt_is_replaced(twelve_votes, neighbours, cycle, riverside_contest, at) -> None:
    board.publish(riverside_contest)
    new = cast(neighbours[0], riverside_contest, {2: 1})
    at("counting")
    final = board.publish(riverside_contest)
    assert (final.final, final.added, final.replaced) == (True, [new.fingerprint], [twelve_votes[0].fingerprint])
    assert board.look_up(cycle, str(twelve_votes[0])).replaced
    assert not board.look_up(cycle, str(new)).replaced


def test_the_chain_can_be_checked_with_sha256sum(twelve_votes, neighbours, riverside_contest, at) -> None:
    first = board.publish(riverside_contest)
    at("counting")
    final = board.publish(riverside_contest)
    assert first.root == hashlib.sha256(board.text_of(first).encode()).hexdigest()
    assert f"previous {first.root}\n" in board.text_of(final)
    assert first.previous_root == riverside_contest.paper.digest
    in_force = board.list_of(board.in_force([first, final]))
    assert final.list_digest == hashlib.sha256(in_force.encode()).hexdigest()
    assert in_force.splitlines() == sorted(Envelope.objects.values_list("fingerprint", flat=True))
    assert board.faults(riverside_contest) == []


def test_nothing_comes_after_the_final_batch(twelve_votes, riverside_contest, at) -> None:
    at("counting")
    assert board.publish(riverside_contest).final
    assert board.publish(riverside_contest) is None


def without_triggers(sql: str) -> None:
    """What an insider with the rights of the table's owner could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("ballots_boardbatch", "ballots_envelope"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        for table in ("ballots_boardbatch", "ballots_envelope"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


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
    assert board.faults(riverside_contest) != []


def test_a_missing_envelope_stops_the_board(twelve_votes, riverside_contest) -> None:
    board.publish(riverside_contest)
    without_triggers("DELETE FROM ballots_envelope WHERE fingerprint = (SELECT min(fingerprint) FROM ballots_envelope)")
    with pytest.raises(Refused, match="1 envelopes are missing"):
        board.publish(riverside_contest)
    assert BoardBatch.objects.count() == 1


def test_the_worker_comes_back_at_the_close_and_then_stops(twelve_votes, cycle, at) -> None:
    closes = cycle.window(Stage.VOTING).closes
    tend_board.call(cycle.pk)
    assert BoardBatch.objects.count() == 1
    late = closes - timedelta(minutes=1)
    with patch("budgeting.clock.of_the_database", lambda: late):
        tend_board.call(cycle.pk)
    assert DBTaskResult.objects.order_by("enqueued_at").last().run_after == closes
    at("counting")
    before = DBTaskResult.objects.count()
    tend_board.call(cycle.pk)
    assert BoardBatch.objects.get(final=True).envelopes == 12
    assert DBTaskResult.objects.count() == before


@pytest.mark.parametrize("closes", ["closes + interval '1 hour'", "NULL"])
def test_voting_stays_closed_once_the_final_batch_is_up(twelve_votes, riverside_contest, at, closes) -> None:
    """T-05. A ballot put in later would stand on no board, and the box could never be opened."""
    at("counting")
    assert board.publish(riverside_contest).final
    with pytest.raises(IntegrityError, match="vote of this cycle is closed"), transaction.atomic():
        connection.cursor().execute(f"UPDATE budgeting_phase SET closes = {closes} WHERE stage = 'voting'")
