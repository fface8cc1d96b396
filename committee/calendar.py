"""Which step of the review is on, and from when on a committee decides. Pure: dates and a moment in, an answer out.

A finer calendar within the review, of a cycle whose committee wants one. Each step may be left off; without any of them
everything may be done as long as the review lasts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from budgeting.calendar import Window


class Kind(StrEnum):
    """The steps in the order they come."""

    FORMAL = "formal"
    ASSESSMENT = "assessment"
    DECISION = "decision"

    @property
    def label(self) -> Promise:
        return LABELS[self]


LABELS = {Kind.FORMAL: _("Formal check"), Kind.ASSESSMENT: _("Assessment"), Kind.DECISION: _("Decision")}


@dataclass(frozen=True, slots=True)
class StepWindow:
    """A step's half-open window: `opens <= at < closes`."""

    kind: Kind
    opens: datetime
    closes: datetime

    def holds(self, at: datetime) -> bool:
        return self.opens <= at < self.closes


class Wrong(StrEnum):
    """What may be wrong with the dates of the steps."""

    OUTSIDE = "outside"
    EMPTY = "empty"
    BACKWARDS = "backwards"
    OVERLAPPING = "overlapping"


def errors(steps: Iterable[StepWindow], review: Window | None) -> list[tuple[Wrong, Kind, Kind]]:
    """What is wrong with the steps of a review, and between which two; of a step alone, that step twice.

    Backwards: a step opens before one that comes before it. Overlapping: it opens before that one has closed.
    """
    steps = sorted(steps, key=lambda step: list(Kind).index(step.kind))
    wrongs = []
    for step in steps:
        if step.opens >= step.closes:
            wrongs.append((Wrong.EMPTY, step.kind, step.kind))
        if not _is_within(step, review):
            wrongs.append((Wrong.OUTSIDE, step.kind, step.kind))
    for earlier, later in pairwise(steps):
        if later.opens <= earlier.opens:
            wrongs.append((Wrong.BACKWARDS, earlier.kind, later.kind))
        elif later.opens < earlier.closes:
            wrongs.append((Wrong.OVERLAPPING, earlier.kind, later.kind))
    return wrongs


def _is_within(step: StepWindow, review: Window | None) -> bool:
    if review is None or step.opens < review.opens:
        return False
    return review.closes is None or step.closes <= review.closes


def step_at(steps: Iterable[StepWindow], at: datetime) -> Kind | None:
    """The step that is on at a moment; None in a gap, before the first and after the last."""
    return next((step.kind for step in steps if step.holds(at)), None)


def decides_from(steps: Iterable[StepWindow]) -> datetime | None:
    """From when on a decision may be put to the vote: when that step opens, else when the last step before it closes.

    None: from the beginning of the review, as there are no steps.
    """
    steps = list(steps)
    decision = next((step.opens for step in steps if step.kind is Kind.DECISION), None)
    return decision or max((step.closes for step in steps), default=None)
