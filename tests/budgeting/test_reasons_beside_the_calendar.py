"""C12, V10: a date that people have read is moved with a reason, and the reason stands beside it for everybody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from budgeting.calendar import Window, closing_later
from budgeting.models import CalendarChange, Cycle
from budgeting.models.change import moves
from budgeting.stages import Stage
from tests.budgeting.set_up import PHASES, calendar, form, phase
from tests.cast import signed_in
from tests.papers import source_of

REASON = "The committee has more proposals than it can read."
LATER = {"proposing": ("2027-01-04 08:00", "2027-03-20 20:00")}


@pytest.fixture
def set_up(clara: User) -> Client:
    clara.is_staff = clara.is_superuser = True
    clara.save()
    return signed_in(clara)


@pytest.fixture
def laid(set_up: Client, at) -> Cycle:
    """The cycle of 2027, whose calendar people can read; it has begun."""
    at("preparing")
    set_up.post("/admin/budgeting/cycle/add/", form(calendar(PHASES)))
    at("proposing")
    return Cycle.objects.get()


def saved(client: Client, cycle: Cycle, dates: dict[str, tuple[str, str]], **more: Any) -> Any:
    rows = [
        phase(stage, *(PHASES | dates)[stage], id=cycle.phases.get(stage=stage).pk, cycle=cycle.pk) for stage in PHASES
    ]
    return client.post(f"/admin/budgeting/cycle/{cycle.pk}/change/", form(rows, **more))


def test_c12_once_a_cycle_has_begun_no_date_moves_without_a_reason(set_up, laid) -> None:
    before = laid.windows()
    for reason in ("", "   "):
        answer = saved(set_up, laid, LATER, reason=reason)
        assert answer.status_code == 200
        assert "Say why the dates change" in source_of(answer)
    assert Cycle.objects.get().windows() == before
    assert not CalendarChange.objects.exists()


def test_c12_the_reason_stands_beside_the_date(set_up, laid, clara, riverside) -> None:
    assert saved(set_up, laid, LATER, reason=REASON).status_code == 302
    change = CalendarChange.objects.get()
    assert (change.kind, change.reason, change.by) == ("moved", REASON, clara)
    assert AuditEvent.objects.get(action="changed").facts["reason"] == [None, REASON]
    visitor = Client()
    for address in ("/", "/2027/", "/2027/results/"):
        page = source_of(visitor.get(address))
        assert f"“{REASON}”" in page
        assert "Before: " in page
        assert "Monday 1 March, 20:00" in page


def test_what_changes_but_the_dates_needs_no_reason(set_up, laid) -> None:
    assert saved(set_up, laid, {}, title="The common purse").status_code == 302
    assert Cycle.objects.get().title == "The common purse"
    assert not CalendarChange.objects.exists()


def test_before_the_cycle_begins_its_dates_move_freely(set_up, laid, at) -> None:
    at("preparing")
    assert saved(set_up, laid, LATER).status_code == 302
    assert not CalendarChange.objects.exists()


def test_people_read_until_when_they_may_object(set_up, laid) -> None:
    until = {"objections_until_0": "2027-06-06", "objections_until_1": "20:00"}
    assert "Say why" in source_of(saved(set_up, laid, {}, **until))
    assert saved(set_up, laid, {}, reason="The council asked for it.", **until).status_code == 302
    assert Cycle.objects.get().objections_until == datetime(2027, 6, 6, 18, tzinfo=UTC)
    page = source_of(Client().get("/2027/"))
    assert "Objections to the vote" in page
    assert "Sunday 6 June, 20:00" in page
    assert "The council asked for it." in page


def test_a_time_for_objections_that_is_over_before_it_begins_is_refused(set_up, laid) -> None:
    until = {"objections_until_0": "2027-05-10", "objections_until_1": "20:00", "reason": "Because."}
    answer = saved(set_up, laid, {}, **until)
    assert answer.status_code == 200
    assert "after the close of the vote" in source_of(answer)
    assert Cycle.objects.get().objections_until is None


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        ({"voting": ("2027-04-05 10:00", "2027-05-04 10:00")}, "the opening of the vote can no longer move"),
        ({"voting": ("2027-04-04 10:00", "2027-05-03 10:00")}, "two people end the vote or make it longer"),
    ],
)
def test_v5_once_somebody_has_voted_the_set_up_leaves_the_vote_alone(
    set_up, a_vote, dates: dict[str, tuple[str, str]], sentence: str
) -> None:
    a_vote.phases.exclude(stage__in=PHASES).delete()
    before = a_vote.windows()
    rows = [
        phase(stage, *(PHASES | dates)[stage], id=a_vote.phases.get(stage=stage).pk, cycle=a_vote.pk)
        for stage in PHASES
    ]
    answer = set_up.post(f"/admin/budgeting/cycle/{a_vote.pk}/change/", form(rows, reason="Because."))
    assert answer.status_code == 200
    assert sentence in source_of(answer)
    assert Cycle.objects.get().windows() == before


# How dates move -------------------------------------------------------------------------------------------------------

FIRST = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def window(stage: Stage, opens: int, closes: int | None) -> Window:
    return Window(stage, FIRST + opens * DAY, None if closes is None else FIRST + closes * DAY)


WINDOWS = [
    window(Stage.PROPOSING, 0, 10),
    window(Stage.VOTING, 20, 30),
    window(Stage.COUNTING, 30, 32),
    window(Stage.RESULTS, 40, 50),
    window(Stage.DELIVERING, 50, None),
]


@pytest.mark.parametrize(
    ("closes", "after"),
    [
        (25, [(0, 10), (20, 25), (30, 32), (40, 50), (50, None)]),
        (33, [(0, 10), (20, 33), (33, 35), (40, 50), (50, None)]),
        (39, [(0, 10), (20, 39), (39, 41), (41, 51), (51, None)]),
        (90, [(0, 10), (20, 90), (90, 92), (92, 102), (102, None)]),
    ],
)
def test_what_comes_after_moves_as_far_as_it_would_overlap(closes: int, after: list[tuple[int, int | None]]) -> None:
    moved = closing_later(WINDOWS, Stage.VOTING, FIRST + closes * DAY)
    stages = [each.stage for each in WINDOWS]
    assert moved == [window(stage, *dates) for stage, dates in zip(stages, after, strict=True)]


def test_only_what_moved_is_told() -> None:
    moved = closing_later(WINDOWS, Stage.VOTING, FIRST + 33 * DAY)
    assert [each.stage for each in moves(WINDOWS, moved)] == [Stage.VOTING, Stage.COUNTING]
    gone = moves(WINDOWS, WINDOWS[:-1])
    assert [(each.stage, each.was, each.now) for each in gone] == [(Stage.DELIVERING, WINDOWS[-1], None)]
