"""Opens the box of the city, and dies at a point of it.

    python -m tests.drills.opening POINT [POSTMASTER]

It reads the holders' shares as JSON. POINT is the number of a statement, before which it ends itself as `kill -9` does;
"commit" and "committed": before and after all of it is stored; "never"; "count": nothing is stored, and it says how
many statements there are. Given the number of the PostgreSQL server's process, it kills that instead.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import django

OF_THE_BOX = ("Boxes", "Boards", "Openings")  # the rest was filled in past the verbs that put it on record
BOOKKEEPING = ("SAVEPOINT", "RELEASE")  # there are more of them where all is taken back


class Death:
    """Counts the statements, and strikes."""

    def __init__(self, point: str, postmaster: int | None) -> None:
        self.point, self.postmaster, self.statements = point, postmaster, 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(BOOKKEEPING):
            self.statements += 1
            self.strike(str(self.statements))
        return execute(sql, params, many, context)

    def strike(self, here: str) -> None:
        if here == self.point:
            os.kill(self.postmaster or os.getpid(), signal.SIGKILL)


def open_the_box(point: str, postmaster: int | None = None) -> int:
    """How many statements that were."""
    from django.db import connection, transaction  # noqa: PLC0415  # all of these need Django set up

    from accounts.models import User  # noqa: PLC0415
    from audit import compared  # noqa: PLC0415
    from audit.models import AuditEvent  # noqa: PLC0415
    from ballots import opening  # noqa: PLC0415
    from ballots.sealing import Share  # noqa: PLC0415
    from budgeting.models import Cycle  # noqa: PLC0415
    from lib import clock  # noqa: PLC0415

    AuditEvent.verify_chain()  # whatever was interrupted before
    assert [line for line in compared.differences() if line.startswith(OF_THE_BOX)] == []
    shares = [Share.typed(*share) for share in json.load(sys.stdin)]
    death, store = Death(point, postmaster), opening._store

    def store_and_come_to_the_end(*given: Any, **more: Any) -> Any:
        made = store(*given, **more)
        death.strike("commit")
        return made

    with (
        patch.object(opening, "_store", store_and_come_to_the_end),
        connection.execute_wrapper(death),
        transaction.atomic() if point == "count" else patch.dict({}, {}),
    ):
        opening.open_box(Cycle.objects.get(), shares, by=User.objects.get(name="Clara"), at=clock.now())
        if point == "count":
            transaction.set_rollback(True)
    death.strike("committed")
    return death.statements


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "budgeting.settings"
    django.setup()
    point, *postmaster = sys.argv[1:]
    sys.stdout.write(f"{open_the_box(point, *map(int, postmaster))}\n")
