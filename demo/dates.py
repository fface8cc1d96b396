"""The rounds' calendars, reckoned from the day the demo is loaded."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from budgeting.calendar import Window
from budgeting.models import Cycle, Phase
from budgeting.stages import Stage

# Days from the day of loading on which each stage opens and closes; None: without end.
PLANS: dict[str, list[tuple[Stage, int, int | None]]] = {
    "finished": [
        (Stage.PROPOSING, -540, -480),
        (Stage.REVIEWING, -478, -430),
        (Stage.PRESENTING, -428, -374),
        (Stage.VOTING, -371, -350),
        (Stage.COUNTING, -350, -346),
        (Stage.RESULTS, -345, -330),
        (Stage.DELIVERING, -329, None),
    ],
    "voting": [
        (Stage.PROPOSING, -170, -110),
        (Stage.REVIEWING, -108, -50),
        (Stage.PRESENTING, -48, -9),
        (Stage.VOTING, -8, 10),
        (Stage.COUNTING, 10, 13),
        (Stage.RESULTS, 14, 28),
        (Stage.DELIVERING, 29, None),
    ],
    "reviewing": [
        (Stage.PROPOSING, -62, -14),
        (Stage.REVIEWING, -12, 21),
        (Stage.PRESENTING, 23, 37),
        (Stage.VOTING, 39, 53),
        (Stage.COUNTING, 53, 55),
        (Stage.RESULTS, 56, 63),
        (Stage.DELIVERING, 64, None),
    ],
    "collecting": [
        (Stage.PROPOSING, -24, 36),
        (Stage.REVIEWING, 38, 90),
        (Stage.PRESENTING, 92, 128),
        (Stage.VOTING, 130, 150),
        (Stage.COUNTING, 150, 153),
        (Stage.RESULTS, 154, 168),
        (Stage.DELIVERING, 169, None),
    ],
}
WHILE_VOTING, WHILE_COUNTING = timedelta(days=360), timedelta(days=348)  # how long ago the finished round was there


def lay(cycle: Cycle, plan: str, now: datetime, back: timedelta = timedelta()) -> None:
    """Give a cycle the dates of its plan. `back`: as they would stand if today were so long ago.

    The ballot box goes by the database's clock, which nobody can turn. So the calendar is turned instead.
    """
    cycle.phases.all().delete()
    Phase.objects.bulk_create(
        Phase(cycle=cycle, stage=window.stage.value, opens=window.opens, closes=window.closes)
        for window in windows(plan, now + back)
    )


def windows(plan: str, now: datetime) -> list[Window]:
    """A plan's windows. Each opens at eight in the morning and closes at eight in the evening, in the city's zone."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).date()

    def moment(days: int, hour: int) -> datetime:
        return datetime.combine(today + timedelta(days=days), time(hour), zone)

    return [
        Window(stage, moment(opens, 8 if stage is not Stage.COUNTING else 20), moment(closes, 20) if closes else None)
        for stage, opens, closes in PLANS[plan]
    ]


def within(window: Window, share: float, now: datetime) -> datetime:
    """A moment in a window, as a share (0 to 1) of the part of it that is over."""
    end = min(window.closes or now, now)
    return window.opens + (end - window.opens) * share
