"""What the worker does for the ballot box."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from ballots import board, ends_soon, keeper
from lib import clock
from lib.jobs import every

BOARD_EVERY = timedelta(minutes=15)  # may come up; whether something does, board.publish says


@every(BOARD_EVERY, _("publish the boards of the ballot boxes"))
def publish_boards() -> None:
    """Not more often: who watches the board must not learn to the minute when ten people voted."""
    list(board.publish_due())


@every(timedelta(minutes=1), _("publish the last batch of a board, once voting has closed"))
def publish_final_batches() -> None:
    """Nobody waits a quarter of an hour for the last batch once voting has closed: there is no vote left to hide."""
    list(board.publish_due(closed=True))


@every(timedelta(minutes=5), _("remind who has not voted"))
def remind_who_has_not_voted() -> None:
    ends_soon.look(clock.now())


@every(
    timedelta(seconds=2),
    _("start the program that keeps the sheets while a key's holders are together"),
    by_itself=True,
)
def start_keepers() -> None:
    """Holders are waiting in front of their screens."""
    keeper.start_what_waits()
