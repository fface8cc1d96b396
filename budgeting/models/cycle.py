"""A round of the participatory budget and its calendar."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from budgeting.calendar import Window, is_open, stage_at
from budgeting.models.calendar_entry import CalendarEntry
from budgeting.models.change import CalendarChange, Dated, Told
from budgeting.stages import Act, Stage
from budgeting.within import parts_of
from lib import money
from lib.one_line import OneLine

OTHER_DECIMALS = _(
    "There are amounts in %(before)s already, which has other decimals than %(after)s: they would become other "
    "amounts. Make a new cycle instead."
)

AT_LEAST_ONE = _("At least 1. Whether proposals are collected at all, the calendar says.")


class Supporters(models.TextChoices):
    """Whose support counts, before the review."""

    VERIFIED = "verified", _("Residents verified on the register")
    ANY = "any", _("Any account")


class Cycle(models.Model):
    """One round of the participatory budget, such as 2027."""

    slug = models.SlugField(
        _("address"),
        unique=True,
        validators=[RegexValidator(r"^\d{4}", _("The address begins with the year, such as 2027."))],
        help_text=_("The year, or the year and a word: 2027, 2027-schools."),
    )
    title = OneLine(_("title"), max_length=120)
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", help_text=_("Three letters, as in ISO 4217.")
    )
    introduction = models.TextField(_("introduction"), blank=True)
    objections_until = models.DateTimeField(
        _("objections to the vote until"),
        null=True,
        blank=True,
        help_text=_("Until when somebody may object to how the vote was held. It begins when voting closes."),
    )

    decisions_public_at = models.DateTimeField(
        _("decisions of the committee are public from"),
        null=True,
        blank=True,
        help_text=_("All of them at once. Empty: from the close of the review."),
    )
    votes_by_letter = models.BooleanField(
        _("votes by letter alone"),
        default=True,
        help_text=_("A resident may vote with the code of their letter, without an account. Frozen with the papers."),
    )
    most_proposals = models.PositiveSmallIntegerField(
        _("proposals of one person"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1, AT_LEAST_ONE)],
        help_text=_("How many one person may submit, not counting withdrawn ones. Empty: any number."),
    )

    supporters = models.CharField(
        _("whose support counts"),
        max_length=8,
        choices=Supporters,
        default=Supporters.VERIFIED,
        help_text=_(
            "With any account, whoever has several e-mail addresses counts several times. Other support is shown apart."
        ),
    )

    class Meta:
        ordering = ("-slug",)
        verbose_name = _("cycle")
        verbose_name_plural = _("cycles")
        constraints = (
            models.CheckConstraint(
                name="support_counts_of_those_there_are",
                condition=models.Q(supporters__in=Supporters.values),
                violation_error_message=_("Choose whose support counts."),
            ),
            models.CheckConstraint(
                name="a_person_may_submit_at_least_one",
                condition=models.Q(most_proposals__isnull=True) | models.Q(most_proposals__gte=1),
                violation_error_message=AT_LEAST_ONE,
            ),
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

    def clean(self) -> None:
        """A currency is one that people pay with; the amounts typed in one stay what they are in another."""
        before = Cycle.objects.filter(pk=self.pk).values_list("currency", flat=True).first()
        if self.currency == before or not self.currency:
            return
        if self.currency not in money.in_use():
            said = (
                _("Nobody pays with “%s”. Write the three letters of a currency in use, such as EUR.") % self.currency
            )
            raise ValidationError({"currency": said})
        if before and money.unit(before) != money.unit(self.currency) and self.contests.exists():
            raise ValidationError({"currency": OTHER_DECIMALS % {"before": before, "after": self.currency}})

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

    def dates(self) -> dict[str, list[str | None]]:
        """All its dates as the audit log keeps them, in UTC: when a stage opens and closes, and what else is dated."""
        found = {each.stage: [_written(each.opens), _written(each.closes)] for each in self.phases.all()}
        dated = {Dated.OBJECTIONS: self.objections_until, Dated.DECISIONS: self.decisions_public_at}
        return found | {str(name): [_written(moment)] for name, moment in dated.items()}

    def stage(self, at: datetime) -> Stage:
        return stage_at(self.windows(), at)

    def allows(self, act: Act, at: datetime) -> bool:
        return is_open(act, self.windows(), at)

    def window(self, stage: Stage) -> Window | None:
        """The window of a stage, or None where the calendar has none."""
        return next((window for window in self.windows() if window.stage is stage), None)

    @property
    def decisions_open(self) -> datetime | None:
        """From when on decisions are public: the date named for it, else the close of the review. None: at once."""
        review = self.window(Stage.REVIEWING)
        return self.decisions_public_at or (review.closes if review else None)

    @property
    def results_open(self) -> datetime | None:
        """When the results become public, if that is set."""
        opens = [window.opens for window in self.windows() if Act.SEE_RESULTS in window.stage.about.acts]
        return min(opens, default=None)

    def stage_name(self, at: datetime) -> str:
        return str(self.stage(at).about.name)

    def calendar(self, at: datetime) -> list[CalendarEntry]:
        """The phases in order, the present one marked; while counting lasts it is shown, dates of its own or not."""
        changes = self.changes_by_stage()
        present = self.stage(at)
        parts = parts_of(self)
        entries = [
            CalendarEntry(
                each.stage,
                each.opens,
                each.closes,
                each.holds(at) and each.stage is present,
                each.has_closed(at),
                changes.get(each.stage, []),
                [part for part in parts if part.stage is each.stage],
                next((part for part in parts if part.stage is each.stage and part.holds(at)), None),
            )
            for each in self.windows()
        ]
        voting, counting = self.window(Stage.VOTING), self.window(Stage.COUNTING)
        if voting and voting.closes and not counting and self.stage(at) is Stage.COUNTING:
            after = [entry.stage for entry in entries].index(Stage.VOTING) + 1
            ends = entries[after].opens if after < len(entries) else None
            entries.insert(after, CalendarEntry(Stage.COUNTING, voting.closes, ends, True, False))
        if voting and voting.closes and self.objections_until:
            after = sum(1 for entry in entries if entry.opens <= voting.closes)
            ends, said = self.objections_until, changes.get(Dated.OBJECTIONS, [])
            entries.insert(after, CalendarEntry(Dated.OBJECTIONS, voting.closes, ends, False, ends <= at, said))
        if self.decisions_public_at:
            from_, said = self.decisions_public_at, changes.get(Dated.DECISIONS, [])
            after = sum(1 for entry in entries if entry.opens <= from_)
            entries.insert(after, CalendarEntry(Dated.DECISIONS, from_, None, False, from_ <= at, said))
        return entries

    def changes_by_stage(self) -> dict[Stage | Dated, list[Told]]:
        """What was changed in the calendar and why, for each stage, or what else is dated, that it concerns."""
        found: dict[Stage | Dated, list[Told]] = {}
        for change in self.changes.all():
            for stage in change.concerns:
                found.setdefault(stage, []).append(change.told(stage))
        return found

    @property
    def vote_changes(self) -> list[Told]:
        """What was changed about the vote, and why: where its dates stand, this stands beside them."""
        return self.changes_by_stage().get(Stage.VOTING, [])

    @property
    def paused_since(self) -> datetime | None:
        """Since when the vote is paused; None if it is not."""
        window = self.window(Stage.VOTING)
        return window.paused_since if window else None


def _written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


class Phases(models.Manager["Phase"]):
    """Each phase knows whether its vote is paused: whoever asks the calendar asks for that too."""

    def get_queryset(self) -> "models.QuerySet[Phase]":
        return _phases_with_their_pauses().all()


@cache  # every page asks for the calendar, and to put the question together takes longer than to answer it
def _phases_with_their_pauses() -> "models.QuerySet[Phase]":
    return models.QuerySet(Phase).annotate(paused_since=models.Subquery(CalendarChange.pauses()))


_WHILE_OPEN = models.Func("opens", "closes", function="TSTZRANGE", output_field=DateTimeRangeField())


class Phase(models.Model):
    """A stage's dates in a cycle."""

    STAGES = tuple((stage.value, stage.about.name) for stage in Stage if stage is not Stage.PREPARING)

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="phases")
    stage = models.CharField(_("stage"), max_length=12, choices=STAGES)
    opens = models.DateTimeField(_("opens"))
    closes = models.DateTimeField(_("closes"), null=True, blank=True, help_text=_("Empty: without end."))

    objects = Phases()

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
        stage = Stage(self.stage)
        paused = getattr(self, "paused_since", None) if stage is Stage.VOTING else None  # see Phases
        return Window(stage, self.opens, self.closes, paused)

    @staticmethod
    def with_public_results(at: datetime) -> "models.QuerySet[Phase]":
        """The phases, begun by then, from which on a cycle's results are public: for a condition in SQL.

        The same as `cycle.allows(Act.SEE_RESULTS, at)`, since that act stays open in every later stage.
        """
        stages = [stage.value for stage in Stage if Act.SEE_RESULTS in stage.about.acts]
        return Phase.objects.filter(stage__in=stages, opens__lte=at)
