"""What the council is given."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ballots.models import Count, NoResult, NoVote
from budgeting.models import CalendarChange, Contest, Cycle
from lib import jobs
from lib.private_files import PrivateFileField, is_missing
from proposals.models import Hiding, Withholding
from proposals.models.hiding import A_WHOLE

TOLD = (Count, NoVote, NoResult)
"""What a report tells of a contest, one of these: once there is a new one, an older report is out of date."""


class Report(models.Model):
    """A PDF of a cycle's results, or of one contest's, in one language. Asked for by a person, made by the worker."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="reports")
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    task = models.UUIDField(null=True)
    file = PrivateFileField(upload_to="reports", blank=True)
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at", "-pk")
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = (
            models.CheckConstraint(
                name="a_made_report_has_a_file",
                condition=Q(file="", made_at__isnull=True) | (~Q(file="") & Q(made_at__isnull=False)),
                violation_error_message=_("A report that was made has its file, and no other has one."),
            ),
        )

    def __str__(self) -> str:
        return str(self.contest or self.cycle)

    @classmethod
    def newest(cls, cycle: Cycle, contest: Contest | None, language: str) -> Self | None:
        """The report on the contests and the calendar as they stand, without what is withheld from view: made, being
        made, failed or missing. None if none."""
        of = {"contest": contest} if contest else {"contest__cycle": cycle}
        if not Count.objects.filter(**of).exists():
            return None
        told: list[models.QuerySet[Any]] = [model.objects.filter(**of) for model in TOLD]
        told += [Withholding.objects.filter(proposal__cycle=cycle), CalendarChange.objects.filter(cycle=cycle)]
        moments = [rows.aggregate(last=models.Max("at"))["last"] for rows in told]
        hidden = Hiding.objects.filter(A_WHOLE, proposal__cycle=cycle)
        moments += hidden.aggregate(models.Max("at"), models.Max("ended_at")).values()
        since = max(filter(None, moments))
        return cls.objects.filter(cycle=cycle, contest=contest, language=language, asked_at__gte=since).first()

    @property
    def is_missing(self) -> bool:
        """Was it made, and is its file not here? Then it has to be made again."""
        return is_missing(self.file)

    @property
    def failed(self) -> bool:
        """Will it never be made? As long as a task may be tried again, it has not failed."""
        return self.made_at is None and jobs.has_failed_for_good(self.task)
