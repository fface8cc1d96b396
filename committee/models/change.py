"""Another wording of a proposal, which somebody of the city proposes to its author."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.sealed import Sealed
from proposals.models import Version
from proposals.models.reasons import LONGEST_REASON, SAYS_SOMETHING

LONGEST_ANSWER = 500  # characters


class ProposedChanges(models.QuerySet["ProposedChange"]):
    def standing(self) -> "ProposedChanges":
        """Those that may be answered: neither settled, nor overtaken by another wording or a withdrawal."""
        later = Version.objects.filter(proposal=models.OuterRef("proposal"), number__gt=models.OuterRef("base__number"))
        found = self.filter(agrees=None, ruling=None, proposal__withdrawal=None)
        return found.exclude(models.Exists(later))


class ProposedChange(Sealed):
    """Somebody of the city proposes another wording, for a reason; the author answers until a date.

    `text` has the new values of what would change, `base` is the version they would change. With the author's consent,
    or by a ruling once the date is past, it becomes `version`. Until then it is theirs and the city's alone.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="proposed_changes")
    base = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    text = models.JSONField()  # the proposal's field names and their values
    reason = models.TextField(_("reason"), max_length=LONGEST_REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField(_("answer by"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agrees = models.BooleanField(null=True, blank=True)
    said = models.CharField(_("in a sentence"), max_length=LONGEST_ANSWER, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    version = models.OneToOneField(Version, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ProposedChanges.as_manager()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("proposed change of a text")
        verbose_name_plural = _("proposed changes of texts")
        constraints = (
            models.CheckConstraint(
                name="a_proposed_change_has_a_reason",
                condition=models.Q(reason__regex=SAYS_SOMETHING),
                violation_error_message=_("Say why: everybody reads it, once it is in the text."),
            ),
            models.CheckConstraint(
                name="a_proposed_change_may_be_answered",
                condition=models.Q(until__gt=models.F("at")),
                violation_error_message=_("Choose a moment to come, before the review closes."),
            ),
            models.CheckConstraint(
                name="with_consent_it_is_in_the_text",
                condition=models.Q(agrees__isnull=True, answered_at__isnull=True, said="")
                | models.Q(agrees__isnull=False, agrees=True, answered_at__isnull=False, version__isnull=False)
                | models.Q(agrees__isnull=False, agrees=False, answered_at__isnull=False, version__isnull=True),
                violation_error_message=_("Say yes or no."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {', '.join(self.text)}"

    @property
    def is_settled(self) -> bool:
        return self.agrees is not None or hasattr(self, "ruling")

    def content(self) -> dict[str, Any]:
        return {"proposal": self.proposal_id, "text": self.text, "reason": self.reason}


class ChangeRuling(models.Model):
    """The author has not answered by the date: whoever presides applies the change, or drops it. It only grows."""

    change = models.OneToOneField(ProposedChange, on_delete=models.PROTECT, related_name="ruling")
    applies = models.BooleanField()
    reason = models.TextField(_("reason"), max_length=LONGEST_REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("ruling on a proposed change")
        verbose_name_plural = _("rulings on proposed changes")
        constraints = (
            models.CheckConstraint(
                name="a_ruling_on_a_change_has_a_reason",
                condition=models.Q(reason__regex=SAYS_SOMETHING),
                violation_error_message=_("Say why: everybody reads it, once it is in the text."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.change_id}: {self.applies}"
