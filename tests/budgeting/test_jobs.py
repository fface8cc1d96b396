"""What a clerk asked for gets done, though a task may fail and a worker may die."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django_tasks import TaskResultStatus, task
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from budgeting import jobs

MORNING = datetime(2027, 7, 1, 9, tzinfo=UTC)
done: list[str] = []


@task()
def write_minutes(title: str) -> None:
    done.append(title)
    if title == "blotted":
        raise OSError("the inkwell is empty")


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


def work() -> None:
    """Do what is ready, as a worker does."""
    worker = Worker(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id="living", excluded_queue_names=[],
    )  # fmt: skip
    while task := DBTaskResult.objects.ready().first():
        task.claim(worker.worker_id)
        worker.run_task(task)


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
    with jobs.presence("alive"):
        assert jobs.rescue() == 0
    while jobs.is_alive("alive"):  # the server takes a moment to see that the connection was closed
        time.sleep(0.01)
    assert jobs.rescue() == 1
    left.refresh_from_db()
    assert left.exception_class_path == "budgeting.jobs.WorkerDied"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_without_a_word_lets_go_of_its_lock() -> None:
    lock = jobs.presence("killed")
    lock.__enter__()
    assert jobs.is_alive("killed")
    with connection.cursor() as cursor:  # as kill -9 does: the server notices that the other end is gone
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory'"
            " AND pid <> pg_backend_pid() AND classid = hashtext('worker')::oid"
        )
    assert not jobs.is_alive("killed")
    lock.__exit__(None, None, None)


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
        assert not jobs.will_never_end(asked.id)
        DBTaskResult.objects.update(run_after=datetime(2026, 1, 1, tzinfo=UTC))
    work()
    DBTaskResult.objects.update(finished_at=MORNING)
    assert jobs.try_again(MORNING) == 0
    assert jobs.will_never_end(asked.id)
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
    assert jobs.will_never_end(deadly.pk)
