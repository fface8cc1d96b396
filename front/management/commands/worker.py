"""./run manage worker: does the work beside the pages, and what is to be done every so often."""

import threading
from typing import Any

import psycopg
from django.db import Error, close_old_connections
from django.utils.crypto import get_random_string
from django.utils.module_loading import autodiscover_modules
from django_tasks_db.management.commands import db_worker

from lib import clock, jobs
from lib.away import is_away

TICK = 10  # seconds at most between two looks at what is due
FAREWELL = 5  # seconds in which what has been begun may be finished


class Command(db_worker.Command):
    help = "Does the work beside the pages: reports, and what is due every so often. Several may run at once."

    def handle(self, **options: Any) -> None:
        if options["queue_name"] == "default":
            options["queue_name"] = "*"
        autodiscover_modules("tasks")
        ended = threading.Event()
        # Beside the tasks, so that a report of half a minute does not keep anything waiting.
        threads = [
            threading.Thread(target=_do_periodic_work, args=[works, ended], daemon=True) for works in jobs.threads()
        ]
        for thread in threads:
            thread.start()
        try:
            while not self._work(options):
                pass
        finally:
            ended.set()
            for thread in threads:
                thread.join(FAREWELL)

    def _work(self, options: dict[str, Any]) -> bool:
        """Do tasks until told to end; not so (False) where the database went away meanwhile.

        What had been begun is then left behind by a worker that is gone, so whoever goes on does so by another name,
        and the task is rescued.
        """
        try:
            with jobs.present(options["worker_id"]):
                super().handle(**options)
        except (Error, psycopg.Error) as error:
            if not is_away(error):
                raise
            close_old_connections()
            options["worker_id"] = get_random_string(32)
            return False
        return True


def _do_periodic_work(works: list[jobs.PeriodicWork], ended: threading.Event) -> None:
    tick = min([TICK, *(work.every.total_seconds() for work in works)])
    while True:
        close_old_connections()
        jobs.do_what_is_due(clock.now(), works)
        if ended.wait(tick):
            return
