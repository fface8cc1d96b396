"""The calendar and the money. This room knows no people."""

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

from budgeting.calendar import Act, Stage, Window, Wrong, faults, is_open, stage_at
from budgeting.geography import check_boundary


class TsTzRange(models.Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


STAGE_NAMES = {
    Stage.PREPARING: _("Preparing"),
    Stage.PROPOSING: _("Proposing"),
    Stage.REVIEWING: _("Reviewing"),
    Stage.PRESENTING: _("Presenting the shortlist"),
    Stage.VOTING: _("Voting"),
    Stage.COUNTING: _("Counting"),
    Stage.RESULTS: _("Results"),
    Stage.DELIVERING: _("Delivering"),
}

# Which cycle a visitor most likely came for: one to vote in, else one to propose in, and so on.
MOST_PRESSING = (
    Stage.VOTING,
    Stage.PROPOSING,
    Stage.PRESENTING,
    Stage.RESULTS,
    Stage.COUNTING,
    Stage.REVIEWING,
    Stage.DELIVERING,
    Stage.PREPARING,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a cycle's calendar as a page shows it."""

    stage: Stage
    opens: datetime
    closes: datetime | None
    now: bool
    past: bool

    @property
    def name(self) -> str:
        return str(STAGE_NAMES[self.stage])


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
            models.CheckConstraint(condition=models.Q(slug__regex=r"^\d{4}"), name="cycle_slug_begins_with_the_year"),
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="cycle_currency_is_iso_4217"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("cycle", args=[self.slug])

    @staticmethod
    def most_pressing(cycles: Iterable["Cycle"], at: datetime) -> "Cycle | None":
        """The cycle to show first at that moment; of two in the same stage the first given, which is the newer."""
        return min(cycles, key=lambda cycle: MOST_PRESSING.index(cycle.stage(at)), default=None)

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

    def stage_name(self, at: datetime) -> str:
        return str(STAGE_NAMES[self.stage(at)])

    def calendar(self, at: datetime) -> list[Entry]:
        """The phases in order, the present one marked; while counting lasts it is shown, dates of its own or not."""
        entries = [
            Entry(each.stage, each.opens, each.closes, each.holds(at), each.closes is not None and each.closes <= at)
            for each in self.windows()
        ]
        voting, counting = self.window(Stage.VOTING), self.window(Stage.COUNTING)
        if voting and voting.closes and not counting and self.stage(at) is Stage.COUNTING:
            after = [entry.stage for entry in entries].index(Stage.VOTING) + 1
            ends = entries[after].opens if after < len(entries) else None
            entries.insert(after, Entry(Stage.COUNTING, voting.closes, ends, True, False))
        return entries


class Phase(models.Model):
    """A stage's dates in a cycle."""

    STAGES = tuple((stage.value, name) for stage, name in STAGE_NAMES.items() if stage is not Stage.PREPARING)

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="phases")
    stage = models.CharField(_("stage"), max_length=12, choices=STAGES)
    opens = models.DateTimeField(_("opens"))
    closes = models.DateTimeField(_("closes"), null=True, blank=True, help_text=_("Empty: without end."))

    class Meta:
        ordering = ("opens",)
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = (
            models.UniqueConstraint(fields=["cycle", "stage"], name="phase_once_per_cycle"),
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")), name="phase_opens_before_it_closes"
            ),
            ExclusionConstraint(
                name="phases_do_not_overlap",
                expressions=[("cycle", RangeOperators.EQUAL), (TsTzRange("opens", "closes"), RangeOperators.OVERLAPS)],
                violation_error_message=_("This phase overlaps another of the same cycle."),
                deferrable=models.Deferrable.DEFERRED,  # so that a whole calendar can be moved in one save
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}: {self.get_stage_display()}"

    def window(self) -> Window:
        return Window(Stage(self.stage), self.opens, self.closes)


SENTENCES = {
    Wrong.BACKWARDS: _("“%(later)s” comes before “%(earlier)s” in a cycle, so it cannot open after it."),
    Wrong.OVERLAPPING: _("“%(earlier)s” is still open when “%(later)s” opens. Close it first."),
}


def check_calendar(phases: Iterable[Phase]) -> None:
    """Raise ValidationError, a sentence for each fault, if the phases of one cycle overlap or run backwards."""
    sentences = [
        SENTENCES[wrong] % {"earlier": STAGE_NAMES[earlier], "later": STAGE_NAMES[later]}
        for wrong, earlier, later in faults(phase.window() for phase in phases)
    ]
    if sentences:
        raise ValidationError(sentences)


class District(models.Model):
    """A part of the city with its own money; one may be the whole city."""

    slug = models.SlugField(_("address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    boundary = models.JSONField(
        _("boundary"),
        null=True,
        blank=True,
        validators=[check_boundary],
        help_text=_("A GeoJSON Polygon or MultiPolygon."),
    )
    population = models.PositiveIntegerField(_("population"), default=0)
    city_wide = models.BooleanField(_("city-wide"), default=False)

    class Meta:
        ordering = ("-city_wide", "name")
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        constraints = (
            models.UniqueConstraint(
                fields=["city_wide"],
                condition=models.Q(city_wide=True),
                name="one_district_is_city_wide",
                violation_error_message=_("Another district is already the city-wide one."),
            ),
        )

    def __str__(self) -> str:
        return self.name


def features(districts: Iterable[District]) -> dict[str, object]:
    """The boundaries of districts as the GeoJSON FeatureCollection that js/map.js draws."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": district.boundary, "properties": {"name": district.name}}
            for district in districts
            if district.boundary
        ],
    }


class Contest(models.Model):
    """One district's vote in one cycle: its money, its ballot style and the rule it is counted by."""

    class BallotStyle(models.TextChoices):
        APPROVAL = "approval", _("Approve projects")
        KNAPSACK = "knapsack", _("Spend the budget")
        POINTS = "points", _("Share out points")
        RANKING = "ranking", _("Rank projects")

    class CountingRule(models.TextChoices):
        GREEDY = "greedy", _("Most votes first, passing over what does not fit")
        GREEDY_NO_SKIP = "greedy-no-skip", _("Most votes first, stopping at the first that does not fit")
        GREEDY_THRESHOLD = (
            "greedy-threshold",
            _("Most votes first; the first that does not fit is funded if enough of it is covered"),
        )
        EQUAL_SHARES = "equal-shares", _("Method of Equal Shares")
        PHRAGMEN = "phragmen", _("Sequential Phragmén")

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="contests")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="contests")
    budget = models.PositiveBigIntegerField(_("budget"), help_text=_("In minor units: 25000000 is 250,000.00."))
    highest_cost = models.PositiveBigIntegerField(
        _("highest cost of one project"), null=True, blank=True, help_text=_("In minor units. Empty: the whole budget.")
    )
    ballot_style = models.CharField(_("ballot style"), max_length=10, choices=BallotStyle, default=BallotStyle.APPROVAL)
    most_choices = models.PositiveSmallIntegerField(
        _("most projects on one ballot"), null=True, blank=True, help_text=_("Empty: any number.")
    )
    points = models.PositiveSmallIntegerField(_("points to share out"), null=True, blank=True)
    most_points = models.PositiveSmallIntegerField(_("most points on one project"), null=True, blank=True)
    counting_rule = models.CharField(
        _("counting rule"), max_length=20, choices=CountingRule, default=CountingRule.GREEDY
    )
    rule_parameters = models.JSONField(
        _("parameters of the rule"),
        default=dict,
        blank=True,
        help_text=_('As the count reads them, such as {"minimum_votes": 100}; the page on counting lists them all.'),
    )
    lot_seed = models.CharField(
        _("seed of the lot"),
        max_length=200,
        blank=True,
        help_text=_(
            "Announced in advance, such as the result of a public draw. It decides ties that nothing else decides."
        ),
    )

    class Meta:
        ordering = ("cycle", "-district__city_wide", "district__name")
        verbose_name = _("contest")
        verbose_name_plural = _("contests")
        constraints = (
            models.UniqueConstraint(fields=["cycle", "district"], name="one_contest_per_district_and_cycle"),
            models.CheckConstraint(condition=models.Q(budget__gt=0), name="contest_has_money"),
            models.CheckConstraint(
                condition=~models.Q(ballot_style="points") | models.Q(points__gt=0), name="points_ballots_have_points"
            ),
        )

    def __str__(self) -> str:
        return f"{self.district}, {self.cycle}"

    def get_absolute_url(self) -> str:
        return reverse("contest", args=[self.cycle.slug, self.district.slug])
