"""A clerk sets the steps of a review, and what may be done follows them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import localtime

from audit.models import AuditEvent
from budgeting.calendar import Window
from budgeting.models import Cycle
from budgeting.stages import Stage
from committee import motions
from committee.calendar import Kind, StepWindow, Wrong, decides_from, errors, step_at
from committee.models import Motion, Step
from lib.refusal import Refused
from tests.cast import signed_in
from tests.papers import words_on

DAY = timedelta(days=1)
START = datetime(2027, 2, 3, tzinfo=UTC)
REVIEW = Window(Stage.REVIEWING, START, START + 30 * DAY)
STEPS = "/desk/2027/committee/steps/"


def step(kind: Kind, first: int, last: int) -> StepWindow:
    return StepWindow(kind, START + first * DAY, START + last * DAY)


THREE = [step(Kind.FORMAL, 0, 10), step(Kind.ASSESSMENT, 10, 20), step(Kind.DECISION, 20, 30)]


# The arithmetic ------------------------------------------------------------------------------------------------------


def test_a_step_is_on_from_its_opening_to_before_its_close() -> None:
    second = timedelta(seconds=1)
    steps = [step(Kind.FORMAL, 1, 10), step(Kind.DECISION, 12, 20)]
    moments = (0 * DAY, 1 * DAY, 10 * DAY - second, 10 * DAY, 12 * DAY)
    on = [step_at(steps, START + moment) for moment in moments]
    assert on == [None, Kind.FORMAL, Kind.FORMAL, None, Kind.DECISION]


@pytest.mark.parametrize(
    ("steps", "days"),
    [
        ([], None),
        (THREE, 20),
        (THREE[:2], 20),
        (THREE[:1], 10),
        (THREE[2:], 20),
    ],
)
def test_decisions_begin_with_their_step_else_after_the_last_before_it(steps, days) -> None:
    assert decides_from(steps) == (None if days is None else START + days * DAY)


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        (THREE, []),
        ([step(Kind.FORMAL, -1, 3)], [Wrong.OUTSIDE]),
        ([step(Kind.DECISION, 3, 31)], [Wrong.OUTSIDE]),
        ([step(Kind.FORMAL, 3, 3)], [Wrong.EMPTY]),
        ([step(Kind.FORMAL, 10, 12), step(Kind.DECISION, 2, 5)], [Wrong.BACKWARDS]),
        ([step(Kind.FORMAL, 1, 12), step(Kind.DECISION, 11, 20)], [Wrong.OVERLAPPING]),
        ([step(Kind.FORMAL, 1, 11), step(Kind.DECISION, 11, 20)], []),
    ],
)
def test_what_is_wrong_with_steps(steps, wrong) -> None:
    assert [each for each, _first, _second in errors(steps, REVIEW)] == wrong


def test_without_a_review_there_is_no_place_for_a_step() -> None:
    assert [wrong for wrong, *_ in errors(THREE[:1], None)] == [Wrong.OUTSIDE]


def test_a_review_without_end_holds_any_step_after_its_beginning() -> None:
    assert errors(THREE, Window(Stage.REVIEWING, START, None)) == []


# On the desk ---------------------------------------------------------------------------------------------------------


def typed(cycle: Cycle, **days: tuple[int, int]) -> dict[str, str]:
    """What a clerk types: days after the beginning of the review."""
    opens = cycle.window(Stage.REVIEWING).opens
    ends = {
        f"{kind}_{end}": opens + day * DAY
        for kind, both in days.items()
        for end, day in zip(("opens", "closes"), both, strict=True)
    }
    return {
        f"{name}_{part}": value
        for name, moment in ends.items()
        for part, value in enumerate((f"{localtime(moment):%Y-%m-%d}", f"{localtime(moment):%H:%M}"))
    }


def test_a_clerk_sets_them_and_members_decide_from_then_on(proposal, cycle, clara, three, now) -> None:
    answer = signed_in(clara).post(STEPS, typed(cycle, formal=(0, 16), decision=(20, 30)), follow=True)
    assert "The steps of the review are set." in words_on(answer)
    assert {each.kind for each in Step.objects.all()} == {"formal", "decision"}
    assert AuditEvent.objects.get(action="steps set").facts["steps"].keys() == {"formal", "decision"}
    with pytest.raises(Refused, match="from Tuesday 23 February"):
        motions.move(proposal, by=three[0], at=now, outcome="reject", reason="No room.")
    page = words_on(signed_in(three[0]).get(f"{proposal.get_absolute_url()}decision/"))
    assert "Decisions are put to the vote from" in page
    assert "Put it to the vote" not in page
    begins = cycle.window(Stage.REVIEWING).opens + 20 * DAY
    motions.move(proposal, by=three[0], at=begins, outcome="reject", reason="No room.")
    assert Motion.objects.exists()


def test_a_correction_is_asked_before_the_step_of_decisions(proposal, cycle, clara, martin, now) -> None:
    signed_in(clara).post(STEPS, typed(cycle, decision=(20, 30)))
    asked = {"asked": "Say who looks after it."}
    answer = signed_in(martin).post(f"{proposal.get_absolute_url()}correction/", asked)
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"formal": (0, 31)}, "“Formal check” has to lie within the review."),
        ({"formal": (5, 5)}, "“Formal check” has to open before it closes."),
        ({"formal": (9, 12), "assessment": (3, 6)}, "“Assessment” comes after “Formal check”"),
        ({"formal": (0, 12), "assessment": (11, 20)}, "“Formal check” is still on when “Assessment” opens."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_stays_typed(cycle, clara, now, days, sentence) -> None:
    answer = signed_in(clara).post(STEPS, typed(cycle, **days))
    assert answer.status_code == 422
    assert sentence in words_on(answer)
    assert typed(cycle, **days)["formal_closes_0"] in answer.text
    assert not Step.objects.exists()


def test_half_a_step_is_none(cycle, clara, now) -> None:
    days = {name: value for name, value in typed(cycle, formal=(0, 10)).items() if "closes" not in name}
    answer = signed_in(clara).post(STEPS, days)
    assert "A step has a beginning and an end, or neither." in words_on(answer)


def test_left_empty_there_are_none_and_all_is_as_before(proposal, cycle, clara, three, now) -> None:
    signed_in(clara).post(STEPS, typed(cycle, decision=(20, 30)))
    signed_in(clara).post(STEPS, {})
    assert not Step.objects.exists()
    motions.move(proposal, by=three[0], at=now, outcome="reject", reason="No room.")


def test_a_review_that_was_moved_away_from_its_steps_says_so(cycle, clara, now) -> None:
    signed_in(clara).post(STEPS, typed(cycle, formal=(0, 10)))
    review = cycle.phases.get(stage="reviewing")
    review.opens += 2 * DAY
    review.save()
    assert "“Formal check” has to lie within the review." in words_on(signed_in(clara).get(STEPS))


def test_two_confirm_a_formal_check_that_there_is(cycle, clara, now) -> None:
    answer = signed_in(clara).post(STEPS, {"by_two": "on"})
    assert answer.status_code == 422
    assert "give it its dates" in words_on(answer)
