"""What a clerk asked for gets done, and what is due gets done, though a task may fail and a worker may die."""

import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import psycopg
import pytest
from django.core.cache.backends.db import DatabaseCache
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django_tasks import TaskResultStatus, task
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from lib import jobs
from tests.cast import work
from tests.databases import as_owner

MORNING = datetime(2027, 7, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
done: list[str] = []


@task()
def write_minutes(title: str) -> None:
    done.append(title)
    if title == "blotted":
        raise OSError("the inkwell is empty")


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


def running(worker: str, earlier: int = 0) -> DBTaskResult:
    """A task a worker has begun, after so many others had."""
    found = DBTaskResult.objects.get(pk=write_minutes.enqueue("sitting of May").id)
    found.worker_ids = [f"earlier {number}" for number in range(earlier)]
    found.claim(worker)
    return found


@pytest.mark.django_db
def test_a_task_whose_worker_died_is_done_by_the_next() -> None:
    left = running("dead")
    assert jobs.rescue() == 1
    assert jobs.try_again(datetime.now(tz=UTC) - timedelta(minutes=1)) == 1
    work()
    left.refresh_from_db()
    assert (left.status, done) == (TaskResultStatus.SUCCESSFUL, ["sitting of May"])


@pytest.mark.django_db(transaction=True)
def test_a_task_whose_worker_lives_is_left_alone() -> None:
    left = running("alive")
    with jobs.worker_lock("alive"):
        assert jobs.rescue() == 0
    while jobs.is_alive("alive"):  # the server takes a moment to see that the connection was closed
        time.sleep(0.01)
    assert jobs.rescue() == 1
    left.refresh_from_db()
    assert left.exception_class_path == "lib.jobs.WorkerDied"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_without_a_word_lets_go_of_its_lock() -> None:
    lock = jobs.worker_lock("killed")
    lock.__enter__()
    assert jobs.is_alive("killed")
    end_sessions_of_workers()  # as kill -9 does: the server notices that the other end is gone
    assert not jobs.is_alive("killed")
    lock.__exit__(None, None, None)


def end_sessions_of_workers() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND pid <> pg_backend_pid() AND classid = hashtext('worker')::oid"
        )


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lives_through_a_restart_of_the_server_holds_its_lock_again(monkeypatch) -> None:
    monkeypatch.setattr(jobs, "LOOK_EVERY", 0.05)
    with jobs.present("steady"):
        assert jobs.is_alive("steady")
        assert jobs.has_a_worker()
        left = running("steady")
        end_sessions_of_workers()
        until(lambda: jobs.is_alive("steady"))
        assert jobs.rescue() == 0, "its task is not taken from it"
    until(lambda: not jobs.is_alive("steady"))
    left.refresh_from_db()
    assert left.status == TaskResultStatus.RUNNING


def until(truth: Callable[[], bool]) -> None:
    for _ in range(6000):
        if truth():
            return
        time.sleep(0.01)
    pytest.fail("this did not happen within a minute")


@pytest.mark.django_db(transaction=True)
def test_a_worker_waits_for_a_database_that_is_away(monkeypatch, caplog) -> None:
    connect, tries = jobs.ActingConnection.connect, []

    def connect_late(*args: object, **options: object) -> psycopg.Connection:
        tries.append("away" if len(tries) < 3 else "there")
        if tries[-1] == "away":
            raise psycopg.OperationalError("connection refused")
        return connect(*args, **options)

    monkeypatch.setattr(jobs, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(jobs, "ActingConnection", SimpleNamespace(connect=connect_late))
    with jobs.present("patient"):
        assert tries[:4] == ["away"] * 3 + ["there"]
    assert [record.getMessage() for record in caplog.records if record.name == "lib.jobs"] == [
        "The database cannot be reached; the worker waits for it."
    ]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lost_the_database_goes_on_by_another_name(monkeypatch) -> None:
    """What it had begun belongs to nobody who lives, so it is rescued: see above."""
    names: list[str] = []

    def handle(self: object, *, worker_id: str, **options: object) -> None:
        names.append(worker_id)
        if len(names) < 3:
            raise OperationalError from psycopg.errors.AdminShutdown()

    monkeypatch.setattr(db_worker.Command, "handle", handle)
    monkeypatch.setattr(jobs, "PERIODIC", [])
    call_command("worker")
    assert len(set(names)) == 3


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_cannot_show_that_it_lives_does_not_begin(monkeypatch) -> None:
    def refuse(*args: object) -> None:
        raise DatabaseError('relation "cache" does not exist')

    monkeypatch.setattr(DatabaseCache, "set", refuse)
    with pytest.raises(DatabaseError, match="cache"):
        call_command("worker")


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_wrong_itself_ends(monkeypatch) -> None:
    def handle(self: object, **options: object) -> None:
        raise DatabaseError("no such column")

    monkeypatch.setattr(db_worker.Command, "handle", handle)
    monkeypatch.setattr(jobs, "PERIODIC", [])
    with pytest.raises(DatabaseError):
        call_command("worker")


@pytest.mark.django_db
def test_a_task_that_fails_is_tried_three_times_with_growing_pauses() -> None:
    asked = write_minutes.enqueue("blotted")
    for attempt, pause in [(1, 20), (2, 40)]:
        work()
        assert jobs.try_again(MORNING) == 0, "it has failed after this morning, which lies in the future"
        DBTaskResult.objects.update(finished_at=MORNING)
        assert jobs.try_again(MORNING) == 1
        again = DBTaskResult.objects.get()
        assert again.run_after == MORNING + timedelta(seconds=pause)
        assert len(again.worker_ids) == attempt
        assert not jobs.has_failed_for_good(asked.id)
        DBTaskResult.objects.update(run_after=datetime(2026, 1, 1, tzinfo=UTC))
    work()
    DBTaskResult.objects.update(finished_at=MORNING)
    assert jobs.try_again(MORNING) == 0
    assert jobs.has_failed_for_good(asked.id)
    assert done == ["blotted"] * 3


@pytest.mark.django_db
def test_a_failure_of_last_week_is_not_brought_up_again() -> None:
    write_minutes.enqueue("blotted")
    work()
    DBTaskResult.objects.update(finished_at=MORNING - timedelta(days=7))
    assert jobs.try_again(MORNING) == 0


@pytest.mark.django_db
def test_a_task_that_kills_its_worker_every_time_is_given_up() -> None:
    deadly = running("third", earlier=2)
    assert jobs.rescue() == 1
    assert jobs.try_again(datetime.now(tz=UTC)) == 0
    assert jobs.has_failed_for_good(deadly.pk)


@pytest.mark.django_db
def test_what_was_asked_in_a_transaction_that_is_undone_is_not_done() -> None:
    with transaction.atomic():
        write_minutes.enqueue("sitting of May")
        transaction.set_rollback(True)
    work()
    assert done == []


# Every so often ------------------------------------------------------------------------------------------------------


def wind_the_clock() -> None:
    done.append("wound")


def lose_the_key() -> None:
    raise DatabaseError("no key\nDETAIL: it belongs to Rosa")


@pytest.mark.django_db
def test_periodic_work_is_done_when_a_worker_starts_and_then_at_round_moments() -> None:
    work = jobs.PeriodicWork(wind_the_clock, timedelta(minutes=15))
    for minutes, times in [(7, 1), (14, 1), (15, 2), (29, 2), (31, 3)]:
        work.do_if_due(MORNING + timedelta(minutes=minutes))
        assert len(done) == times, minutes
    restarted = jobs.PeriodicWork(wind_the_clock, timedelta(minutes=15))
    restarted.do_if_due(MORNING + timedelta(minutes=32))
    assert len(done) == 4, "a worker that is started again all the time still does it"


@pytest.mark.django_db
def test_periodic_work_that_fails_leaves_nothing_waiting_and_goes_on_by_itself(caplog, monkeypatch) -> None:
    lost, wound = jobs.PeriodicWork(lose_the_key, MINUTE), jobs.PeriodicWork(wind_the_clock, MINUTE)
    monkeypatch.setattr(jobs, "PERIODIC", [lost, wound])
    for minutes in range(5):
        jobs.do_what_is_due(MORNING + timedelta(minutes=minutes))
    assert done == ["wound"] * 5, "the others are done all the same"
    assert DBTaskResult.objects.count() == 0
    lost.do = wind_the_clock
    jobs.do_what_is_due(MORNING + timedelta(minutes=5))
    assert done == ["wound"] * 7
    told = [record.getMessage() for record in caplog.records]
    assert told == [
        "tests.lib.test_jobs.lose_the_key failed and will be tried again: DatabaseError: no key",
        "tests.lib.test_jobs.wind_the_clock is done again.",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_do_periodic_work_at_once() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def read_the_meter() -> None:
        done.append("read")
        begun.set()
        go_on.wait(20)

    one, other = (jobs.PeriodicWork(read_the_meter, MINUTE) for _ in range(2))
    beside = threading.Thread(target=one.do_if_due, args=[MORNING])
    beside.start()
    assert begun.wait(20)
    other.do_if_due(MORNING)
    assert done == ["read"]
    go_on.set()
    beside.join(20)
    other.do_if_due(MORNING + MINUTE)
    assert done == ["read"] * 2


@pytest.mark.django_db
def test_a_worker_finds_the_periodic_work_of_every_room(monkeypatch) -> None:
    found: list[jobs.PeriodicWork] = []
    monkeypatch.setattr(jobs, "PERIODIC", found)
    rooms = ("accounts", "ballots", "budgeting", "committee", "front", "notices", "proposals", "residents", "results")
    for tasks in (f"{room}.tasks" for room in rooms):
        import_module(tasks)
        monkeypatch.delitem(sys.modules, tasks)
    found.clear()
    in_threads: list[list[str]] = []
    monkeypatch.setattr(jobs, "do_what_is_due", lambda at, works: in_threads.append([work.name for work in works]))
    monkeypatch.setattr(db_worker.Command, "handle", lambda self, **options: None)
    call_command("worker")
    assert sorted(in_threads, key=lambda names: (len(names), names[0].startswith("ballots"))) == [
        ["notices.tasks.send_mail"],  # in a thread of its own: a mail server may keep it waiting
        ["notices.tasks.read_what_came_back"],  # and so may a mailbox
        ["results.tasks.examine_what_is_published"],  # which takes some time
        ["ballots.tasks.start_keepers"],  # holders of a key wait in front of their screens
        [
            "budgeting.tasks.forget_what_is_over",
            "accounts.tasks.tell_of_new_roles",
            "residents.tasks.send_lists_of_the_desk",
            "residents.tasks.tell_that_a_vote_has_begun",
            "proposals.tasks.remind_of_the_last_days",
            "proposals.tasks.tell_that_a_shortlist_is_public",
            "proposals.tasks.end_lapsed_hidings",
            "committee.tasks.settle_and_publish",
            "committee.tasks.forget_spreadsheets",
            "ballots.tasks.publish_boards",
            "ballots.tasks.publish_final_batches",
            "ballots.tasks.remind_who_has_not_voted",
            "results.tasks.tell_results",
            "front.tasks.tell_of_phases",
            "front.tasks.tell_what_waits",
            "front.tasks.tell_what_fails",
            "front.tasks.tell_where_the_log_ends",
        ],
    ]
