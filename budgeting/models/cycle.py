"""A round of the participatory budget and its calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from budgeting.calendar import Window, Wrong, errors, is_open, stage_at
from budgeting.stages import Act, Stage


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A line of a cycle's calendar as a page shows it."""

    stage: Stage
    opens: datetime
    closes: datetime | None
    now: bool
    past: bool

    @property
    def name(self) -> str:
        return str(self.stage.about.name)


class Cycle(models.Model):
    """One round of the participatory budget, such as 2027."""

    slug = models.SlugField(
        _("address"),
        unique=True,
        validators=[RegexValidator(r"^\d{4}", _("The address begins with the year, such as 2027."))],
        help_text=_("The year, or the year and a word: 2027, 2027-schools."),
    )
    title = models.CharField(_("title"), max_length=120)
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", help_text=_("Three letters, as in ISO 4217.")
    )
    introduction = models.TextField(_("introduction"), blank=True)

    class Meta:
        ordering = ("-slug",)
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        constraints = (
            models.CheckConstraint(
                name="cycle_slug_begins_with_the_year",
                condition=models.Q(slug__regex=r"^\d{4}"),
                violation_error_message=_("The address begins with the year, such as 2027."),
            ),
            models.CheckConstraint(
                name="cycle_currency_is_iso_4217",
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"),
                violation_error_message=_("Write the currency in three capital letters, such as EUR."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("cycle", args=[self.slug])

    @staticmethod
    def most_pressing(cycles: Iterable["Cycle"], at: datetime) -> "Cycle | None":
        """The cycle to show first at that moment; of two in the same stage the first given, which is the newer."""
        return min(cycles, key=lambda cycle: cycle.stage(at).about.urgency, default=None)

    @classmethod
    def present(cls, at: datetime) -> "Cycle | None":
        return cls.most_pressing(cls.objects.prefetch_related("phases"), at)

    def windows(self) -> list[Window]:
        """The phases as plain values, in order."""
        return [phase.window() for phase in self.phases.all()]

    def stage(self, at: datetime) -> Stage:
        return stage_at(self.windows(), at)

    def allows(self, act: Act, at: datetime) -> bool:
        return is_open(act, self.windows(), at)

    def window(self, stage: Stage) -> Window | None:
        """The window of a stage, or None where the calendar has none."""
        return next((window for window in self.windows() if window.stage is stage), None)

    @property
    def results_open(self) -> datetime | None:
        """When the results become public, if that is set."""
        opens = [window.opens for window in self.windows() if Act.SEE_RESULTS in window.stage.about.acts]
        return min(opens, default=None)

    def stage_name(self, at: datetime) -> str:
        return str(self.stage(at).about.name)

    def calendar(self, at: datetime) -> list[CalendarEntry]:
        """The phases in order, the present one marked; while counting lasts it is shown, dates of its own or not."""
        entries = [
            CalendarEntry(
                each.stage, each.opens, each.closes, each.holds(at), each.closes is not None and each.closes <= at
            )
            for each in self.windows()
        ]
        voting, counting = self.window(Stage.VOTING), self.window(Stage.COUNTING)
        if voting and voting.closes and not counting and self.stage(at) is Stage.COUNTING:
            after = [entry.stage for entry in entries].index(Stage.VOTING) + 1
            ends = entries[after].opens if after < len(entries) else None
            entries.insert(after, CalendarEntry(Stage.COUNTING, voting.closes, ends, True, False))
        return entries


_WHILE_OPEN = models.Func("opens", "closes", function="TSTZRANGE", output_field=DateTimeRangeField())


class Phase(models.Model):
    """A stage's dates in a cycle."""

    STAGES = tuple((stage.value, stage.about.name) for stage in Stage if stage is not Stage.PREPARING)

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="phases")
    stage = models.CharField(_("stage"), max_length=12, choices=STAGES)
    opens = models.DateTimeField(_("opens"))
    closes = models.DateTimeField(_("closes"), null=True, blank=True, help_text=_("Empty: without end."))

    class Meta:
        ordering = ("opens",)
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = (
            models.UniqueConstraint(
                name="phase_once_per_cycle",
                fields=["cycle", "stage"],
                violation_error_message=_("This stage has its dates already."),
            ),
            models.CheckConstraint(
                name="phase_opens_before_it_closes",
                condition=models.Q(closes__isnull=True) | models.Q(opens__lt=models.F("closes")),
                violation_error_message=_("It has to open before it closes."),
            ),
            ExclusionConstraint(
                name="phases_do_not_overlap",
                expressions=[("cycle", RangeOperators.EQUAL), (_WHILE_OPEN, RangeOperators.OVERLAPS)],
                violation_error_message=_("This phase overlaps another of the same cycle."),
                deferrable=models.Deferrable.DEFERRED,  # so that a whole calendar can be moved in one save
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}: {self.get_stage_display()}"

    def window(self) -> Window:
        return Window(Stage(self.stage), self.opens, self.closes)

    @staticmethod
    def with_public_results(at: datetime) -> "models.QuerySet[Phase]":
        """The phases, begun by then, from which on a cycle's results are public: for a condition in SQL.

        The same as `cycle.allows(Act.SEE_RESULTS, at)`, since that act stays open in every later stage.
        """
        stages = [stage.value for stage in Stage if Act.SEE_RESULTS in stage.about.acts]
        return Phase.objects.filter(stage__in=stages, opens__lte=at)


SENTENCES = {
    Wrong.BACKWARDS: _("“%(later)s” comes before “%(earlier)s” in a cycle, so it cannot open after it."),
    Wrong.OVERLAPPING: _("“%(earlier)s” is still open when “%(later)s” opens. Close it first."),
}


def check_calendar(phases: Iterable[Phase]) -> None:
    """Raise ValidationError, a sentence for each fault, if the phases of one cycle overlap or run backwards."""
    sentences = [
        SENTENCES[wrong] % {"earlier": earlier.about.name, "later": later.about.name}
        for wrong, earlier, later in errors(phase.window() for phase in phases)
    ]
    if sentences:
        raise ValidationError(sentences)
