"""How a committee decides in a cycle. Who is a member of it stays the account's role."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle, District

AT_LEAST_ONE = _("A quorum is of one member at least.")


class StepIn(models.TextChoices):
    """Who decides as well where too few of a committee are left for a quorum."""

    DEPUTIES = "deputies", _("The deputies of the other committees")
    ALL = "all", _("The members of all committees together")
    COUNCIL = "council", _("The council")


USUALLY = [StepIn.ALL.value, StepIn.COUNCIL.value]


class Committee(models.Model):
    """How the committee of a district decides in a cycle; without a district, that of all which have none of their own.

    A cycle needs none of these: then the members of a district decide, and more than half of them are a quorum.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="committees")
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    quorum = models.PositiveSmallIntegerField(
        _("quorum"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1, AT_LEAST_ONE)],
        help_text=_("How many members have to vote. Empty: more than half of those who may."),
    )
    chair_breaks_ties = models.BooleanField(
        _("the chair breaks a tie"),
        default=False,
        help_text=_("When a vote closes with as many for as against, it is carried if the chair is for it."),
    )
    # In their order; empty: nobody does; unset: the usual ones.
    steps_in = ArrayField(models.CharField(max_length=8, choices=StepIn), null=True, blank=True)

    class Meta:
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        constraints = (
            models.UniqueConstraint(
                name="one_committee_each",
                fields=["cycle", "district"],
                nulls_distinct=False,
                violation_error_message=_("There is such a committee already."),
            ),
            models.CheckConstraint(
                name="a_quorum_is_of_one_at_least",
                condition=models.Q(quorum__isnull=True) | models.Q(quorum__gte=1),
                violation_error_message=AT_LEAST_ONE,
            ),
        )

    def __str__(self) -> str:
        return f"{self.district or _('All districts')}, {self.cycle}"

    @classmethod
    def of(cls, cycle: Cycle, district: District) -> "Committee":
        """The one that decides there: the district's own, else that of all, else one as it is where nothing is set."""
        found = {each.district_id: each for each in cls.objects.filter(cycle=cycle)}
        return found.get(district.pk) or found.get(None) or cls(cycle=cycle, district=district)

    @property
    def order(self) -> list[str]:
        """Who steps in where too few are left, the first first."""
        return USUALLY if self.steps_in is None else list(self.steps_in)
