"""What of the work beside the pages fails now, in words: for those who are told, and for the page that shows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar

from django.core.cache import cache
from django.utils.functional import Promise
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from lib.jobs import PERIODIC, RETRY_WITHIN, gave_up

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Work that fails: its name, what it is in words, since when, and whether it is tried again by itself."""

    name: str
    words: str
    since: datetime
    is_tried_again: bool


_called: dict[str, Promise] = {}


def called(words: Promise) -> Callable[[Task[P, T]], Task[P, T]]:
    """Say in words what a task does, for those who are told that it failed."""

    def register(of: Task[P, T]) -> Task[P, T]:
        _called[of.module_path] = words
        return of

    return register


def troubles(at: datetime) -> list[Trouble]:
    """What fails now, and which tasks failed for good within a day, unless one of their kind was done since."""
    return sorted([*_failing_works(), *_failed_tasks(at)], key=lambda trouble: trouble.since)


def _failing_works() -> Iterator[Trouble]:
    signs = cache.get_many([work.sign for work in PERIODIC])
    for work in PERIODIC:
        if since := signs.get(work.sign):
            yield Trouble(work.name, str(work.words), since, is_tried_again=True)


def _failed_tasks(at: datetime) -> Iterator[Trouble]:
    ended = DBTaskResult.objects.finished().filter(finished_at__gt=at - RETRY_WITHIN, finished_at__lte=at)
    found: dict[str, Trouble] = {}
    for task in ended.order_by("finished_at"):
        name = task.task_path
        if task.status == TaskResultStatus.SUCCESSFUL:
            found.pop(name, None)
        elif gave_up(task):
            words = str(_called.get(name, name))
            found.setdefault(name, Trouble(name, words, task.finished_at, is_tried_again=False))
    yield from found.values()
