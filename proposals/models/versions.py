"""What an author leaves behind: the text as it stood, and the withdrawal."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from proposals.models.may_be_hidden import MayBeHidden
from proposals.models.reasons import LONGEST_REASON, SAYS_SOMETHING


class Version(MayBeHidden):
    """The text as it stood when submitted (number 1) and after each edit since. Anyone may compare them.

    Where it is a wording that somebody of the city proposed, `consent` says whether its author agreed or did not
    answer, and `reason` why it is in the text; else they are None and empty.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.JSONField()  # the proposal's field names and their values
    consent = models.BooleanField(null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=LONGEST_REASON, blank=True)

    class Meta:
        ordering = ("number",)
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = (
            models.UniqueConstraint(
                name="versions_are_numbered",
                fields=["proposal", "number"],
                violation_error_message=_("Somebody changed this proposal in the same moment. Look at it again."),
            ),
            models.CheckConstraint(
                name="a_wording_of_others_has_a_reason",
                condition=models.Q(consent__isnull=True, reason="")
                | models.Q(consent__isnull=False, reason__regex=SAYS_SOMETHING),
                violation_error_message=_("Say why: everybody reads it, once it is in the text."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal} ({self.number})"

    @property
    def place(self) -> str:
        return f"{super().place}history/?to={self.number}"

    @property
    def how_it_came(self) -> str:
        """In words, where its author did not write it themselves; empty where they did."""
        if self.consent is None:
            return ""
        if self.consent:
            return gettext("Text changed with its author’s consent")
        return gettext("Text changed by the committee, without an answer of its author")

    def why_not_hidden_by_one(self, at: datetime) -> str:
        """The last one is what the proposal says."""
        if Version.objects.filter(proposal=self.proposal_id, number__gt=self.number).exists():
            return ""
        return gettext("This is the text as it stands. Hide the proposal, or have its author change it first.")


class Withdrawal(models.Model):
    """The author took the proposal back."""

    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.CASCADE, related_name="withdrawal")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(_("reason"), max_length=LONGEST_REASON)

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        constraints = (
            models.CheckConstraint(
                name="a_withdrawal_has_a_reason",
                condition=models.Q(reason__regex=SAYS_SOMETHING),
                violation_error_message=_("Say in a few words why, for those who supported it."),
            ),
        )

    def __str__(self) -> str:
        return str(self.proposal)
