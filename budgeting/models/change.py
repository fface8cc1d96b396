"""What changed in a calendar after people could read it, and why: public, beside the dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.calendar import Window
from budgeting.models.by_two import ByTwo, a_reason, another_confirms
from budgeting.stages import Stage


class Dated(StrEnum):
    """What else a calendar dates, in `dates` beside the stages: the old and the new moment."""

    OBJECTIONS = "objections"  # until when one may object to the vote
    DECISIONS = "decisions"  # from when on the committee's decisions are public


@dataclass(frozen=True, slots=True)
class Moved:
    """The dates of a stage before and after; None: the calendar had, or has, none."""

    stage: Stage
    was: Window | None
    now: Window | None

    @property
    def name(self) -> str:
        return str(self.stage.about.name)


def moves(before: Iterable[Window], after: Iterable[Window]) -> list[Moved]:
    """What differs between two calendars, stage by stage."""
    was, now = ({window.stage: window for window in windows} for windows in (before, after))
    both = ((stage, was.get(stage), now.get(stage)) for stage in Stage)
    return [Moved(stage, one, other) for stage, one, other in both if dates(one) != dates(other)]


def dates(window: Window | None) -> list[str | None] | None:
    """A window as plain data, in UTC."""
    if window is None:
        return None
    return [moment.astimezone(UTC).isoformat() if moment else None for moment in (window.opens, window.closes)]


def _window(stage: Stage, kept: Any) -> Window | None:
    if kept is None:
        return None
    opens, closes = kept
    return Window(stage, datetime.fromisoformat(opens), datetime.fromisoformat(closes) if closes else None)


class CalendarChange(ByTwo):
    """Somebody moved dates, or ended, extended, paused or resumed the vote, and said why. Only ever added to.

    `dates`: for each stage whose dates it moved the old and the new ones, `{"voting": [[opens, closes], …]}`. `closes`
    is when the vote closes from then on, of an act that says so; a guard lets the calendar of a vote with ballots in
    its box follow nothing else (ballots/migrations/0006).
    """

    class Kind(models.TextChoices):
        MOVED = "moved", _("dates moved")
        ENDED = "ended", _("ended early")
        EXTENDED = "extended", _("extended")
        PAUSED = "paused", _("paused")
        RESUMED = "resumed", _("resumed")

    cycle = models.ForeignKey("budgeting.Cycle", on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    at = models.DateTimeField(_("when"))
    dates = models.JSONField(default=dict)
    closes = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("change of a calendar")
        verbose_name_plural = _("changes of calendars")
        constraints = (
            a_reason(
                "a_change_of_the_calendar_has_a_reason",
                _("Say why: it stands beside the calendar for everybody to read."),
            ),
            models.CheckConstraint(
                name="a_vote_that_is_ended_closes_then",
                condition=~models.Q(kind="ended") | models.Q(closes__isnull=False, closes=models.F("at")),
                violation_error_message=_("A vote is ended at the moment at which that is done."),
            ),
            models.CheckConstraint(
                name="a_vote_that_is_extended_has_a_close",
                condition=~models.Q(kind="extended") | models.Q(closes__isnull=False),
                violation_error_message=_("Say until when the vote goes on."),
            ),
            another_confirms("nobody_confirms_their_own_change"),
            models.UniqueConstraint(
                name="a_person_pauses_a_vote_once",
                fields=["cycle", "by"],
                condition=models.Q(kind="paused"),
                violation_error_message=_("You have paused this vote before. Another clerk or auditor can."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}: {self.get_kind_display()}, {self.at:%d.%m.%Y}"

    @property
    def concerns(self) -> list[Stage | Dated]:
        """Beside what of the calendar it stands."""
        stages: list[Stage | Dated] = [stage for stage in Stage if stage.value in self.dates]
        if self.kind != self.Kind.MOVED and Stage.VOTING not in stages:
            stages.append(Stage.VOTING)
        return [*stages, *(each for each in Dated if each.value in self.dates)]

    @staticmethod
    def written(moved: Iterable[Moved]) -> dict[str, Any]:
        """Moves as they stand in `dates`."""
        return {each.stage.value: [dates(each.was), dates(each.now)] for each in moved}

    @property
    def moved(self) -> list[Moved]:
        """What it moved, in the order of the stages."""
        kept = [(stage, self.dates[stage.value]) for stage in Stage if stage.value in self.dates]
        return [Moved(stage, _window(stage, was), _window(stage, now)) for stage, (was, now) in kept]

    def told(self, stage: Stage | Dated) -> "Told":
        """As it is told beside a stage, or beside what else is dated."""
        was = next((each.was for each in self.moved if each.stage is stage), None)
        before, _later = self.dates[stage.value] if isinstance(stage, Dated) else (None, None)
        moment = before and datetime.fromisoformat(before)
        along = self.kind != self.Kind.MOVED and stage is not Stage.VOTING
        is_from = stage is Dated.DECISIONS
        return Told(self, was, None if is_from else moment, moment if is_from else None, moved_along=along)

    @staticmethod
    def pauses() -> "models.QuerySet[CalendarChange]":
        """Of the cycle of an outer query, since when the vote is paused; nothing where it is not."""
        last = CalendarChange.objects.filter(cycle=models.OuterRef("cycle"), kind__in=("paused", "resumed", "ended"))
        since = models.Case(models.When(kind="paused", then=models.F("at")), output_field=models.DateTimeField())
        return last.order_by("-pk").values_list(since)[:1]


@dataclass(frozen=True, slots=True)
class Told:
    """A change as it is told beside a stage, with the dates that stage had before, if they moved; beside the time for
    objections, with the day until which one might object before; beside the decisions, from when they were public.

    `moved_along`: what was done to the vote moved this stage too.
    """

    change: CalendarChange
    was: Window | None
    was_until: datetime | None
    was_from: datetime | None
    moved_along: bool
