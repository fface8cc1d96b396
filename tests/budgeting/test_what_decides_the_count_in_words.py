"""A resident reads before the vote what will decide the count, and after it what decided: the same words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgeting import rule_sentences
from tally import Rule
from tally.parameters import GREEDY, NAMES, PARAMETERS


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        (Rule(), ["one with the most votes first", "passed over", "greater number of votes, then a public lot."]),
        (Rule(ties=("listed",)), ["it goes by: the order of the ballot paper."]),
        (Rule(), ["A project that nobody chose can be funded too"]),
        (Rule(name="greedy-no-skip", minimum_votes=1), ["ends at the first project", "at least 1 vote."]),
        (Rule(name="greedy-threshold", minimum_votes=1500), ["passed over", "at least 1,500 votes."]),
        (Rule(name="greedy-threshold", cover="4/5"), ["at least 80% of its cost is left", "reserve"]),
        (Rule(minimum_of_ballots="1/8"), ["at least 12.50% of all ballots"]),
        (Rule(minimum_of_cost="1/3", rank_by="votes-per-cost"), ["most votes for its cost", "least 1/3 of its share"]),
        (Rule(rank_by="points", minimum_votes=50), ["the most points", "at least 50 points"]),
        (Rule(rank_by="points", minimum_votes=1), ["at least 1 point."]),
        (Rule(rank_by="points", minimum_of_ballots="1/2"), ["at least 50% as many points as there are ballots"]),
        (
            Rule(rank_by="points", minimum_of_cost="1/2"),
            ["points, divided by the number of ballots", "50% of its share"],
        ),
        (
            Rule(name="equal-shares", completion="add1", utility="cardinality"),
            ["equal share", "number of funded", "by €1 at"],
        ),
        (
            Rule(name="equal-shares", completion="add1-exhaustive", increment=5000),
            ["another project remains", "by €50 at"],
        ),
        (Rule(name="equal-shares", completion="add1u", compare=True), ["most votes that still fit", "compared"]),
        (Rule(name="equal-shares", utility="points"), ["points a voter gave", "stays unspent", "in proportion"]),
        (Rule(name="equal-shares", utility="points", completion="add1u"), ["the most points that still fit"]),
        (Rule(name="equal-shares", utility="points", compare=True), ["funding by most points"]),
        (Rule(name="phragmen"), ["steady pace"]),
    ],
)
def test_the_rule_is_told_in_words_with_everything_the_city_set(rule: Rule, parts: list[str]) -> None:
    text = " ".join(rule_sentences.rule(rule.to_dict(), "EUR", 100))
    assert [part for part in parts if part not in text] == []


OTHER = {  # for each parameter a value that is not the usual one
    "rank_by": "votes-per-cost",
    "minimum_votes": 37,
    "minimum_of_ballots": "1/8",
    "minimum_of_cost": "2/3",
    "cover": "4/5",
    "utility": "cardinality",
    "completion": "add1",
    "increment": 5000,
    "compare": True,
    "ties": ["max-votes", "lot"],
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("parameter", PARAMETERS)
def test_v13_no_parameter_is_set_without_a_word(name: str, parameter: str) -> None:
    if name not in PARAMETERS[parameter].rules:
        return
    needed = {"completion": "add1"} if parameter == "increment" else {}
    usual = Rule.of_contest(name, needed, scored=False)
    other = Rule.of_contest(name, needed | {parameter: OTHER[parameter]}, scored=False)
    assert rule_sentences.rule(other.to_dict(), "EUR", 100) != rule_sentences.rule(usual.to_dict(), "EUR", 100)


@given(st.sampled_from(GREEDY), st.integers(2, 10**12))
def test_a_minimum_is_told_in_figures(name: str, least: int) -> None:
    assert f"at least {least:,} votes." in " ".join(
        rule_sentences.rule(Rule(name=name, minimum_votes=least).to_dict(), "EUR", 100)
    )
