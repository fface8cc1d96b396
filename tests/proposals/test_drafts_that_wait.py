"""Whoever has a draft lying is reminded before the close: once, and not of what is submitted meanwhile (row B26)."""

from datetime import datetime, timedelta

import pytest

from budgeting.models import Cycle
from budgeting.stages import Stage
from notices.models import Happening
from proposals import drafts_wait
from tests.cast import drafted
from tests.told import Told, text_of

DAY = timedelta(days=1)


@pytest.fixture
def last_days(cycle: Cycle, riverside_contest) -> datetime:
    """Two days before proposals are no longer taken, at ten in the morning."""
    return (cycle.window(Stage.PROPOSING).closes - 2 * DAY).replace(hour=9, minute=0)


def looked(moment: datetime, told: Told, monkeypatch: pytest.MonkeyPatch) -> list:
    monkeypatch.setattr("lib.clock.now", lambda: moment)
    drafts_wait.look(moment)
    return told(moment)


def test_b26_one_mail_however_many_drafts(rosa, tomas, riverside_contest, last_days, told, monkeypatch) -> None:
    for title in ("A slide", "A swing"):
        drafted(rosa, riverside_contest, title=title)
    assert looked(last_days - 3 * DAY, told, monkeypatch) == []
    [mail] = looked(last_days, told, monkeypatch)
    assert mail["To"] == rosa.email
    assert "Proposals are taken until" in text_of(mail)
    assert "/me/" in text_of(mail)
    assert looked(last_days + DAY, told, monkeypatch) == []


def test_what_is_submitted_before_the_mail_goes_waits_no_more(rosa, riverside_contest, last_days, told, monkeypatch):
    draft = drafted(rosa, riverside_contest)
    night = last_days.replace(hour=22)
    assert looked(night, told, monkeypatch) == []
    draft.submit(by=rosa, at=night)
    assert looked(night + DAY / 2, told, monkeypatch) == []


def test_nobody_is_reminded_once_it_is_too_late(rosa, riverside_contest, last_days, told, monkeypatch) -> None:
    drafted(rosa, riverside_contest)
    assert looked(last_days + 3 * DAY, told, monkeypatch) == []
    assert not Happening.objects.exists()
