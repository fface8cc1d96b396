"""When what is kept of people was last looked through, and how much of it was forgotten."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Forgotten(models.Model):
    """One row for each thing that is kept for a time (budgeting/retention.py)."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(_("last looked through"))
    rows = models.PositiveIntegerField(_("rows forgotten then"))
    in_all = models.PositiveBigIntegerField(_("rows forgotten in all"))
    last_at = models.DateTimeField(_("last forgotten"), null=True)

    class Meta:
        verbose_name = _("what was forgotten")
        verbose_name_plural = _("what was forgotten")

    def __str__(self) -> str:
        return f"{self.name}: {self.in_all}"

    @classmethod
    def note(cls, name: str, rows: int, *, at: datetime) -> None:
        row = cls.objects.filter(name=name).first() or cls(name=name, in_all=0)
        row.at, row.rows, row.in_all = at, rows, row.in_all + rows
        row.last_at = at if rows else row.last_at
        row.save()
