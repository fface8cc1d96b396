"""./run manage worker: does the work beside the pages, and what is to be done every so often."""

import threading
from typing import Any

from django.db import close_old_connections
from django.utils.module_loading import autodiscover_modules
from django_tasks_db.management.commands import db_worker

from lib import clock, jobs

TICK = 10  # seconds
FAREWELL = 5  # seconds in which what has been begun may be finished


class Command(db_worker.Command):
    help = "Does the work beside the pages: reports, and what is due every so often. Several may run at once."

    def handle(self, **options: Any) -> None:
        if options["queue_name"] == "default":
            options["queue_name"] = "*"
        autodiscover_modules("tasks")
        ended = threading.Event()
        # Beside the tasks, so that a report of half a minute does not keep anything waiting.
        periodic = threading.Thread(target=_do_periodic_work, args=[ended], daemon=True)
        with jobs.worker_lock(options["worker_id"]):
            periodic.start()
            try:
                super().handle(**options)
            finally:
                ended.set()
                periodic.join(FAREWELL)


def _do_periodic_work(ended: threading.Event) -> None:
    while True:
        close_old_connections()
        jobs.do_what_is_due(clock.now())
        if ended.wait(TICK):
            return
