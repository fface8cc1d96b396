"""Whoever asked for the council's report hears once it is made, if they may still read it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import Role
from results import tasks
from results.models import Report
from tests.audited import said
from tests.cast import signed_in, work
from tests.told import text_of

REPORT = "/2027/results/report/"


@pytest.fixture
def morning(counted, at, monkeypatch) -> datetime:
    """While only staff see results; a report is drawn in no time."""
    monkeypatch.setattr(tasks, "council_report", lambda *args, **more: b"%PDF-1.7 for the council")
    moment = at("counting").replace(hour=9)
    monkeypatch.setattr("lib.clock.now", lambda: moment)
    return moment


def test_whoever_asked_for_it_hears_that_it_is_ready_and_nobody_else(ines, otto, morning, told) -> None:
    signed_in(ines).post(REPORT)
    assert told(morning) == [], "not before it is made"
    work()
    [mail] = told(morning)
    assert (mail["To"], mail["Subject"]) == (ines.email, "The report on Participatory budget 2027 is ready")
    assert REPORT in text_of(mail)


def test_a_report_that_is_made_anew_is_told_once(ines, morning, told) -> None:
    signed_in(ines).post(REPORT)
    work()
    tasks.make_report.func(Report.objects.get().pk)
    assert len(told(morning)) == 1


def test_whose_role_is_over_by_then_hears_nothing(ines, morning, told) -> None:
    signed_in(ines).post(REPORT)
    work()
    assert told(morning.replace(hour=23)) == []
    Role.objects.filter(user=ines).delete()
    assert told(morning + timedelta(hours=22)) == []


def test_t32_a_report_that_is_not_the_one_that_was_made_is_named(ines, morning) -> None:
    signed_in(ines).post(REPORT)
    work()
    report = Report.objects.get()
    assert not [line for line in said() if line.startswith("Reports")], "it is the one"
    Path(report.file.path).write_bytes(b"%PDF-1.7 for somebody else")
    assert f"Reports: the file of results.report:{report.pk} is not the one that was made." in said()
    Path(report.file.path).unlink()
    assert not [line for line in said() if line.startswith("Reports")], "what is missing is made again"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO results_report (cycle_id, language, asked_at, made_at, file)"
            " SELECT cycle_id, language, asked_at, made_at, 'reports/mine.pdf' FROM results_report"
        )
    assert f"Reports: results.report:{report.pk + 1} was made by nobody." in said()
