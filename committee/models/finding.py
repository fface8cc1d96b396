"""What a department finds, and what somebody of it has typed of it so far."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.department import Department
from committee.models.opinion import Opinion
from committee.models.sealed import Sealed
from proposals.models.reasons import SAYS_SOMETHING

LONGEST_FINDING = 4_000  # characters


class Finding(Sealed):
    """What a department answers: once, and it stays. Money is in minor units of the cycle's currency."""

    class Verdict(models.TextChoices):
        FEASIBLE = "feasible", _("Feasible")
        CHANGES = "changes", _("Feasible with changes")
        NOT = "not", _("Not feasible")

    opinion = models.OneToOneField(Opinion, on_delete=models.PROTECT, related_name="finding")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(_("feasible"), max_length=8, choices=Verdict)
    cost = models.BigIntegerField(_("cost"), null=True, blank=True)
    upkeep = models.BigIntegerField(_("upkeep a year"), null=True, blank=True)
    begins = models.DateField(_("could begin"), null=True, blank=True)
    words = models.TextField(_("in words"), max_length=LONGEST_FINDING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("opinion of a department")
        verbose_name_plural = _("opinions of departments")
        constraints = (
            models.CheckConstraint(
                name="an_opinion_says_whether_it_is_feasible",
                condition=models.Q(verdict__in=["feasible", "changes", "not"]),
                violation_error_message=_("Say whether it is feasible."),
            ),
            models.CheckConstraint(
                name="an_opinion_says_something",
                condition=models.Q(words__regex=SAYS_SOMETHING),
                violation_error_message=_("Say it in words, too."),
            ),
            models.CheckConstraint(
                name="an_opinion_names_no_cost_below_nothing",
                condition=(models.Q(cost__isnull=True) | models.Q(cost__gte=0))
                & (models.Q(upkeep__isnull=True) | models.Q(upkeep__gte=0)),
                violation_error_message=_("A cost is not less than nothing."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.opinion_id}: {self.verdict}"

    def content(self) -> dict[str, Any]:
        names = ("opinion_id", "department_id", "verdict", "cost", "upkeep", "words", "by_id")
        content = {name.removesuffix("_id"): getattr(self, name) for name in names}
        return content | {"begins": self.begins and self.begins.isoformat()}


class FindingDraft(models.Model):
    """What somebody has typed of an answer so far, as it was typed. Theirs alone, until they hand it in."""

    opinion = models.ForeignKey(Opinion, on_delete=models.CASCADE, related_name="drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    typed = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft of an opinion")
        verbose_name_plural = _("drafts of opinions")
        constraints = (
            models.UniqueConstraint(
                name="one_draft_each",
                fields=["opinion", "by"],
                violation_error_message=_("There is a draft already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.opinion_id}: {self.by_id}"
