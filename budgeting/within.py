"""What an upper room dates within a stage: everybody reads it in the calendar under that stage, and it moves along.

Like registry.py, data and words only: a room divides a stage when the site starts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from budgeting.calendar import Window
from budgeting.stages import Stage


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a stage, with its half-open window."""

    stage: Stage
    name: str
    opens: datetime
    closes: datetime

    def holds(self, at: datetime) -> bool:
        return self.opens <= at < self.closes

    def later_by(self, span: timedelta) -> "Part":
        return replace(self, opens=self.opens + span, closes=self.closes + span)

    def lies_within(self, window: Window | None) -> bool:
        if window is None or self.opens < window.opens:
            return False
        return window.closes is None or self.closes <= window.closes


@dataclass(frozen=True, slots=True)
class Shift:
    """The parts of a stage that move along with it, some of which would lie outside it else."""

    stage: Stage
    span: timedelta
    before: list[Part]
    outside: list[Part]  # of those, if they stayed
    after: list[Part]
    fits: bool
    """Do they lie within the stage once they have moved?"""

    @property
    def token(self) -> str:
        """What tells this shift from another: whoever agrees to it has seen this one."""
        return f"{self.stage.value}:{self.span.total_seconds():.0f}"


Dating = Callable[[Any], list[Part]]
"""The parts that a cycle's stages have, in order."""

Moving = Callable[..., None]
"""Given a cycle, one of its stages, a span and who moves it (`by`): moves the parts of that stage, and records it."""

_divided: list[tuple[Dating, Moving]] = []


def divide(dating: Dating, moving: Moving) -> None:
    _divided.append((dating, moving))


def parts_of(cycle: Any) -> list[Part]:
    return [part for dating, _moving in _divided for part in dating(cycle)]


def shifts(parts: Iterable[Part], before: Iterable[Window], after: Iterable[Window]) -> list[Shift]:
    """Of each stage one of whose parts would lie outside it by the calendar `after`: how its parts move along.

    By as much as the stage's opening moves; where that stays, as its close.
    """
    parts = list(parts)
    was, now = ({window.stage: window for window in windows} for windows in (before, after))
    found = []
    for stage in Stage:
        here = [part for part in parts if part.stage is stage]
        outside = [part for part in here if not part.lies_within(now.get(stage))]
        if not outside:
            continue
        span = _span(was.get(stage), now.get(stage))
        moved = [part.later_by(span) for part in here]
        found.append(Shift(stage, span, here, outside, moved, all(part.lies_within(now.get(stage)) for part in moved)))
    return found


def _span(was: Window | None, now: Window | None) -> timedelta:
    if was is None or now is None:
        return timedelta()
    if was.opens != now.opens or was.closes is None or now.closes is None:
        return now.opens - was.opens
    return now.closes - was.closes


def move(cycle: Any, shift: Shift, *, by: Any) -> None:
    """Move the parts of a stage as it was shown, in the caller's transaction. `by`: a person."""
    for _dating, moving in _divided:
        moving(cycle, shift.stage, shift.span, by=by)
