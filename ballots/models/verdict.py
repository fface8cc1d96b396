"""What an auditor's program said of a contest, each time the city ran it on what it publishes."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Contest


class Verdict(models.Model):
    """`docs/verify/verify.py` was run: how it ended (0 all agrees, 1 a fraud, 2 not everything could be checked) and
    its lines. Written once.

    `digest`: SHA-256 of the files it was given. `mark`: changes when one of them does, and is known before any is made.
    `seen`: what the program keeps, to know a board again that was rolled back.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="verdicts")
    at = models.DateTimeField()
    exit = models.PositiveSmallIntegerField()
    lines = models.TextField()
    digest = models.CharField(max_length=64)
    mark = models.CharField(max_length=300)
    seen = models.JSONField(default=dict)

    class Meta:
        ordering = ("contest", "at", "pk")
        verbose_name = _("verdict of the auditor's program")
        verbose_name_plural = _("verdicts of the auditor's program")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(exit__in=(0, 1, 2)),
                name="a_verdict_is_one_of_three",
                violation_error_message=_("The program ends with 0, 1 or 2."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contest}, {self.at:%d.%m.%Y}"

    @staticmethod
    def newest(**of: Any) -> "list[Verdict]":
        """The last one of each contest."""
        last = Verdict.objects.filter(**of).order_by("contest_id", "-at", "-pk").distinct("contest_id")
        return list(last.select_related("contest__cycle", "contest__district"))

    @property
    def told(self) -> list[str]:
        return self.lines.splitlines()
