"""What the worker does for the ballot box."""

from datetime import datetime, timedelta

from django_tasks import task

from ballots import board
from budgeting import clock
from budgeting.calendar import Stage
from budgeting.models import Cycle

PAUSE = timedelta(minutes=15)


@task
def tend_board(cycle: int) -> None:
    """Publish what is due on a cycle's board, and come back until its final batches are up.

    Running twice at once does no harm: a batch is published under a lock, and only if it is due.
    """
    found = Cycle.objects.get(pk=cycle)
    try:
        for contest in found.contests.filter(paper__isnull=False).select_related("cycle", "district", "paper"):
            board.publish(contest)
    finally:
        if back := _next_time(found):
            tend_board.using(run_after=back).enqueue(cycle)


def _next_time(cycle: Cycle) -> datetime | None:
    """When to look again: soon, but not before voting opens, and at its very close. None once all is final."""
    window, now = cycle.window(Stage.VOTING), clock.of_the_database()
    if window is None or window.closes is None:
        return now + PAUSE
    if now < window.closes:
        return min(max(now + PAUSE, window.opens), window.closes)
    unfinished = cycle.contests.filter(paper__isnull=False).exclude(batches__final=True)
    return now + PAUSE if unfinished.exists() else None
