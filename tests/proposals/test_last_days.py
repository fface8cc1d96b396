"""Before the close whoever has a draft lying, and who follows the round, is reminded: once, and each in one mail.

Row B26.
"""

from datetime import datetime, timedelta

import pytest

from budgeting.models import Cycle
from budgeting.stages import Stage
from notices.models import Follow, Happening
from notices.models.happening import unread_by
from proposals import last_days
from tests.cast import drafted
from tests.told import Told, text_of, to

DAY = timedelta(days=1)


@pytest.fixture
def near_the_close(cycle: Cycle, riverside_contest) -> datetime:
    """Two days before proposals are no longer taken, at ten in the morning."""
    return (cycle.window(Stage.PROPOSING).closes - 2 * DAY).replace(hour=9, minute=0)


def looked(moment: datetime, told: Told, monkeypatch: pytest.MonkeyPatch) -> list:
    monkeypatch.setattr("lib.clock.now", lambda: moment)
    last_days.look(moment)
    return told(moment)


def test_b26_one_mail_however_many_drafts(rosa, tomas, riverside_contest, near_the_close, told, monkeypatch) -> None:
    for title in ("A slide", "A swing"):
        drafted(rosa, riverside_contest, title=title)
    assert looked(near_the_close - 3 * DAY, told, monkeypatch) == []
    [mail] = looked(near_the_close, told, monkeypatch)
    assert mail["To"] == rosa.email
    assert "Proposals are taken until" in text_of(mail)
    assert "/me/" in text_of(mail)
    assert looked(near_the_close + DAY, told, monkeypatch) == []


def test_what_is_submitted_before_the_mail_goes_waits_no_more(
    rosa, riverside_contest, near_the_close, told, monkeypatch
):
    draft = drafted(rosa, riverside_contest)
    night = near_the_close.replace(hour=22)
    assert looked(night, told, monkeypatch) == []
    draft.submit(by=rosa, at=night)
    [mail] = looked(night + DAY / 2, told, monkeypatch)
    assert mail["Subject"] == f"Thank you for {draft.title}"


def test_nobody_is_reminded_once_it_is_too_late(rosa, riverside_contest, near_the_close, told, monkeypatch) -> None:
    drafted(rosa, riverside_contest)
    assert looked(near_the_close + 3 * DAY, told, monkeypatch) == []
    assert not Happening.objects.exists()


def test_who_follows_the_round_and_its_district_hears_once_in_their_mail_of_the_day(
    rosa, tomas, cycle, riverside, riverside_contest, submitted, near_the_close, told, monkeypatch
) -> None:
    for thing in (cycle, riverside):
        Follow.begin(thing, by=tomas, at=near_the_close - 5 * DAY)
    told(near_the_close - DAY)
    submitted(rosa).comment(by=rosa, at=near_the_close, text="I have asked the school.")
    assert to(looked(near_the_close, told, monkeypatch), tomas.email) == []
    [mail] = to(looked(near_the_close + DAY, told, monkeypatch), tomas.email)
    assert "proposals until" in text_of(mail)
    assert text_of(mail).count("proposals until") == 1
    assert "A comment on" in text_of(mail), "what is due on one day is one mail"


def test_who_has_a_draft_hears_of_that_and_not_of_the_round_as_well(
    rosa, cycle, riverside_contest, near_the_close, told, monkeypatch
) -> None:
    Follow.begin(cycle, by=rosa, at=near_the_close - 5 * DAY)
    drafted(rosa, riverside_contest)
    mails = looked(near_the_close, told, monkeypatch) + looked(near_the_close + DAY, told, monkeypatch)
    assert [mail["Subject"].partition(" until")[0] for mail in mails] == [f"{cycle}: your draft waits"]


def test_the_last_days_are_not_told_once_they_are_over(cycle, tomas, near_the_close, told, monkeypatch) -> None:
    Follow.begin(cycle, by=tomas, at=near_the_close - 5 * DAY)
    assert looked(near_the_close, told, monkeypatch) == []
    assert looked(near_the_close + 3 * DAY, told, monkeypatch) == []


def test_once_they_are_over_they_ring_no_bell(cycle, rosa, tomas, riverside_contest, near_the_close, told, monkeypatch):
    Follow.begin(cycle, by=tomas, at=near_the_close - 5 * DAY)
    drafted(rosa, riverside_contest)
    looked(near_the_close, told, monkeypatch)
    assert (unread_by(rosa), unread_by(tomas)) == (1, 1)
    looked(near_the_close + 3 * DAY, told, monkeypatch)
    assert (unread_by(rosa), unread_by(tomas)) == (0, 0)
