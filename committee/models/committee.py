"""How a committee decides in a cycle. Who is a member of it stays the account's role."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle, District

AT_LEAST_ONE = _("A quorum is of one member at least.")


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

    def quorum_of(self, entitled: int) -> int:
        """How many have to vote where so many may."""
        return self.quorum or entitled // 2 + 1
