"""What something will cost as the committee estimates it, beside what its author wrote."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_BASIS = 2_000  # characters
LONGEST_WAY = 600  # months
NOT_ALONE = _("An estimate begins with what it costs in the first year.")


class Estimated(models.Model):
    """The price of the first year and the upkeep of each year in minor units, how many months it takes, and why.

    What is left empty is as the author wrote, and nothing is said without a price.
    """

    cost = models.BigIntegerField(_("cost as the committee estimates it"), null=True, blank=True)
    upkeep = models.BigIntegerField(_("upkeep per year as the committee estimates it"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(
        _("months until it is done"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WAY)],
    )
    basis = models.TextField(_("what the estimate rests on"), blank=True, default="", max_length=LONGEST_BASIS)

    class Meta:
        abstract = True

    @property
    def figures(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("cost", "upkeep", "months", "basis")}
