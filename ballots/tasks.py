"""What the worker does for the ballot box."""

from datetime import timedelta

from ballots import board, ends_soon
from lib import clock
from lib.jobs import every

BOARD_EVERY = timedelta(minutes=15)  # may come up; whether something does, board.publish says


@every(BOARD_EVERY)
def publish_boards() -> None:
    """Not more often: who watches the board must not learn to the minute when ten people voted."""
    list(board.publish_due())


@every(timedelta(minutes=1))
def publish_final_batches() -> None:
    """Nobody waits a quarter of an hour for the last batch once voting has closed: there is no vote left to hide."""
    list(board.publish_due(closed=True))


@every(timedelta(minutes=5))
def remind_who_has_not_voted() -> None:
    ends_soon.look(clock.now())
