"""How a contest was counted, each time it gave something else."""

import hashlib
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from audit.models import AuditEvent
from budgeting.models import Contest
from lib.canonical import canonical


class Counts(models.QuerySet["Count"]):
    def standing(self) -> "Counts":
        """The last count of each contest: the one that holds."""
        return self.exclude(Exists(Count.objects.filter(contest=OuterRef("contest"), number__gt=OuterRef("number"))))


class Count(models.Model):
    """A contest was counted: `rule` and `outcome` as `tally` tells them; projects go by ballot number.

    Written once. A count that gives something else is another row with the next `number`, and holds from then on.
    `inputs` is the digest of what was counted (`ballots.counting.inputs_of`), in hexadecimal. `entry` is the line of
    the audit log that has it and the digest of the outcome. A first count by an earlier version may have neither.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="counts")
    number = models.PositiveIntegerField(default=1)
    rule = models.JSONField()
    outcome = models.JSONField()
    inputs = models.CharField(max_length=64, blank=True)
    entry = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = Counts.as_manager()

    class Meta:
        ordering = ("contest", "number")
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        constraints = (
            models.UniqueConstraint(
                fields=["contest", "number"],
                name="counts_are_numbered",
                violation_error_message=_("This contest has a count with this number already."),
            ),
            models.CheckConstraint(
                condition=Q(inputs__regex=r"^[0-9a-f]{64}$", entry__isnull=False) | Q(inputs="", number=1),
                name="a_count_is_on_record",
                violation_error_message=_("A count is written with its entry in the audit log."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contest}, {self.at:%d.%m.%Y}"

    @property
    def digest(self) -> str:
        """SHA-256 of rule and outcome, in hexadecimal."""
        return digest_of({"rule": self.rule, "outcome": self.outcome})


def digest_of(value: Any) -> str:
    """SHA-256 of a value as canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
