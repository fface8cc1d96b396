"""That ballots were cast: how many, and which envelopes they took the place of. Nothing here names a resident."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ballots.models.box import FINGERPRINT
from budgeting.models import Contest

SLOTS = 256  # for each contest: each ballot counts in one of them, drawn by lot, so that no ballot waits for another


class CastSlot(models.Model):
    """A share of how many ballots were cast in a contest: by somebody's first, and by who voted again (`repeated`).

    Only the sums of a contest's slots say something. Each begins at a number made by chance, and all of them together
    at nothing: so a slot that was counted in by one vote alone does not tell whether that was a first one. The
    database makes a slot grow by one in a statement, and by nothing once the last batch of the board is up.
    """

    pk = models.CompositePrimaryKey("contest_id", "slot")
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField()
    first = models.IntegerField()
    repeated = models.IntegerField()

    class Meta:
        verbose_name = _("slot of the count of ballots cast")
        verbose_name_plural = _("slots of the count of ballots cast")

    def __str__(self) -> str:
        return f"{self.contest_id}: {self.slot}"


class ReplacedEnvelope(models.Model):
    """What was in the box until a later ballot took its place, and is not yet on the board as replaced.

    The database writes it as the envelope changes, without the resident, and lets it go once a batch names it.
    """

    fingerprint = models.CharField(max_length=FINGERPRINT, primary_key=True)
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="replaced_envelopes")

    class Meta:
        verbose_name = _("replaced envelope")
        verbose_name_plural = _("replaced envelopes")

    def __str__(self) -> str:
        return self.fingerprint[:4]
