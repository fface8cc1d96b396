"""Dates are written as a notice writes them, on the city's clocks and with their distance from UTC."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from budgeting.templatetags import dates
from lib import clock


@pytest.fixture(autouse=True)
def _it_is_2027_in_brussels(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TIME_ZONE = "Europe/Brussels"
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2027, 3, 14, 19, tzinfo=UTC), "Sunday 14 March, 20:00 (UTC+1)"),
        (datetime(2027, 7, 14, 18, tzinfo=UTC), "Wednesday 14 July, 20:00 (UTC+2)"),
        (datetime(2028, 3, 14, 19, tzinfo=UTC), "Tuesday 14 March 2028, 20:00 (UTC+1)"),
        # The hour that comes twice: only the offset tells which is meant.
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "Sunday 31 October, 02:30 (UTC+2)"),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "Sunday 31 October, 02:30 (UTC+1)"),
    ],
)
def test_a_moment_in_words(moment: datetime, words: str) -> None:
    assert dates.words(moment) == words


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("Europe/London", "UTC"),
        ("Asia/Kolkata", "UTC+5:30"),
        ("America/St_Johns", "UTC−3:30"),
        ("America/Lima", "UTC−5"),
    ],
)
def test_the_offset_of_any_zone(settings, zone: str, offset: str) -> None:
    settings.TIME_ZONE = zone
    assert dates.words(datetime(2027, 2, 14, 12, tzinfo=UTC)).endswith(f"({offset})")


def test_an_end_at_midnight_belongs_to_the_day_it_ends() -> None:
    midnight = datetime(2027, 3, 14, 23, tzinfo=UTC)
    assert ">until Sunday 14 March, 24:00 (UTC+1)<" in dates.until(midnight)
    assert ">Monday 15 March, 00:00 (UTC+1)<" in dates.moment(midnight)


def test_a_page_carries_the_moment_for_machines_too() -> None:
    noon = datetime(2027, 3, 14, 11, tzinfo=UTC)
    assert dates.moment(noon).startswith('<time datetime="2027-03-14T12:00:00+01:00">')
    assert dates.day(date(2027, 3, 14)) == '<time datetime="2027-03-14">Sunday 14 March</time>'
    assert dates.moment(None) == dates.until(None) == dates.end(None) == dates.day(None) == ""


def test_a_moment_in_french() -> None:
    with translation.override("fr"):
        assert dates.words(datetime(2027, 3, 14, 19, tzinfo=UTC)) == "dimanche 14 mars, 20:00 (UTC+1)"
