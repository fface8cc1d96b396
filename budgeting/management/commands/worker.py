"""./run manage worker: does the work beside the pages, and looks after what failed or was left lying."""

import logging
import threading
from typing import Any

from django.db import close_old_connections
from django_tasks_db.management.commands import db_worker

from budgeting import clock, jobs

EVERY = 10  # seconds

logger = logging.getLogger(__name__)


class Command(db_worker.Command):
    help = "Does the work beside the pages: reports, mail, imports. Several may run at once."

    def handle(self, **options: Any) -> None:
        if options["queue_name"] == "default":
            options["queue_name"] = "*"
        ended = threading.Event()
        looking_after = threading.Thread(target=_look_after_tasks, args=[ended], daemon=True)
        with jobs.presence(options["worker_id"]):
            looking_after.start()
            try:
                super().handle(**options)
            finally:
                ended.set()


def _look_after_tasks(ended: threading.Event) -> None:
    while not ended.wait(EVERY):
        close_old_connections()
        try:
            jobs.rescue()
            jobs.try_again(clock.now())
        except Exception:
            logger.exception("Looking after tasks failed; trying again.")
