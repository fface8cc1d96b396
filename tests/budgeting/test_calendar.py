"""The calendar: half-open windows, computed stages, and which act is open when."""

from datetime import UTC, datetime, timedelta

import pytest

from budgeting.calendar import Window, Wrong, errors, is_open, stage_at
from budgeting.stages import STAGES, Act, Stage

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
PROPOSING = Window(Stage.PROPOSING, NOON, NOON + 10 * DAY)
VOTING = Window(Stage.VOTING, NOON + 20 * DAY, NOON + 30 * DAY)
RESULTS = Window(Stage.RESULTS, NOON + 35 * DAY, None)
WINDOWS = [VOTING, RESULTS, PROPOSING]


@pytest.mark.parametrize(
    ("moment", "stage"),
    [
        (NOON - TICK, Stage.PREPARING),
        (NOON, Stage.PROPOSING),
        (NOON + 15 * DAY, Stage.PROPOSING),
        (NOON + 20 * DAY - TICK, Stage.PROPOSING),
        (NOON + 20 * DAY, Stage.VOTING),
        (NOON + 30 * DAY - TICK, Stage.VOTING),
        (NOON + 30 * DAY, Stage.COUNTING),
        (NOON + 35 * DAY, Stage.RESULTS),
        (NOON + 9_999 * DAY, Stage.RESULTS),
    ],
)
def test_the_stage_follows_from_the_windows(moment: datetime, stage: Stage) -> None:
    assert stage_at(WINDOWS, moment) is stage


def test_voting_is_open_to_the_last_microsecond_and_not_at_the_close() -> None:
    assert not is_open(Act.VOTE, WINDOWS, VOTING.opens - TICK)
    assert is_open(Act.VOTE, WINDOWS, VOTING.opens)
    assert is_open(Act.VOTE, WINDOWS, NOON + 30 * DAY - TICK)
    assert not is_open(Act.VOTE, WINDOWS, NOON + 30 * DAY)


def test_nobody_proposes_in_the_gap_after_proposing() -> None:
    assert is_open(Act.PROPOSE, WINDOWS, NOON + 10 * DAY - TICK)
    assert not is_open(Act.PROPOSE, WINDOWS, NOON + 10 * DAY)


def test_the_box_may_be_opened_after_the_close_and_never_before() -> None:
    assert not is_open(Act.OPEN_BOX, WINDOWS, NOON + 30 * DAY - TICK)
    assert is_open(Act.OPEN_BOX, WINDOWS, NOON + 30 * DAY)


def test_a_calendar_that_overlaps_or_runs_backwards_is_named() -> None:
    assert errors(WINDOWS) == []
    assert errors([PROPOSING, Window(Stage.VOTING, NOON + 9 * DAY, NOON + 12 * DAY)]) == [
        (Wrong.OVERLAPPING, Stage.PROPOSING, Stage.VOTING)
    ]
    assert errors([VOTING, Window(Stage.PROPOSING, NOON + 40 * DAY, None)]) == [
        (Wrong.BACKWARDS, Stage.VOTING, Stage.PROPOSING)
    ]


def test_every_stage_says_what_may_be_done() -> None:
    assert set(STAGES) == set(Stage)
    assert {act for about in STAGES.values() for act in about.acts} == set(Act)


def test_what_is_on_a_frozen_paper_is_not_decided_anew() -> None:
    reviewing = Window(Stage.REVIEWING, NOON + 10 * DAY, NOON + 15 * DAY)
    for hours in range(24 * 25):
        at = NOON + timedelta(hours=hours)
        windows = [PROPOSING, reviewing, VOTING]
        assert not (is_open(Act.FREEZE_PAPER, windows, at) and is_open(Act.DECIDE, windows, at))
    assert is_open(Act.FREEZE_PAPER, windows, NOON + 15 * DAY)


def test_results_stay_readable_between_their_window_and_the_building() -> None:
    short = Window(Stage.RESULTS, NOON + 35 * DAY, NOON + 40 * DAY)
    assert is_open(Act.SEE_RESULTS, [VOTING, short], NOON + 41 * DAY)
