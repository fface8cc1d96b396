"""What the worker does for the ballot box."""

from datetime import timedelta

from django_tasks import task

from ballots import board
from ballots.models import BoardBatch
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
    contests = found.contests.filter(paper__isnull=False).select_related("cycle", "district", "paper")
    for contest in contests:
        board.publish(contest)
    window = found.window(Stage.VOTING)
    if window is None or BoardBatch.objects.filter(contest__cycle=found, final=True).count() == len(contests) > 0:
        return
    now = clock.of_the_database()
    back = max(now + PAUSE, window.opens)
    if window.closes is not None and now < window.closes:
        back = min(back, window.closes)
    tend_board.using(run_after=back).enqueue(cycle)
