"""Which stage a cycle is in, and whether an act is open then. Pure: windows and a moment in, an answer out.

The stage is computed and never stored, so that two parts of the site cannot disagree on whether voting has ended.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from budgeting.stages import Act, Stage


@dataclass(frozen=True, slots=True)
class Window:
    """A stage's half-open window: `opens <= at < closes`; `closes` None: without end."""

    stage: Stage
    opens: datetime
    closes: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.opens <= at and (self.closes is None or at < self.closes)


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
    """The stage at a moment. In a gap the stage before it lasts, except that after voting comes counting."""
    begun = [window for window in windows if window.opens <= at]
    if not begun:
        return Stage.PREPARING
    last = max(begun, key=lambda window: window.opens)
    return Stage.COUNTING if last.stage is Stage.VOTING and not last.holds(at) else last.stage


def is_open(act: Act, windows: Iterable[Window], at: datetime) -> bool:
    """May this be done at that moment?"""
    windows = list(windows)
    about = stage_at(windows, at).about
    return act in (about.acts if any(window.holds(at) for window in windows) else about.acts_after)
