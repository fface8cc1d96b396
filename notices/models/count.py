"""What limits count."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Count(models.Model):
    """How often something was tried or done, by whom only a keyed digest says (notices/counts.py)."""

    whose = models.BinaryField(max_length=32, primary_key=True)
    times = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)  # then it begins anew

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")

    def __str__(self) -> str:
        return f"{self.times}, {self.until:%H:%M}"

    @classmethod
    def forget_old(cls, at: datetime) -> int:
        """How many there were."""
        return cls.objects.filter(until__lte=at).delete()[0]
