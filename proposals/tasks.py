"""What the worker does for proposals."""

from datetime import timedelta

from lib import clock
from lib.jobs import every
from proposals import last_days, shortlist_public


@every(timedelta(minutes=5))
def remind_of_the_last_days() -> None:
    last_days.look(clock.now())


@every(timedelta(minutes=5))
def tell_that_a_shortlist_is_public() -> None:
    shortlist_public.look(clock.now())
