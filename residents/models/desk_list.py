"""That the list of a day at the desk went to a second person."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle


class DeskList(models.Model):
    """Who was verified at the desk on a day of the city was sent to whoever looks it through, once."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="desk_lists")
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("list of the desk")
        verbose_name_plural = _("lists of the desk")
        constraints = (
            models.UniqueConstraint(
                fields=["cycle", "day"],
                name="a_day_is_listed_once",
                violation_error_message=_("The list of this day has been sent already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.cycle}, {self.day}"
