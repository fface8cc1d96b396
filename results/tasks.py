"""Reports are asked for by people and made by the worker, which tells of results, too."""

import hashlib
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import Contest, Cycle
from budgeting.people import Person
from lib import clock
from lib.jobs import every
from lib.troubles import called
from notices.kinds import Kind
from notices.models import Happening
from results import examining, telling
from results.council_report import council_report, name_of
from results.models import Report


@every(timedelta(minutes=1), _("tell that results are public"))
def tell_results() -> None:
    telling.look(clock.now())


@every(timedelta(hours=1), _("run the auditor's program on what is published"), by_itself=True)
def examine_what_is_published() -> None:
    examining.look(clock.now())


@called(_("make a report for the council"))
@task()
def make_report(report: int) -> None:
    """Make the PDF of a `Report`. Running it again makes the same file anew."""
    asked = Report.objects.select_related("cycle", "contest__district").get(pk=report)
    at = clock.now()
    content = council_report(asked.cycle, asked.contest, language=asked.language, at=at)
    asked.made_at = at
    with transaction.atomic():
        asked.file.save(name_of(asked.cycle, asked.contest), ContentFile(content))
        AuditEvent.append(Done.REPORT_MADE, by=None, on=asked, digest=hashlib.sha256(content).hexdigest())
        Happening.once(Kind.REPORT_READY, asked, at=at)


@transaction.atomic
def ask_for_report(cycle: Cycle, contest: Contest | None, language: str, *, by: Person, at: datetime) -> Report:
    """Have a report made, unless one on the counts as they stand is made or being made already."""
    Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    newest = Report.newest(cycle, contest, language)
    if newest and not newest.failed and not newest.is_missing:
        return newest
    what = {"cycle": cycle, "contest": contest, "language": language}
    report = Report.objects.create(**what, asked_at=at, asked_by_id=by.pk)
    report.task = make_report.enqueue(report.pk).id
    report.save(update_fields=["task"])
    return report
