"""Verbs at the same moment, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from lib.refusal import Refused


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Each in a thread and transaction of its own: "done", or the sentence by which it was refused."""
    start = Barrier(len(acts))

    def does(act: Callable[[], object]) -> str:
        try:
            start.wait()
            act()
        except Refused as refusal:
            return refusal.sentence
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(does, acts))
