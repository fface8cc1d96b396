"""What the committee said."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.models.writing import SAYS_SOMETHING


class Decision(models.Model):
    """The committee's public word on a proposal. The latest counts; the earlier ones stay readable."""

    class Outcome(models.TextChoices):
        SHORTLIST = "shortlist", _("Put on the shortlist")
        REJECT = "reject", _("Not put on the shortlist")
        MERGE = "merge", _("Merged into another proposal")
        RETURN = "return", _("Returned to the author for correction")

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="decisions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    reason = models.TextField(_("public reason"), max_length=4000)
    into = models.ForeignKey(
        "proposals.Proposal", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = (
            models.CheckConstraint(condition=models.Q(reason__regex=SAYS_SOMETHING), name="a_decision_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(outcome="merge", into__isnull=False)
                | (~models.Q(outcome="merge") & models.Q(into__isnull=True)),
                name="only_a_merged_proposal_goes_into_another",
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}: {self.get_outcome_display()}"
