"""What the worker does for residents."""

from datetime import timedelta

from lib import clock
from lib.jobs import every
from residents import desk_days, vote_begins


@every(timedelta(hours=1))
def send_lists_of_the_desk() -> None:
    desk_days.send_due(clock.now())


@every(timedelta(minutes=5))
def tell_that_a_vote_has_begun() -> None:
    vote_begins.look(clock.now())
