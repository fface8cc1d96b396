"""What the worker does for all rooms."""

from datetime import timedelta

from budgeting import retention
from lib import clock
from lib.jobs import every


@every(timedelta(days=1))
def forget_what_is_over() -> None:
    retention.forget(clock.now())
