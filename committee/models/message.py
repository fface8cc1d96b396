"""What a committee and the author of a proposal write to each other."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.sealed import Sealed
from proposals.models.reasons import SAYS_SOMETHING

LONGEST_MESSAGE = 4_000  # characters


class Messages(models.QuerySet["Message"]):
    """What may be asked of many messages."""

    def to_read(self) -> "Messages":
        """Authors' messages that nobody of the committee has read."""
        return self.filter(is_authors=True, read_at=None)


class Message(Sealed):
    """A message on a proposal: to its author for the committee, or from the author. Nobody else reads it, ever.

    It only grows. Who of the committee read an author's message first, and when, is kept with it.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="author_messages")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_authors = models.BooleanField()
    at = models.DateTimeField()
    text = models.TextField(_("message"), max_length=LONGEST_MESSAGE)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = Messages.as_manager()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("message to or from an author")
        verbose_name_plural = _("messages to and from authors")
        indexes = (
            models.Index(
                name="messages_to_read", fields=["proposal"], condition=models.Q(is_authors=True, read_at__isnull=True)
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="a_message_says_something",
                condition=models.Q(text__regex=SAYS_SOMETHING),
                violation_error_message=_("Write something first."),
            ),
            models.CheckConstraint(
                name="a_committee_reads_what_an_author_writes",
                condition=models.Q(read_at__isnull=True, read_by__isnull=True)
                | models.Q(read_at__isnull=False, read_by__isnull=False, is_authors=True)
                & ~models.Q(read_by=models.F("by")),
                violation_error_message=_("Somebody of the committee reads what its author wrote."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.by_id}"

    def content(self) -> dict[str, Any]:
        return {"proposal": self.proposal_id, "by": self.by_id, "text": self.text}
