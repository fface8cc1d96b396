"""What members tell each other beside a card."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.sealed import Sealed
from proposals.models.reasons import SAYS_SOMETHING

LONGEST_NOTE = 4_000  # characters


class Note(Sealed):
    """A note on a proposal, for members who are not recused. It only grows: none is changed or taken away."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(_("note"), max_length=LONGEST_NOTE)

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("note of a member")
        verbose_name_plural = _("notes of members")
        constraints = (
            models.CheckConstraint(
                name="a_note_says_something",
                condition=models.Q(text__regex=SAYS_SOMETHING),
                violation_error_message=_("Write something first."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.by_id}"

    def content(self) -> dict[str, Any]:
        return {"proposal": self.proposal_id, "by": self.by_id, "text": self.text}
