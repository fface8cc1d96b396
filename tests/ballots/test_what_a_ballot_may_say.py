"""T-36: what a ballot may say, and that every ballot of a contest is as long as any other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots import marks
from ballots.models import BallotPaper
from budgeting.models import Contest

SIZE = 12
some_choices = st.dictionaries(st.integers(1, SIZE), st.integers(1, marks.MOST_POINTS), max_size=SIZE)


@given(some_choices)
def test_a_ballot_reads_back_as_it_was_written(choices: dict[int, int]) -> None:
    assert marks.decode(marks.encode(choices, SIZE), SIZE) == choices
    assert marks.from_text(marks.as_text(choices)) == choices


@given(some_choices, some_choices)
def test_every_ballot_of_a_contest_has_the_same_length(one: dict[int, int], other: dict[int, int]) -> None:
    assert len(marks.encode(one, SIZE)) == len(marks.encode(other, SIZE)) == marks.length(SIZE)


def test_equal_ballots_never_look_alike() -> None:
    assert marks.encode({1: 1}, SIZE) != marks.encode({1: 1}, SIZE)


def test_the_canonical_form_has_one_order() -> None:
    assert marks.as_text({7: 1, 3: 1}) == marks.as_text({3: 1, 7: 1}) == "3:1 7:1"
    assert marks.as_text({}) == ""


@given(st.binary(max_size=60))
def test_nothing_else_reads_as_a_ballot(plain: bytes) -> None:
    if len(plain) != marks.length(SIZE) or plain[:1] != b"\x01":
        with pytest.raises(marks.BallotDecodeError):
            marks.decode(plain, SIZE)


def test_a_blank_ballot_is_a_vote_in_every_style(riverside_paper: BallotPaper) -> None:
    for style in Contest.BallotStyle:
        riverside_paper.contest.ballot_style = style
        assert marks.errors({}, riverside_paper) == []


def test_up_to_k_projects_can_be_approved(riverside_paper: BallotPaper) -> None:
    riverside_paper.contest.most_choices = 3
    assert marks.errors({1: 1, 2: 1, 3: 1}, riverside_paper) == []
    assert marks.errors({1: 1, 2: 1, 3: 1, 4: 1}, riverside_paper) == ["You chose 4 projects; you can choose up to 3."]


def test_a_project_that_is_not_on_the_paper_cannot_be_chosen(riverside_paper: BallotPaper) -> None:
    for stranger in (0, -1, 7, 10**30):
        assert marks.errors({stranger: 1}, riverside_paper) == ["A project is not on this ballot paper."]


def test_a_project_is_approved_once(riverside_paper: BallotPaper) -> None:
    assert marks.errors({1: 2}, riverside_paper) == ["A project can be chosen once."]
    for points in (0, -1, marks.MOST_POINTS + 1, 10**30):
        assert marks.errors({1: points}, riverside_paper) == ["Points are whole numbers above zero."]
    contest = riverside_paper.contest
    contest.ballot_style, contest.points = Contest.BallotStyle.POINTS, 0xFFFF
    assert marks.errors({1: 0xFFFF}, riverside_paper) == []


def test_a_knapsack_fits_the_budget_exactly_and_not_a_cent_more(riverside_paper: BallotPaper) -> None:
    contest = riverside_paper.contest
    contest.ballot_style, contest.budget = Contest.BallotStyle.KNAPSACK, 210_000_00
    assert marks.errors({1: 1, 2: 1}, riverside_paper) == []
    contest.budget -= 1
    assert marks.errors({1: 1, 2: 1}, riverside_paper) == ["Your projects cost €0.01 more than the budget."]


def test_points_are_shared_out(riverside_paper: BallotPaper) -> None:
    contest = riverside_paper.contest
    contest.ballot_style, contest.points, contest.most_points = Contest.BallotStyle.POINTS, 10, 6
    assert marks.errors({1: 6, 2: 4}, riverside_paper) == []
    assert marks.errors({1: 6, 2: 5}, riverside_paper) == ["You gave 11 points; there are 10."]
    assert marks.errors({1: 7}, riverside_paper) == ["A project can have up to 6 points."]


def test_a_ranking_has_no_gaps(riverside_paper: BallotPaper) -> None:
    riverside_paper.contest.ballot_style = Contest.BallotStyle.RANKING
    assert marks.errors({4: 3, 1: 2, 6: 1}, riverside_paper) == []
    assert marks.errors({4: 3, 1: 1}, riverside_paper) == ["Each place is given to one project, without gaps."]
    assert marks.errors({4: 1, 1: 1}, riverside_paper) == ["Each place is given to one project, without gaps."]
