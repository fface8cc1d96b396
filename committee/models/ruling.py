"""What whoever presides says where the authors have not agreed."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.resolution import Resolution
from committee.models.sealed import Sealed
from proposals.models.reasons import LONGEST_REASON, SAYS_SOMETHING


class MergerRuling(Sealed):
    """The committee's vote on a merger stands without its authors' consent, or it does not. It only grows.

    Public with what the committee voted on, and not before.
    """

    resolution = models.OneToOneField(Resolution, on_delete=models.PROTECT, related_name="ruling")
    stands = models.BooleanField()
    reason = models.TextField(_("public reason"), max_length=LONGEST_REASON)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("ruling on a merger")
        verbose_name_plural = _("rulings on mergers")
        constraints = (
            models.CheckConstraint(
                name="a_ruling_has_a_reason",
                condition=models.Q(reason__regex=SAYS_SOMETHING),
                violation_error_message=_("Say why: everybody can read it, once the decision is public."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.resolution_id}: {self.stands}"

    def content(self) -> dict[str, Any]:
        return {"motion": self.resolution.motion_id, "stands": self.stands, "reason": self.reason}
