"""Work done beside the pages: tried again when it fails, rescued when the worker that had it died.

Every task of the platform may therefore run more than once, and is written so that this does no harm.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from django.db import connection
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

ATTEMPTS = 3
PAUSE = timedelta(seconds=20)  # before the second attempt; twice that before the third
FORGOTTEN = timedelta(days=1)


class WorkerDied(Exception):
    """The worker ended in the middle of a task."""


@contextmanager
def presence(worker: str) -> Iterator[None]:
    """Hold a lock of the database as long as this worker lives: the server itself lets it go when the process dies."""
    held = psycopg.connect(**connection.get_connection_params(), autocommit=True)
    try:
        held.execute("SELECT pg_advisory_lock(hashtext('worker'), hashtext(%s))", [worker])
        yield
    finally:
        held.close()


def is_alive(worker: str) -> bool:
    """Does a worker by this name hold its lock?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('worker'), hashtext(%s))", [worker])
        (free,) = cursor.fetchone()
        if free:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('worker'), hashtext(%s))", [worker])
    return not free


def rescue() -> int:
    """Call tasks failed whose worker died, so that they are tried again. How many there were."""
    rescued = 0
    for task in DBTaskResult.objects.running():
        if not is_alive(task.worker_ids[-1]):
            task.set_failed(WorkerDied(task.worker_ids[-1]))
            rescued += 1
    return rescued


def try_again(at: datetime) -> int:
    """Queue what failed once more, after a pause that grows, up to ATTEMPTS times. How many were queued."""
    queued = 0
    for task in DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gt=at - FORGOTTEN):
        if not gave_up(task):
            again = DBTaskResult.objects.filter(pk=task.pk, status=TaskResultStatus.FAILED)
            pause = PAUSE * 2 ** (len(task.worker_ids) - 1)
            queued += again.update(status=TaskResultStatus.READY, finished_at=None, run_after=at + pause)
    return queued


def gave_up(task: DBTaskResult) -> bool:
    return task.status == TaskResultStatus.FAILED and len(task.worker_ids) >= ATTEMPTS


def will_never_end(task_id: UUID | None) -> bool:
    """Has a task failed for good, or was it lost?"""
    task = DBTaskResult.objects.filter(pk=task_id).first() if task_id else None
    return task is None or gave_up(task)
