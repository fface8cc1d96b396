"""A resident reads why a project won or did not, in words and without having to know the rule."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from results import sentences
from tally import Ballot, Election, Project, Rule, count, outcome

NAMES = {"1": "Benches by the river", "2": "A new playground", "3": "Trees in Mill Street", "4": "A skate park"}


def election(budget: int = 1000_00) -> Election:
    projects = [Project("1", 200_00), Project("2", 700_00), Project("3", 300_00), Project("4", 300_00)]
    ballots = [
        Ballot.approving("1", count=50),
        Ballot.approving("2", count=40),
        Ballot.approving("3", count=30),
        Ballot.approving("4", count=12),
    ]
    return Election(projects, ballots, budget)


def told(rule: Rule, project: str, budget: int = 1000_00) -> str:
    reason = count(election(budget), rule).reasons[project]
    return f"{sentences.why(reason, NAMES, 'EUR')} {sentences.nearness(reason, 'EUR')}".strip()


def test_every_reason_of_the_count_has_its_sentence() -> None:
    source = Path(outcome.__file__).read_text()
    table = source[source.index("Reason = ") : source.index("A loser also has")]
    documented = re.findall(r"^(\w+) {2,}\w", table, re.MULTILINE)
    assert len(documented) >= 9
    assert set(sentences.WHY) == set(documented)


def test_a_winner_reads_when_it_won_and_what_was_left() -> None:
    assert told(Rule(), "1") == "Funded in round 1; €800 was left after it."


def test_a_project_that_cost_too_much_reads_what_was_missing() -> None:
    assert told(Rule(), "3") == (
        "It costs €300; when its turn came, €100 was left. "
        "It would have been funded with 10 more votes or at a cost of €100 or less."
    )


def test_a_project_below_the_minimum_reads_how_many_votes_it_needed() -> None:
    assert told(Rule(minimum_votes=20), "4") == "It had 12 of the 20 votes a project needs."


def test_a_project_after_the_end_of_the_count_reads_where_it_ended() -> None:
    assert told(Rule(name="greedy-no-skip"), "4", 1000_00).startswith(
        "The count had ended before its turn, at “Trees in Mill Street”, the first project that did not fit."
    )


def test_a_project_paid_in_part_from_the_reserve_says_so() -> None:
    reason = count(election(1150_00), Rule(name="greedy-threshold", cover="4/5")).reasons["3"]
    assert sentences.why(reason, NAMES, "EUR") == (
        "Funded, with €50 from the city's reserve: it was the first that did not fit, and enough was left."
    )


def test_a_project_that_lost_a_tie_reads_to_which_and_by_what() -> None:
    equals = Election(
        [Project("1", 600_00), Project("2", 700_00)],
        [Ballot.approving("1", count=5), Ballot.approving("2", count=5)],
        1000_00,
    )
    outcome = count(equals, Rule())
    assert sentences.why(outcome.reasons["2"], NAMES, "EUR") == (
        "It was equal with “Benches by the river” and came after by the lower cost. It costs €700; €400 was left."
    )
    assert sentences.tie(outcome.ties[0], NAMES) == (
        "Equal: “Benches by the river” and “A new playground”; they went in this order, decided by the lower cost. "
        "Another order would have changed what is funded."
    )


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ({"code": "excluded", "by": "2"}, "Only one of a group can win, and “A new playground” did."),
        ({"code": "no_votes"}, "Nobody chose it."),
        ({"code": "withdrawn"}, "It was withdrawn after the ballot paper was frozen, and could not win."),
        ({"code": "funded", "round": 1, "cost": 5}, "Funded."),
        (
            {
                "code": "supporters_spent",
                "cost": 900_00,
                "left": 250_50,
                "spent_on": [{"project": "1", "amount": 100_00}, {"project": "2", "amount": 200_17}],
            },
            "It costs €900; those who chose it had €250 of their shares left. They had paid most for “A "
            "new playground”: €200.",
        ),
        (
            {"code": "supporters_spent", "cost": 900_00, "left": 0},
            "It costs €900; those who chose it had €0 of their shares left.",
        ),
        (
            {"code": "below_minimum", "points": 1200, "minimum": 2000},
            "It had 1,200 of the 2,000 points a project needs.",
        ),
    ],
)
def test_the_rarer_reasons_read_well_too(reason: dict, sentence: str) -> None:
    assert sentences.why(reason, NAMES, "EUR") == sentence


def test_amounts_in_a_sentence_are_written_as_the_language_writes_them() -> None:
    with translation.override("fr"):
        assert "1\u202f234,50\xa0€" in sentences.why(
            {"code": "too_expensive", "cost": 1234_50, "left": 0}, NAMES, "EUR"
        )
