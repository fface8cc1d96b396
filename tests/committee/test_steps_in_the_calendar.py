"""Everybody reads the steps of a review in the calendar, and they move along when the review does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import localtime

from accounts.models import User
from audit.models import AuditEvent
from budgeting.calendar import Window
from budgeting.models import Cycle
from budgeting.stages import Stage
from budgeting.within import Part, shifts
from committee.calendar import Kind, StepWindow
from committee.models import Step
from committee.steps import set_steps
from tests.budgeting.set_up import form, phase
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import words_on

DAY = timedelta(days=1)
START = datetime(2027, 2, 3, tzinfo=UTC)


def review(first: int, last: int | None) -> list[Window]:
    return [Window(Stage.REVIEWING, START + first * DAY, None if last is None else START + last * DAY)]


def part(first: int, last: int) -> Part:
    return Part(Stage.REVIEWING, "Formal check", START + first * DAY, START + last * DAY)


@pytest.mark.parametrize(
    ("after", "days", "fits"),
    [
        (review(2, 32), 2, True),
        (review(-2, 28), None, True),  # still within: nothing moves
        (review(-5, 9), -5, True),
        (review(0, 8), -22, False),  # there is no room left
        ([], 0, False),
        (review(1, None), 1, True),
    ],
)
def test_parts_move_as_far_as_their_stage_and_only_where_they_have_to(after, days, fits) -> None:
    found = shifts([part(0, 10)], review(0, 30), after)
    assert [(shift.span, shift.fits) for shift in found] == ([] if days is None else [(days * DAY, fits)])


# On the pages --------------------------------------------------------------------------------------------------------


@kept
def opens(cycle: Cycle, clara: User) -> datetime:
    """When the review begins, whose formal check lasts ten days and whose assessment five."""
    opens = cycle.window(Stage.REVIEWING).opens
    dated = {Kind.FORMAL: (0, 10), Kind.ASSESSMENT: (10, 15)}
    steps = [StepWindow(kind, opens + first * DAY, opens + last * DAY) for kind, (first, last) in dated.items()]
    set_steps(cycle, steps, by_two=True, by=clara)
    return opens


@pytest.fixture
def set_up(clara: User) -> Client:
    clara.is_staff = clara.is_superuser = True
    clara.save()
    return signed_in(clara)


def moved(client: Client, cycle: Cycle, days: int, last: int | None = None, **more: object):
    """Save the cycle with its review `days` later, or its end alone `last` days later."""
    rows = []
    for each in cycle.phases.all():
        late = each.stage == "reviewing"
        ends = [
            each.opens + days * DAY * late,
            each.closes and each.closes + (days if last is None else last) * DAY * late,
        ]
        typed = [f"{localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else "" for moment in ends]
        rows.append(phase(each.stage, *typed, id=each.pk, cycle=cycle.pk))
    return client.post(f"/admin/budgeting/cycle/{cycle.pk}/change/", form(rows, reason="Many proposals.", **more))


def test_everybody_reads_them_in_the_calendar_with_the_one_that_is_on(client, cycle, opens, now) -> None:
    page = words_on(client.get("/2027/"))
    assert page.index("Reviewing now") < page.index("Formal check") < page.index("Assessment") < page.index("Voting")
    assert "Assessment Saturday 13 February, 09:00 (UTC+1) to Thursday 18 February, 09:00 (UTC+1)" in page
    entry = next(each for each in cycle.calendar(opens) if each.stage is Stage.REVIEWING)
    assert entry.part_of_now.name == "Formal check"


def test_a_review_that_moves_shows_what_moves_along_and_takes_it_with_it(set_up, cycle, opens, at) -> None:
    at("preparing")
    gap(cycle)
    answer = moved(set_up, cycle, 2)
    said = words_on(answer)
    assert answer.status_code == 200
    assert "Formal check: until now Wednesday 3 February 2027, 09:00 (UTC+1)" in said
    assert "then Friday 5 February 2027, 09:00 (UTC+1) to Monday 15 February 2027, 09:00 (UTC+1)" in said
    assert 'name="along" value="reviewing:172800" checked' in answer.text
    assert cycle.window(Stage.REVIEWING).opens == opens, "nothing is saved before it is agreed to"
    assert moved(set_up, cycle, 2, along="reviewing:172800").status_code == 302
    assert [step.opens for step in Step.objects.all()] == [opens + 2 * DAY, opens + 12 * DAY]
    assert Step.objects.get(kind="formal").by_two
    assert AuditEvent.objects.filter(action="steps set").last().facts["steps"]["formal"][0].startswith("2027-02-05")


@pytest.mark.parametrize("agreed", ["", "reviewing:86400", "voting:172800"])
def test_whoever_agrees_has_seen_this_very_move(set_up, cycle, opens, at, agreed) -> None:
    at("preparing")
    gap(cycle)
    assert "Not saved yet" in words_on(moved(set_up, cycle, 2, along=agreed))
    assert Step.objects.first().opens == opens


def test_a_review_made_too_short_for_its_steps_is_refused(set_up, cycle, opens, at) -> None:
    at("preparing")
    said = words_on(moved(set_up, cycle, 0, last=-20, along="reviewing:-1728000"))
    assert "These would lie outside “Reviewing”: Assessment." in said, "the formal check lies within"
    assert Step.objects.count() == 2


def test_a_review_made_longer_leaves_its_steps(set_up, cycle, opens, at) -> None:
    at("preparing")
    assert moved(set_up, cycle, 0, last=-2).status_code == 302
    assert Step.objects.first().opens == opens


def gap(cycle: Cycle) -> None:
    """Two days' room after the review."""
    cycle.phases.filter(stage="reviewing").update(closes=cycle.window(Stage.REVIEWING).closes - 3 * DAY)
