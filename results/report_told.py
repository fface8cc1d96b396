"""Whoever asked for the council's report hears that it is made."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from results.models import Report
from results.seeing import may_see


def _who_asked(happening: Happened) -> QuerySet[Any]:
    return Report.objects.filter(pk=happening.subject.pk).exclude(asked_by=None).values("asked_by")


def _may_still_see(happening: Happened, reader: Any) -> bool:
    return may_see(reader, happening.subject.cycle, clock.now()) and not happening.subject.is_missing


def _report(happening: Happened) -> dict[str, str]:
    return {"report": str(happening.subject), "cycle": str(happening.subject.cycle)}


def _address(happening: Happened) -> str:
    """The page of the report, which has the file, or leads to a newer one where something was counted anew."""
    report: Report = happening.subject
    if report.contest:
        return reverse("contest_report", args=[report.cycle.slug, report.contest.slug])
    return reverse("cycle_report", args=[report.cycle.slug])


def register() -> None:
    telling = Telling(
        group=Group.VOTE,
        about=Report,
        title=_("A report you asked for is ready"),
        subject=_("The report on {report} is ready"),
        text=_("The report you asked for is made: {report}, {cycle}."),
        placeholders={"report": _("Riverside"), "cycle": _("Budget 2027")},
        says=_report,
        button=_("Read the report"),
        leads_to=_address,
        readers=_who_asked,
        may_read=_may_still_see,
        default=Way.AT_ONCE,
    )
    tells(Kind.REPORT_READY, telling)
