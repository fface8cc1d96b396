"""T-04: a vote that is being cast when voting closes is in the box; one that comes later is not."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections

from ballots import board, key, slots
from ballots.models import BallotBoxKey, BoardBatch
from budgeting.models import Contest
from budgeting.stages import Stage
from lib import clock
from lib.refusal import Refused
from tests.databases import as_owner
from tests.vote import cast

pytestmark = pytest.mark.django_db(transaction=True)


def beside(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Do something in a thread of its own, with a connection of its own."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(work())
        except Refused as refused:
            results.append(refused)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


def until_it_waits_for_a_lock(thread: threading.Thread) -> None:
    """Return once the server says that a connection of this database waits for another to let go of something."""
    deadline = time.monotonic() + 20
    with as_owner(), connection.cursor() as cursor:
        while thread.is_alive() and time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would look but once
            cursor.execute(
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.rowcount:
                return
            time.sleep(0.01)
    pytest.fail("it did not wait")


def test_the_close_waits_for_a_vote_that_is_being_cast(
    voting, cycle, rosa_may_vote, riverside_contest, monkeypatch
) -> None:
    closes = cycle.window(Stage.VOTING).closes
    in_the_box, go_on = threading.Event(), threading.Event()

    count = slots.count

    def and_wait(contest: Contest, *, again: bool) -> None:
        count(contest, again=again)
        in_the_box.set()
        go_on.wait(20)

    monkeypatch.setattr(slots, "count", and_wait)
    monkeypatch.setattr(clock, "of_the_database", lambda: closes - timedelta(milliseconds=1))
    voter, receipts = beside(lambda: cast(riverside_contest, {1: 1}, by=rosa_may_vote))
    assert in_the_box.wait(20)
    monkeypatch.setattr(clock, "of_the_database", lambda: closes)
    closer, batches = beside(lambda: board.publish(riverside_contest))
    until_it_waits_for_a_lock(closer)
    assert not BoardBatch.objects.exists()
    go_on.set()
    voter.join(20)
    closer.join(20)
    assert [batch.added for batch in batches] == [[receipts[0].fingerprint]]
    assert batches[0].final


def test_a_vote_that_waits_for_the_close_comes_too_late(voting, cycle, rosa_may_vote, riverside_contest, monkeypatch):
    """The vote begins in time, but the close has the cycle: when its turn comes, the database's clock says no."""
    closes = cycle.window(Stage.VOTING).closes
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM budgeting_cycle FOR UPDATE")
        voter, answers = beside(lambda: cast(riverside_contest, {1: 1}, by=rosa_may_vote))
        until_it_waits_for_a_lock(voter)
        monkeypatch.setattr(clock, "of_the_database", lambda: closes)
        cursor.execute("COMMIT")
    voter.join(20)
    assert isinstance(answers[0], Refused)
    assert "Voting is not open" in answers[0].sentence


def test_c9_two_clerks_who_make_the_key_at_once_make_one(cycle, clara, otto, at) -> None:
    """Each has sent the form that replaces no key: whoever comes second is told that there is one."""
    moment = at("presenting")

    def make() -> object:
        return key.make(cycle, [clara, otto], by=clara, at=moment)

    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM budgeting_cycle FOR UPDATE")
        makers = [beside(make) for _ in range(2)]
        for maker, _ in makers:
            until_it_waits_for_a_lock(maker)
        cursor.execute("COMMIT")
    for maker, _ in makers:
        maker.join(20)
    answers = sorted((answer for _, (answer,) in makers), key=lambda answer: isinstance(answer, Refused))
    assert len(answers[0]) == 2
    assert "has been made already" in answers[1].sentence
    assert BallotBoxKey.objects.count() == 1
