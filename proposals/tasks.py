"""What the worker does for proposals."""

from datetime import timedelta

from lib import clock
from lib.jobs import every
from proposals import drafts_wait


@every(timedelta(minutes=5))
def remind_of_drafts() -> None:
    drafts_wait.look(clock.now())
