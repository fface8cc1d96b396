"""What became of a correction that was asked for."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from proposals.models import Decision, Version


class Corrections(models.QuerySet["Correction"]):
    """What may be asked of many corrections."""

    def standing(self) -> "Corrections":
        """Not looked at again."""
        return self.filter(looked_at=None)

    def with_answer(self) -> "Corrections":
        """Adds `answered_at`: when its author changed the text after they were asked; None while they have not."""
        return self.annotate(answered_at=models.Subquery(_answers().values("at")[:1]))

    def to_look_at(self, at: datetime) -> "Corrections":
        """Answered, or not answered by the day that was named; the answered ones first."""
        found = self.standing().with_answer()
        late = models.Q(answered_at=None, decision__until__lte=at)
        ordered = (models.F("answered_at").asc(nulls_last=True), "decision__until", "pk")
        return found.filter(models.Q(answered_at__isnull=False) | late).order_by(*ordered)


def _answers() -> Any:
    """The versions its author wrote since, the first first."""
    mine = {"proposal": models.OuterRef("decision__proposal"), "by": models.OuterRef("decision__proposal__author")}
    return Version.objects.filter(**mine, at__gt=models.OuterRef("decision__at")).order_by("at", "pk")


class Correction(models.Model):
    """A correction that was asked for: by whom, what and until when stands in the decision that returned the proposal.

    It waits for its author, and then for the committee, until somebody of it has looked again; `answer` is the version
    they found, None where there was none.
    """

    answered_at: datetime | None  # by `with_answer`

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="correction")
    answer = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = Corrections.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = (
            models.CheckConstraint(
                name="an_answer_is_found_by_looking",
                condition=models.Q(answer__isnull=True) | models.Q(looked_at__isnull=False),
                violation_error_message=_("An answer is one that was looked at."),
            ),
        )

    def __str__(self) -> str:
        return str(self.decision)

    @property
    def found(self) -> "Version | None":
        """The version by which its author answered, if there is one by now."""
        asked = self.decision
        answers = Version.objects.filter(proposal=asked.proposal_id, by=asked.proposal.author_id, at__gt=asked.at)
        return answers.order_by("at", "pk").first()
