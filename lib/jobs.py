"""Work done beside the pages.

What a person asked for is a task: tried again when it fails, rescued when the worker that had it died. What is to be
done every so often is a fact of the worker, never a task that asks for its successor: nothing waits, so nothing can
pile up while it fails, and it goes on by itself once the cause is gone. Both may therefore be done more than once, and
are written so that this does no harm.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import psycopg
from django.core.cache import cache
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from lib import clock
from lib.away import is_away
from lib.postgresql.acting import ActingConnection

ATTEMPTS = 3
PAUSE = timedelta(seconds=20)  # before the second attempt; twice that before the third
RETRY_WITHIN = timedelta(days=1)
LOOK_EVERY = 2.0  # seconds after which a worker looks whether it still holds its lock
LOOKS_PER_SIGN = 5
SIGN_OF_LIFE = "a-worker-lives"
SIGN_LASTS = timedelta(minutes=1)
SHOWN_FOR = timedelta(hours=1)  # at least, that periodic work fails

logger = logging.getLogger(__name__)


@contextmanager
def session() -> Iterator[psycopg.Connection]:
    """A connection of our own: the server itself lets go of the locks taken with it when this process dies.

    Raises psycopg.OperationalError, and does not wait, if the database is away.
    """
    held = ActingConnection.connect(**connection.get_connection_params(), autocommit=True)
    try:
        yield held
    finally:
        held.close()


# Periodic work -------------------------------------------------------------------------------------------------------


@dataclass
class PeriodicWork:
    """What a worker does at its start and then at every round moment: every quarter of an hour is at :00, :15 ...

    Which turn was the last is kept in memory: a worker that is started again does the work once too often, and the one
    that is started again all the time still does it. At round moments, because several workers then do it one after
    the other and not several times as often. What is done `by_itself` may be kept waiting by somebody outside, and
    keeps nothing else waiting.
    """

    do: Callable[[], None]
    every: timedelta
    words: Promise | str = ""  # what it does, for those who are told that it fails
    by_itself: bool = False
    last_turn: int | None = None
    failure: str = ""

    @property
    def name(self) -> str:
        return f"{self.do.__module__}.{self.do.__qualname__}"

    def do_if_due(self, at: datetime) -> None:
        turn = int(at.timestamp() // self.every.total_seconds())
        if turn == self.last_turn:
            return
        is_first, self.last_turn = self.last_turn is None, turn
        try:
            self._do_alone()
        except Exception as failure:
            self._show(at)
            self._tell(_in_one_line(failure))
        else:
            if self.failure or is_first:
                self._show(None)
            self._tell("")

    def _do_alone(self) -> None:
        """Do it, unless another worker is at it."""
        with session() as held:
            lock = held.execute("SELECT pg_try_advisory_lock(hashtext('periodic'), hashtext(%s))", [self.name])
            if lock.fetchone() != (True,):
                return
            try:
                self.do()
            finally:  # the server notices only later that a session has ended
                held.execute("SELECT pg_advisory_unlock(hashtext('periodic'), hashtext(%s))", [self.name])

    def _tell(self, failure: str) -> None:
        """Log a failure, but not again at every turn at which it is still there; and its end."""
        if failure and failure != self.failure:
            logger.error("%s failed and will be tried again: %s", self.name, failure)
        elif self.failure and not failure:
            logger.warning("%s is done again.", self.name)
        self.failure = failure

    def _show(self, at: datetime | None) -> None:
        """Let others see since when it fails, as long as it goes on doing so; None: it does not."""
        try:
            if at is None:
                cache.delete(self.sign)
            else:
                lasts = max(3 * self.every, SHOWN_FOR)
                cache.set(self.sign, cache.get(self.sign) or at, lasts.total_seconds())
        except Exception as error:
            if not is_away(error):
                logger.exception("Nobody can be shown how %s goes.", self.name)

    @property
    def sign(self) -> str:
        """The name under which it is noted that it fails."""
        return f"fails:{self.name}"


PERIODIC: list[PeriodicWork] = []


def every(
    pause: timedelta, words: Promise, by_itself: bool = False
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Have the worker do this so often; `words` say what it is. The worker finds it in an app's `tasks.py`."""

    def register(do: Callable[[], None]) -> Callable[[], None]:
        PERIODIC.append(PeriodicWork(do, pause, words, by_itself))
        return do

    return register


def threads() -> list[list[PeriodicWork]]:
    """Periodic work as it is done, each list in a thread of its own."""
    alone = [[work] for work in PERIODIC if work.by_itself]
    return [[work for work in PERIODIC if not work.by_itself], *alone]


def do_what_is_due(at: datetime, works: Sequence[PeriodicWork] | None = None) -> None:
    for work in PERIODIC if works is None else works:
        work.do_if_due(at)


def _in_one_line(failure: Exception) -> str:
    """Its notes, its kind and how its message begins: in the lines after the first the database shows whole rows."""
    if isinstance(failure, ExceptionGroup):
        return "; ".join(_in_one_line(one) for one in failure.exceptions)
    begins = str(failure).partition("\n")[0]
    return ": ".join([*getattr(failure, "__notes__", []), type(failure).__name__, begins])


# Tasks ---------------------------------------------------------------------------------------------------------------


class WorkerDied(Exception):
    """The worker ended in the middle of a task."""


@contextmanager
def worker_lock(worker: str) -> Iterator[psycopg.Connection]:
    """Hold a lock of the database as long as this worker lives."""
    with session() as held:
        held.execute("SELECT pg_advisory_lock(hashtext('worker'), hashtext(%s))", [worker])
        yield held


@contextmanager
def present(worker: str) -> Iterator[None]:
    """Let others see that this worker lives: by its lock, and by a sign of life that says so for another minute.

    While the database is away, it waits for it before the work begins. When a server is restarted the lock is gone; it
    is taken anew, so that nobody takes this worker's tasks for left behind. The signs come from a thread, since a task
    may take longer than a minute.
    """
    locked, ended = threading.Event(), threading.Event()
    failures: list[Exception] = []
    beside = threading.Thread(target=_stay_present, args=[worker, locked, ended, failures], daemon=True)
    beside.start()
    try:
        while not locked.wait(0.5):  # in turns, so that a signal is heard
            if failures:
                raise failures[0]
        yield
    finally:
        ended.set()
        beside.join()


def _stay_present(worker: str, locked: threading.Event, ended: threading.Event, failures: list[Exception]) -> None:
    told = False
    while not ended.is_set():
        try:
            with worker_lock(worker) as held:
                told = False
                for look in count():
                    held.execute("SELECT 1")
                    if look % LOOKS_PER_SIGN == 0:
                        cache.set(SIGN_OF_LIFE, True, SIGN_LASTS.total_seconds())
                        connection.close()
                    locked.set()
                    if ended.wait(LOOK_EVERY):
                        return
        except Exception as error:
            if not is_away(error):
                logger.exception("Worker %s can no longer show that it lives.", worker)
                failures.append(error)
                return
            if not told:
                logger.warning("The database cannot be reached; the worker waits for it.")
            told = True
            ended.wait(LOOK_EVERY)
        finally:
            connection.close()


def has_a_worker() -> bool:
    """Has any worker lived within the last minute?"""
    return bool(cache.get(SIGN_OF_LIFE))


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
    for task in DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gt=at - RETRY_WITHIN):
        if not gave_up(task):
            again = DBTaskResult.objects.filter(pk=task.pk, status=TaskResultStatus.FAILED)
            pause = PAUSE * 2 ** (len(task.worker_ids) - 1)
            queued += again.update(status=TaskResultStatus.READY, finished_at=None, run_after=at + pause)
    return queued


@every(timedelta(seconds=10), _("look after what was begun and not finished"))
def look_after_tasks() -> None:
    rescue()
    try_again(clock.now())


def gave_up(task: DBTaskResult) -> bool:
    return task.status == TaskResultStatus.FAILED and len(task.worker_ids) >= ATTEMPTS


def has_failed_for_good(task_id: UUID | None) -> bool:
    """Has a task failed for good, or was it lost?"""
    task = DBTaskResult.objects.filter(pk=task_id).first() if task_id else None
    return task is None or gave_up(task)
