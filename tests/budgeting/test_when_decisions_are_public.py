"""The day on which a committee's decisions are public stands in the calendar, and moves never silently."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import User
from budgeting.models import CalendarChange, Cycle
from notices.kinds import Kind, telling_of
from notices.models import Happening
from tests.budgeting.set_up import PHASES, calendar, form, phase
from tests.cast import signed_in
from tests.papers import source_of

ALL = PHASES | {"reviewing": ("2027-03-02 08:00", "2027-03-31 20:00")}
REASON = "The committee has more proposals than it can read."


@pytest.fixture
def set_up(clara: User) -> Client:
    clara.is_staff = clara.is_superuser = True
    clara.save()
    return signed_in(clara)


@pytest.fixture
def laid(set_up: Client, at) -> Cycle:
    """Decisions of the cycle of 2027 are public from 20 March; it has begun."""
    at("preparing")
    set_up.post("/admin/budgeting/cycle/add/", form(calendar(ALL), **on("2027-03-20")))
    at("proposing")
    return Cycle.objects.get()


def on(day: str) -> dict[str, str]:
    return {"decisions_public_at_0": day, "decisions_public_at_1": "20:00" if day else ""}


def saved(client: Client, cycle: Cycle, day: str, reason: str = REASON):
    rows = [phase(stage, *ALL[stage], id=cycle.phases.get(stage=stage).pk, cycle=cycle.pk) for stage in ALL]
    return client.post(f"/admin/budgeting/cycle/{cycle.pk}/change/", form(rows, **on(day), reason=reason))


def test_it_stands_in_the_calendar_where_it_comes(laid, client) -> None:
    page = source_of(client.get("/2027/"))
    assert page.index("Reviewing") < page.index("decisions are public") < page.index("Voting</")
    assert "Saturday 20 March, 20:00" in page


def test_it_is_put_later_with_a_reason_that_stands_beside_it(set_up, laid, client) -> None:
    assert "Say why the dates change" in source_of(saved(set_up, laid, "2027-03-25", reason=" "))
    assert saved(set_up, laid, "2027-03-25").status_code == 302
    assert Cycle.objects.get().decisions_public_at == datetime(2027, 3, 25, 19, tzinfo=UTC)
    assert CalendarChange.objects.get().moved == []
    told = telling_of(Kind.CALENDAR_MOVED).says(Happening.objects.get(kind=Kind.CALENDAR_MOVED))
    assert told["dates"] == "The committee’s decisions are public from Thursday 25 March, 20:00 (UTC+1)"
    page = source_of(client.get("/2027/"))
    for said in ("Thursday 25 March, 20:00", "Before: from", "Saturday 20 March, 20:00", f"“{REASON}”"):
        assert said in page


@pytest.mark.parametrize("day", ["2027-03-01", "2027-04-01"])
def test_it_lies_in_the_review(set_up, laid, day) -> None:
    assert "during the review, or at its close" in source_of(saved(set_up, laid, day))
    assert Cycle.objects.get() == laid
    assert Cycle.objects.get().decisions_public_at == laid.decisions_public_at


def test_never_is_it_a_moment_that_is_over(set_up, laid, monkeypatch) -> None:
    monkeypatch.setattr("lib.clock.now", lambda: datetime(2027, 3, 15, tzinfo=UTC))
    assert "This moment is over" in source_of(saved(set_up, laid, "2027-03-10"))
    assert saved(set_up, laid, "2027-03-16").status_code == 302, "sooner, and said beforehand"


@pytest.mark.parametrize("day", ["2027-03-25", ""])
def test_what_is_public_stays_so(set_up, laid, monkeypatch, day) -> None:
    monkeypatch.setattr("lib.clock.now", lambda: datetime(2027, 3, 21, tzinfo=UTC))
    assert "The decisions are public already" in source_of(saved(set_up, laid, day))
