"""The pots of money that residents vote on."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Func
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from budgeting import rule_sentences
from budgeting.ballot_styles import LIMITS_THAT_CAN_BE_KEPT, BallotStyle, Fault
from budgeting.models.cycle import Cycle
from budgeting.models.district import District
from budgeting.pages import is_no_page
from budgeting.rules import CountingRule, objection
from lib import money
from lib.one_line import OneLine
from tally import NotCountable, Rule

ADDRESS_TAKEN = _("Another contest of this cycle has this address already.")
DEARER_THAN_ALL = _("One project cannot cost more than the whole budget.")


class Contest(models.Model):
    """One pot of a district's money in one cycle: the vote on it, its ballot style and the rule it is counted by.

    Usually it is the whole of the district's money; then it goes by the district's name and address.
    """

    BallotStyle = BallotStyle
    CountingRule = CountingRule

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="contests")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="contests")
    slug = models.SlugField(_("address"), blank=True, help_text=_("Empty: the district's."))
    name = OneLine(
        _("name"), max_length=120, blank=True, help_text=_("Of one pot among several. Empty: the district's.")
    )
    budget = models.PositiveBigIntegerField(_("budget"), help_text=_("In minor units: 25000000 is 250,000.00."))
    highest_cost = models.PositiveBigIntegerField(
        _("highest cost of one project"), null=True, blank=True, help_text=_("In minor units. Empty: the whole budget.")
    )
    ballot_style = models.CharField(_("ballot style"), max_length=10, choices=BallotStyle, default=BallotStyle.APPROVAL)
    most_choices = models.PositiveSmallIntegerField(
        _("most projects on one ballot"), null=True, blank=True, help_text=_("Empty: any number.")
    )
    points = models.PositiveSmallIntegerField(
        _("points to share out"),
        null=True,
        blank=True,
        help_text=_("Only where points are shared out; there it has to be said."),
    )
    most_points = models.PositiveSmallIntegerField(
        _("most points on one project"),
        null=True,
        blank=True,
        help_text=_("Only where points are shared out. Empty: as many as there are."),
    )
    counting_rule = models.CharField(
        _("counting rule"), max_length=20, choices=CountingRule, default=CountingRule.GREEDY
    )
    rule_parameters = models.JSONField(  # what differs from the usual; `rule` is the whole of it
        _("parameters of the rule"), default=dict, blank=True
    )

    class Meta:
        ordering = ("cycle", "-district__city_wide", "district__name", "name")
        verbose_name = _("contest")
        verbose_name_plural = _("contests")
        constraints = (
            models.UniqueConstraint(
                name="a_contest_has_an_address_of_its_own",
                fields=["cycle", "slug"],
                violation_error_message=ADDRESS_TAKEN,
            ),
            models.UniqueConstraint(
                name="pots_have_different_names",
                fields=["cycle", "name"],
                condition=~models.Q(name=""),
                violation_error_message=_("Another pot of this cycle has this name already."),
            ),
            models.UniqueConstraint(
                name="one_contest_has_the_districts_name",
                fields=["cycle", "district"],
                condition=models.Q(name=""),
                violation_error_message=_("This district has a contest already. Give this one a name of its own."),
            ),
            is_no_page("a_contest_is_no_page"),
            models.CheckConstraint(
                name="contest_has_money",
                condition=models.Q(budget__gt=0),
                violation_error_message=_("A contest needs money to decide on."),
            ),
            models.CheckConstraint(
                name="one_project_costs_at_most_the_budget",
                condition=models.Q(highest_cost__isnull=True)
                | models.Q(highest_cost__gte=1, highest_cost__lte=models.F("budget")),
                violation_error_message=DEARER_THAN_ALL,
            ),
            *LIMITS_THAT_CAN_BE_KEPT,
            models.CheckConstraint(
                name="what_is_set_in_a_rule_has_names",
                condition=Exact(
                    Func("rule_parameters", function="JSONB_TYPEOF", output_field=models.TextField()), "object"
                ),
                violation_error_message=_("What is set in a counting rule has names and values."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, {self.cycle}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or self.district.slug
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("contest", args=[self.cycle.slug, self.slug])

    @property
    def title(self) -> str:
        """What it is called where its cycle is known: its own name, or its district's."""
        return self.name or self.district.name

    @property
    def has_marks(self) -> bool:
        return self.BallotStyle(self.ballot_style).has_marks

    @property
    def most_expensive(self) -> int:
        """The most one project may cost, in minor units."""
        return self.budget if self.highest_cost is None else self.highest_cost

    @property
    def rule(self) -> Rule:
        """The complete rule, but for the seed of the lot. Raises NotCountable if what is stored makes none."""
        return Rule.of_contest(self.counting_rule, self.rule_parameters, scored=not self.has_marks)

    @property
    def ties_go_by_lot(self) -> bool:
        """May a draw have to decide between equal projects? Only the order of the paper leaves none equal without."""
        try:
            return "lot" in self.rule.ties
        except NotCountable:
            return True

    @property
    def count_in_words(self) -> list[str]:
        """What decides the count, a sentence for each thing that was set."""
        try:
            return rule_sentences.rule(self.rule.to_dict(), self.cycle.currency, money.unit(self.cycle.currency))
        except NotCountable as wrong:
            return objection(wrong).messages

    def clean_fields(self, exclude: Any = None) -> None:
        """An address left empty is the district's."""
        if not self.slug and self.district_id:
            self.slug = self.district.slug
        super().clean_fields(exclude)

    def clean(self) -> None:
        """No address leads to two places, and what is set makes a ballot that can be filled in and a rule that counts.

        What was set in the rule is kept in its one form.
        """
        faults: dict[str, list[Any]] = {}
        if District.objects.filter(slug=self.slug).exclude(pk=self.district_id).exists():
            faults["slug"] = [_("Another district has this address already.")]
        if self.highest_cost is not None and self.budget and self.highest_cost > self.budget:
            faults["highest_cost"] = [DEARER_THAN_ALL]
        if self.ballot_style in BallotStyle.values:
            for field, sentence in self._faults_of_the_ballot():
                faults.setdefault(field, []).append(sentence)
            if self.counting_rule in CountingRule.values:
                try:
                    self.rule_parameters = self.rule.set_apart(scored=not self.has_marks)
                except NotCountable as wrong:
                    faults |= objection(wrong).message_dict
        if faults:
            raise ValidationError(faults)

    def _faults_of_the_ballot(self) -> Iterator[Fault]:
        limits = {"points": self.points, "most_points": self.most_points, "most_choices": self.most_choices}
        return BallotStyle(self.ballot_style).faults(**limits)

    def why_not_countable(self) -> str | Promise:
        """Why no vote could be held or counted as this is set up, or nothing."""
        for _field, sentence in self._faults_of_the_ballot():
            return sentence
        try:
            self.rule  # noqa: B018
        except NotCountable as wrong:
            return objection(wrong).messages[0]
        return ""
