"""What a committee resolved: a motion that was carried."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.motion import Motion
from proposals.models import Decision


class Resolutions(models.QuerySet["Resolution"]):
    def waiting(self) -> "Resolutions":
        """Those that are to become a decision."""
        return self.filter(decision=None, void="")

    def to_publish(self) -> "Resolutions":
        """Those of which nobody outside knows, be it that they are void."""
        return self.filter(public_at=None)


class Resolution(models.Model):
    """A motion was carried. It becomes a decision everybody reads when the cycle's decisions are public.

    Of those who might vote, how many did so and how, when it was settled. `void` says why it never became a decision:
    what was resolved on no longer stands, say, or the committee has resolved otherwise since (`replaced_by`). Void or
    not, nobody outside knows before `public_at`.
    """

    motion = models.OneToOneField(Motion, on_delete=models.PROTECT, related_name="resolution")
    at = models.DateTimeField()
    entitled = models.PositiveSmallIntegerField()
    quorum = models.PositiveSmallIntegerField()
    in_favour = models.PositiveSmallIntegerField()
    against = models.PositiveSmallIntegerField()
    abstained = models.PositiveSmallIntegerField()
    by_the_chair = models.BooleanField(default=False)  # as many for as against, and the chair's vote made it so
    decision = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="resolution"
    )
    void = models.TextField(blank=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")
    public_at = models.DateTimeField(null=True, blank=True)

    objects = Resolutions.as_manager()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("resolution")
        verbose_name_plural = _("resolutions")
        indexes = (
            models.Index(name="resolutions_to_publish", fields=["at"], condition=models.Q(public_at__isnull=True)),
        )
        constraints = (
            models.CheckConstraint(
                name="a_resolution_has_its_quorum",
                condition=models.Q(quorum__gte=1)
                & models.Q(quorum__lte=models.F("in_favour") + models.F("against") + models.F("abstained")),
                violation_error_message=_("Too few have voted for a quorum."),
            ),
            models.CheckConstraint(
                name="more_are_for_a_resolution_than_against",
                condition=models.Q(in_favour__gt=models.F("against"), by_the_chair=False)
                | models.Q(in_favour=models.F("against"), in_favour__gte=1, by_the_chair=True),
                violation_error_message=_("More have to be for it than against."),
            ),
            models.CheckConstraint(
                name="a_resolution_is_published_or_void",
                condition=models.Q(decision__isnull=True) | models.Q(void=""),
                violation_error_message=_("What was published is not void."),
            ),
            models.CheckConstraint(
                name="a_decision_is_public",
                condition=models.Q(decision__isnull=True) | models.Q(public_at__isnull=False),
                violation_error_message=_("A decision is public."),
            ),
            models.CheckConstraint(
                name="what_is_replaced_is_void",
                condition=models.Q(replaced_by__isnull=True) | ~models.Q(void=""),
                violation_error_message=_("What was resolved otherwise since is void."),
            ),
        )

    def __str__(self) -> str:
        return str(self.motion)
