"""What a proposal costs, as members of its committee found."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.estimate import LONGEST_WAY, Estimated
from committee.models.sealed import Sealed
from proposals.models.reasons import SAYS_SOMETHING


class CostAssessment(Sealed, Estimated):
    """The cost of a proposal as a member assessed it. It only grows: the latest counts, the earlier ones stay.

    It is the committee's alone. What is put to the vote starts from it, and has figures of its own.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="cost_assessments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("cost as assessed")
        verbose_name_plural = _("costs as assessed")
        constraints = (
            models.CheckConstraint(
                name="an_assessed_cost_is_more_than_nothing",
                condition=models.Q(cost__isnull=False, cost__gte=1),
                violation_error_message=_("A cost is more than nothing."),
            ),
            models.CheckConstraint(
                name="an_assessed_upkeep_is_nothing_or_more",
                condition=models.Q(upkeep__isnull=True) | models.Q(upkeep__gte=0),
                violation_error_message=_("The upkeep is nothing, or more."),
            ),
            models.CheckConstraint(
                name="an_assessed_cost_takes_a_month_at_least",
                condition=models.Q(months__isnull=True) | models.Q(months__range=(1, LONGEST_WAY)),
                violation_error_message=_("It takes a month at least, and 600 at most."),
            ),
            models.CheckConstraint(
                name="an_assessed_cost_says_why",
                condition=models.Q(basis__regex=SAYS_SOMETHING),
                violation_error_message=_("Say in a few words what the estimate rests on."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.cost}"

    def content(self) -> dict[str, Any]:
        return {"proposal": self.proposal_id, "by": self.by_id, **self.figures}
