"""What came out of the box."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ballots.models.box import BallotBoxKey
from budgeting.models import Contest, Cycle


class Opening(models.Model):
    """The box of a cycle was opened: by whom, with which shares, and that everything in it was accounted for.

    `reconciliation`: for each contest's slug the `voters` by the count of ballots cast, the `envelopes`, `opened` and
    `invalid` by channel, the `board` root and the number of its batches; where envelopes were `set_aside`, how many.
    """

    cycle = models.OneToOneField(Cycle, on_delete=models.PROTECT, related_name="opening")
    share_numbers = ArrayField(models.PositiveSmallIntegerField())
    reconciliation = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")

    def __str__(self) -> str:
        return f"{self.cycle}, {self.at:%d.%m.%Y}"


class ShareDestruction(models.Model):
    """The shares were destroyed, so that nobody can ever tie an envelope to a ballot again."""

    key = models.OneToOneField(BallotBoxKey, on_delete=models.PROTECT, related_name="destruction")
    witnesses = models.CharField(_("who saw it"), max_length=240)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("destruction of the shares")
        verbose_name_plural = _("destructions of shares")

    def __str__(self) -> str:
        return f"{self.key}, {self.at:%d.%m.%Y}"


class OpenedBallot(models.Model):
    """So many ballots of a contest said exactly this. A multiset: it has no order that could betray anyone.

    `content` is canonical: points per ballot number, "3:1 7:1", sorted; empty for a blank ballot. Written once.
    """

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="opened_ballots")
    content = models.TextField(blank=True)
    ballots = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("opened ballot")
        verbose_name_plural = _("opened ballots")
        constraints = (
            models.UniqueConstraint(
                fields=["contest", "content"],
                name="equal_ballots_are_one_row",
                violation_error_message=_("Equal ballots stand in one row."),
            ),
            models.CheckConstraint(
                condition=Q(ballots__gt=0),
                name="an_opened_ballot_was_cast",
                violation_error_message=_("At least one ballot said this."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contest}: {self.ballots}"


class InvalidBallot(models.Model):
    """So many ballots of a contest could not be counted, for this reason. Written once."""

    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="invalid_ballots")
    reason = models.CharField(max_length=240)
    ballots = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("invalid ballot")
        verbose_name_plural = _("invalid ballots")
        constraints = (
            models.UniqueConstraint(
                fields=["contest", "reason"],
                name="a_reason_is_given_once",
                violation_error_message=_("Ballots that cannot be counted for the same reason stand in one row."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contest}: {self.ballots} ({self.reason})"


class FromElsewhere(models.Model):
    """The ballots of this contest came in a file, with an election from elsewhere: it has neither box nor opening.

    Written once, after its ballots and in their transaction; from then on nothing can be added.
    """

    contest = models.OneToOneField(Contest, on_delete=models.PROTECT, related_name="from_elsewhere")
    ballots = models.PositiveIntegerField()  # how many there are
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("election from elsewhere")
        verbose_name_plural = _("elections from elsewhere")

    def __str__(self) -> str:
        return f"{self.contest}: {self.ballots}"
