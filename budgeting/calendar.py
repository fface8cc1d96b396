"""Which stage a cycle is in, and whether an act is open then. Pure: windows and a moment in, an answer out.

The stage is computed and never stored, so that two parts of the site cannot disagree on whether voting has ended.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from budgeting.stages import Act, Stage

CLOSED_IN_A_PAUSE = {Act.VOTE}


@dataclass(frozen=True, slots=True)
class Window:
    """A stage's half-open window: `opens <= at < closes`; `closes` None: without end.

    `paused_since`: it does not close before it is resumed, whatever the calendar says.
    """

    stage: Stage
    opens: datetime
    closes: datetime | None
    paused_since: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.opens <= at and not self.has_closed(at)

    def has_closed(self, at: datetime) -> bool:
        return self.closes is not None and self.closes <= at and self.paused_since is None


class Wrong(StrEnum):
    """What may be wrong between two windows of a calendar."""

    BACKWARDS = "backwards"
    OVERLAPPING = "overlapping"


def errors(windows: Iterable[Window]) -> list[tuple[Wrong, Stage, Stage]]:
    """What is wrong with a calendar, and between which two stages, the one that opens first named first."""
    order = list(Stage)
    wrongs = []
    for earlier, later in pairwise(sorted(windows, key=lambda window: window.opens)):
        if order.index(later.stage) <= order.index(earlier.stage):
            wrongs.append((Wrong.BACKWARDS, earlier.stage, later.stage))
        if earlier.closes is None or later.opens < earlier.closes:
            wrongs.append((Wrong.OVERLAPPING, earlier.stage, later.stage))
    return wrongs


def stage_at(windows: Iterable[Window], at: datetime) -> Stage:
    """The stage at a moment. In a gap the stage before it lasts, except that after voting comes counting.

    A stage that is paused lasts, though the calendar has the next begin.
    """
    begun = [window for window in windows if window.opens <= at]
    begun = [window for window in begun if window.paused_since] or begun
    if not begun:
        return Stage.PREPARING
    last = max(begun, key=lambda window: window.opens)
    return Stage.COUNTING if last.stage is Stage.VOTING and not last.holds(at) else last.stage


def is_open(act: Act, windows: Iterable[Window], at: datetime) -> bool:
    """May this be done at that moment?"""
    windows = list(windows)
    about = stage_at(windows, at).about
    if act in CLOSED_IN_A_PAUSE and any(window.paused_since for window in windows):
        return False
    return act in (about.acts if any(window.holds(at) for window in windows) else about.acts_after)


def closing_later(windows: Iterable[Window], stage: Stage, closes: datetime) -> list[Window]:
    """The windows with another close of one stage; those after it move as a whole, as far as they would overlap."""
    found: list[Window] = []
    end: datetime | None = None
    for window in sorted(windows, key=lambda window: window.opens):
        if window.stage is stage:
            found.append(replace(window, closes=closes))
            end = closes
        elif end is not None and window.opens < end:
            ends = window.closes and window.closes + (end - window.opens)
            found.append(replace(window, opens=end, closes=ends))
            end = ends
        else:
            found.append(window)
    return found
