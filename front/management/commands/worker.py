"""./run manage worker: does the work beside the pages, and what is to be done every so often."""

import threading
from typing import Any

from django.db import close_old_connections
from django.utils.module_loading import autodiscover_modules
from django_tasks_db.management.commands import db_worker

from lib import clock, jobs

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
        with jobs.worker_lock(options["worker_id"]):
            for thread in threads:
                thread.start()
            try:
                super().handle(**options)
            finally:
                ended.set()
                for thread in threads:
                    thread.join(FAREWELL)


def _do_periodic_work(works: list[jobs.PeriodicWork], ended: threading.Event) -> None:
    tick = min([TICK, *(work.every.total_seconds() for work in works)])
    while True:
        close_old_connections()
        jobs.do_what_is_due(clock.now(), works)
        if ended.wait(tick):
            return
