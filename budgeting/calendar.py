"""Which stage a cycle is in, and what may be done then. Pure: windows and a moment in, an answer out.

The stage is computed and never stored, so that two parts of the site cannot disagree on whether voting has ended.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise


class Stage(StrEnum):
    """The stages of a cycle in the order they come. PREPARING and COUNTING need no window of their own."""

    PREPARING = "preparing"
    PROPOSING = "proposing"
    REVIEWING = "reviewing"
    PRESENTING = "presenting"
    VOTING = "voting"
    COUNTING = "counting"
    RESULTS = "results"
    DELIVERING = "delivering"


class Act(StrEnum):
    """What a person may want to do that depends on the calendar."""

    PROPOSE = "propose"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    ENDORSE = "endorse"
    COMMENT = "comment"
    DECIDE = "decide"
    FREEZE_PAPER = "freeze the ballot paper"
    MAKE_KEY = "make the ballot-box key"
    IMPORT_REGISTER = "import the register of residents"
    VERIFY = "be verified"
    VOTE = "vote"
    OPEN_BOX = "open the ballot box"
    COUNT = "count"
    SEE_RESULTS = "see results"
    REPORT_DELIVERY = "report delivery"


REGISTER = frozenset({Act.IMPORT_REGISTER, Act.VERIFY})

ACTS_AT: dict[Stage, frozenset[Act]] = {
    Stage.PREPARING: REGISTER | {Act.MAKE_KEY},
    Stage.PROPOSING: REGISTER | {Act.PROPOSE, Act.EDIT, Act.WITHDRAW, Act.ENDORSE, Act.COMMENT, Act.MAKE_KEY},
    Stage.REVIEWING: REGISTER | {Act.WITHDRAW, Act.COMMENT, Act.DECIDE, Act.MAKE_KEY},
    Stage.PRESENTING: REGISTER | {Act.COMMENT, Act.MAKE_KEY, Act.FREEZE_PAPER},
    Stage.VOTING: REGISTER | {Act.VOTE},
    Stage.COUNTING: frozenset({Act.OPEN_BOX, Act.COUNT}),
    Stage.RESULTS: frozenset({Act.OPEN_BOX, Act.COUNT, Act.SEE_RESULTS}),
    Stage.DELIVERING: frozenset({Act.COMMENT, Act.SEE_RESULTS, Act.REPORT_DELIVERY}),
}

# In a gap, before the first window or after that of a stage: what residents do is closed, what staff prepare is open.
# Decisions end with the review's window and papers are frozen after it, so that
# nothing on a frozen paper is decided anew.
ACTS_AFTER: dict[Stage, frozenset[Act]] = {
    Stage.PREPARING: ACTS_AT[Stage.PREPARING],
    Stage.PROPOSING: REGISTER | {Act.MAKE_KEY},
    Stage.REVIEWING: REGISTER | {Act.MAKE_KEY, Act.FREEZE_PAPER},
    Stage.PRESENTING: REGISTER | {Act.MAKE_KEY, Act.FREEZE_PAPER},
    Stage.COUNTING: ACTS_AT[Stage.COUNTING],
    Stage.RESULTS: ACTS_AT[Stage.RESULTS],
    Stage.DELIVERING: frozenset({Act.SEE_RESULTS}),
}


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


def faults(windows: Iterable[Window]) -> list[tuple[Wrong, Stage, Stage]]:
    """What is wrong with a calendar, and between which two stages, the one that opens first named first."""
    order = list(Stage)
    found = []
    for earlier, later in pairwise(sorted(windows, key=lambda window: window.opens)):
        if order.index(later.stage) <= order.index(earlier.stage):
            found.append((Wrong.BACKWARDS, earlier.stage, later.stage))
        if earlier.closes is None or later.opens < earlier.closes:
            found.append((Wrong.OVERLAPPING, earlier.stage, later.stage))
    return found


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
    open_now = ACTS_AT if any(window.holds(at) for window in windows) else ACTS_AFTER
    return act in open_now[stage_at(windows, at)]
