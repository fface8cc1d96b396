"""What the worker does for reports."""

from django.core.files.base import ContentFile
from django_tasks import task

from ballots.models import Report
from budgeting import clock


@task()
def make_report(report: int) -> None:
    """Make the PDF of a `Report`. Running it again makes the same file anew."""
    from ballots.reports.council import council_report, name_of  # noqa: PLC0415  (only the worker needs it)

    asked = Report.objects.select_related("cycle", "contest__district").get(pk=report)
    at = clock.now()
    content = council_report(asked.cycle, asked.contest, language=asked.language, at=at)
    asked.made_at = at
    asked.file.save(name_of(asked.cycle, asked.contest), ContentFile(content))
