"""A spreadsheet that a member filled in: what it would change on their cards, and whether it did."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle
from committee.models.sealed import Sealed

LONGEST_NAME = 200  # characters of a file's name


class CardImports(models.QuerySet["CardImport"]):
    def waiting(self) -> "CardImports":
        """Those that are looked at, and have changed nothing."""
        return self.filter(confirmed_at=None)


class CardImport(Sealed):
    """Of the file nothing is kept but what it changes, and of what nobody confirmed not even that.

    `changes`: card by card {"proposal", "number", "step", "version", "before", "after"}, the answers as {question:
    [answer, comment]}; the version is that of the card before, one less than after. `unread`: titles of columns that
    say nothing to us. `stayed`: what was not undone with the rest, as [number, step], since it was changed meanwhile.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="card_imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    file_name = models.CharField(max_length=LONGEST_NAME)
    changes = models.JSONField()
    unread = models.JSONField(default=list, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    stayed = models.JSONField(default=list, blank=True)

    objects = CardImports.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("answers from a spreadsheet")
        verbose_name_plural = _("answers from spreadsheets")
        constraints = (
            models.UniqueConstraint(
                name="one_spreadsheet_waits_at_a_time",
                fields=["cycle", "by"],
                condition=models.Q(confirmed_at__isnull=True),
                violation_error_message=_("Another spreadsheet of yours waits to be confirmed."),
            ),
            models.CheckConstraint(
                name="a_spreadsheet_changes_something",
                condition=~models.Q(changes=[]),
                violation_error_message=_("Nothing in the spreadsheet differs from your cards."),
            ),
            models.CheckConstraint(
                name="only_what_was_confirmed_is_undone",
                condition=models.Q(undone_at__isnull=True) | models.Q(confirmed_at__isnull=False),
                violation_error_message=_("Only what was taken over is undone."),
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    def content(self) -> dict[str, Any]:
        return {"cycle": self.cycle_id, "by": self.by_id, "changes": self.changes}
