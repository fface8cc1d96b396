"""Too few of a committee are left on a proposal: others step in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.committee import StepIn


class Referral(models.Model):
    """From here on those of `step` decide on the proposal as well, since fewer than a quorum were left.

    It only grows: whoever stepped in stays.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="referrals")
    step = models.CharField(_("who steps in"), max_length=8, choices=StepIn)
    at = models.DateTimeField()
    remaining = models.PositiveSmallIntegerField()  # how many might vote still
    quorum = models.PositiveSmallIntegerField()  # of the so many that were needed

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = (
            models.UniqueConstraint(
                name="they_step_in_once",
                fields=["proposal", "step"],
                violation_error_message=_("They have stepped in already."),
            ),
            models.CheckConstraint(
                name="who_steps_in_is_one_of_three",
                condition=models.Q(step__in=["deputies", "all", "council"]),
                violation_error_message=_("Choose who steps in."),
            ),
            models.CheckConstraint(
                name="others_step_in_for_want_of_a_quorum",
                condition=models.Q(remaining__lt=models.F("quorum")),
                violation_error_message=_("There are enough for a quorum."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.step}"
