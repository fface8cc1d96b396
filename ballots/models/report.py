"""What the council is given."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ballots.models.opening import Count
from budgeting import jobs
from budgeting.models import Contest, Cycle


class PrivateFiles(FileSystemStorage):
    """Files only a permission check hands out: they have no address of their own."""

    @property
    def base_location(self) -> str:
        return str(settings.PRIVATE_ROOT)

    location = base_location

    def url(self, name: str | None) -> str:
        raise ValueError("A private file has no address.")


class Report(models.Model):
    """A PDF of a cycle's results, or of one district's, in one language. Asked for by a person, made by the worker."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="reports")
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    task = models.UUIDField(null=True)
    file = models.FileField(storage=PrivateFiles(), upload_to="reports", blank=True)
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at", "-pk")
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = (
            models.CheckConstraint(
                condition=Q(file="", made_at__isnull=True) | (~Q(file="") & Q(made_at__isnull=False)),
                name="a_made_report_has_a_file",
            ),
        )

    def __str__(self) -> str:
        return str(self.contest or self.cycle)

    @classmethod
    def newest(cls, cycle: Cycle, contest: Contest | None, language: str) -> Self | None:
        """The report on the counts as they stand: made, being made or failed. None if nobody has asked since."""
        counts = Count.objects.filter(contest__cycle=cycle, **({"contest": contest} if contest else {}))
        counted = counts.aggregate(last=models.Max("at"))["last"]
        reports = cls.objects.filter(cycle=cycle, contest=contest, language=language)
        return reports.filter(asked_at__gte=counted).first() if counted else None

    @classmethod
    def ask(cls, cycle: Cycle, contest: Contest | None, language: str, by: Any, at: datetime) -> Self:
        """Have a report made, unless one on the counts as they stand is made or being made already."""
        from ballots.reports.tasks import make_report  # noqa: PLC0415  (the task makes this very row's file)

        with transaction.atomic():
            Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
            found = cls.newest(cycle, contest, language)
            if found and not found.failed:
                return found
            asked_by = by if getattr(by, "is_authenticated", False) else None
            report = cls.objects.create(cycle=cycle, contest=contest, language=language, asked_at=at, asked_by=asked_by)
            report.task = make_report.enqueue(report.pk).id
            report.save(update_fields=["task"])
        return report

    @property
    def failed(self) -> bool:
        """Will it never be made? As long as a task may be tried again, it has not failed."""
        return self.made_at is None and jobs.will_never_end(self.task)
