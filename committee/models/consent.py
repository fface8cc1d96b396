"""What the authors say to a merger of their proposals."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.resolution import Resolution


class Consent(models.Model):
    """The author of one of two proposals is asked whether they may be merged; until then `agrees` is None.

    It is the committee's and theirs alone until the merger is public.
    """

    resolution = models.ForeignKey(Resolution, on_delete=models.PROTECT, related_name="consents")
    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    agrees = models.BooleanField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("consent to a merger")
        verbose_name_plural = _("consents to mergers")
        constraints = (
            models.UniqueConstraint(
                name="an_author_is_asked_once_about_a_merger",
                fields=["resolution", "author"],
                violation_error_message=_("This author has been asked already."),
            ),
            models.CheckConstraint(
                name="who_has_answered_says_yes_or_no",
                condition=models.Q(agrees__isnull=True, answered_at__isnull=True)
                | models.Q(agrees__isnull=False, answered_at__isnull=False),
                violation_error_message=_("Say yes or no."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.resolution_id}: {self.author_id}"
