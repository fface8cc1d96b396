"""The pots of money that residents vote on."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from budgeting.models.cycle import Cycle
from budgeting.models.district import District
from budgeting.pages import is_no_page

ADDRESS_TAKEN = _("Another contest of this cycle has this address already.")


class Contest(models.Model):
    """One pot of a district's money in one cycle: the vote on it, its ballot style and the rule it is counted by.

    Usually it is the whole of the district's money; then it goes by the district's name and address.
    """

    class BallotStyle(models.TextChoices):
        APPROVAL = "approval", _("Approve projects")
        KNAPSACK = "knapsack", _("Spend the budget")
        POINTS = "points", _("Share out points")
        RANKING = "ranking", _("Rank projects")

        @property
        def has_marks(self) -> bool:
            """Does a voter mark projects, or else give them numbers?"""
            return self in (self.APPROVAL, self.KNAPSACK)

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
    slug = models.SlugField(_("address"), blank=True, help_text=_("Empty: the district's."))
    name = models.CharField(
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
                name="points_ballots_have_points",
                condition=~models.Q(ballot_style="points") | models.Q(points__isnull=False, points__gt=0),
                violation_error_message=_("Say how many points there are to share out."),
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
        return self.highest_cost or self.budget

    def clean_fields(self, exclude: Any = None) -> None:
        """An address left empty is the district's."""
        if not self.slug and self.district_id:
            self.slug = self.district.slug
        super().clean_fields(exclude)

    def clean(self) -> None:
        """No address leads to two places."""
        if District.objects.filter(slug=self.slug).exclude(pk=self.district_id).exists():
            raise ValidationError({"slug": _("Another district has this address already.")})
