"""Whatever is written down as a rule is either refused at once, in a sentence, or can be counted to the end."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import Ballot, Election, NotCountable, Project, Rule, count
from tally.parameters import COMPLETIONS, GREEDY, NAMES, PARAMETERS, RANKINGS, TIE_KEYS, UTILITIES


@pytest.mark.parametrize(
    ("name", "parameters", "told"),
    [
        ("greedy", {"minimum_of_ballots": 0.1}, "0.1 is not a share for minimum_of_ballots"),
        ("greedy", {"minimum_of_ballots": "50%"}, "50% is not a share"),
        ("greedy", {"minimum_of_ballots": 0}, "0 is not a share"),
        ("greedy", {"minimum_of_ballots": "3/2"}, "3/2 is not a share"),
        ("greedy", {"minimum_of_ballots": "1e-999999999"}, "is not a share"),
        ("greedy", {"minimum_of_ballots": True}, "True is not a share"),
        ("greedy", {"minimum_of_ballots": "١/٢"}, "is not a share"),
        ("greedy", {"minimum_vote": 5}, "A counting rule has no minimum_vote."),
        ("greedy", {"nonsense": 3}, "A counting rule has no nonsense."),
        ("greedy", {"minimum_votes": "100"}, "minimum_votes takes whole numbers, not 100."),
        ("greedy", {"minimum_votes": True}, "takes whole numbers, not True"),
        ("greedy", {"minimum_votes": 1e3}, "takes whole numbers, not 1000.0"),
        ("greedy", {"minimum_votes": float("nan")}, "takes whole numbers, not nan"),
        ("greedy", {"minimum_votes": -1}, "at least 0 and at most 1000000000000, not -1"),
        ("greedy", {"minimum_votes": 10**400}, "at most 1000000000000"),
        ("greedy", {"minimum_votes": None}, "minimum_votes has no value"),
        ("greedy", {"minimum_votes": [1]}, "takes whole numbers"),
        ("greedy", {"cover": "4/5"}, "cover goes with greedy-no-skip, greedy-threshold."),
        ("greedy-threshold", {"cover": 0.8}, "0.8 is not a share for cover"),
        ("greedy", {"ties": "lot"}, "lot is not a known order for ties"),
        ("greedy", {"ties": 5}, "5 is not a known order for ties"),
        ("greedy", {"ties": []}, "ends with what always decides: lot, listed, id"),
        ("greedy", {"ties": ["min-cost"]}, "ends with what always decides"),
        ("greedy", {"ties": ["lot", "min-cost"]}, "ends with what always decides"),
        ("greedy", {"ties": ["min-cost", "min-cost", "lot"]}, "each once"),
        ("greedy", {"ties": [["lot"]]}, "is not a known order for ties"),
        ("greedy", {"ties": ["cost"]}, "cost is not a known order for ties"),
        ("greedy", {"rank_by": "score"}, "score is not a known rank_by"),
        ("greedy", {"rank_by": ["votes"]}, "is not a known rank_by"),
        ("greedy", {"utility": "cost"}, "utility goes with equal-shares."),
        ("greedy", {"completion": "add1"}, "completion goes with equal-shares."),
        ("greedy", {"compare": True}, "compare goes with equal-shares."),
        ("greedy", {"name": "phragmen"}, "A counting rule has no name."),
        ("greedy", {"seed": 7}, "A counting rule has no seed."),
        ("equal-shares", {"rank_by": "votes"}, "rank_by goes with greedy"),
        ("equal-shares", {"cover": "4/5"}, "cover goes with greedy-no-skip"),
        ("equal-shares", {"compare": "no"}, "compare is true or false, not no."),
        ("equal-shares", {"completion": "add-one"}, "add-one is not a known completion"),
        ("equal-shares", {"increment": 5}, "increment goes with completion add1"),
        ("equal-shares", {"completion": "add1", "increment": 0}, "increment is at least 1"),
        ("phragmen", {"utility": "cost"}, "utility goes with equal-shares."),
        ("greedy", [1], "not a known set of parameters"),
        ("greedy", "greedy", "not a known set of parameters"),
        ("greedy", 5, "not a known set of parameters"),
        ("greedy", {"a\x00": 1}, r"has no 'a\\x00'"),
        ("dictator", {}, "dictator is not a known counting rule"),
    ],
)
def test_v1_c2_h2_i2_what_cannot_be_counted_is_refused_in_one_sentence(name, parameters, told):
    with pytest.raises(NotCountable, match=told):
        Rule.of_contest(name, parameters, scored=False)


@pytest.mark.parametrize("seed", [7, "", "\ud800", ["a"]])
def test_v1_a_seed_that_cannot_be_hashed_is_refused(seed):
    with pytest.raises(NotCountable, match="seed of the lot is a text"):
        Rule(seed=seed)


@pytest.mark.parametrize(
    ("name", "parameters", "told"),
    [
        ("phragmen", {}, "phragmen does not go with these ballots"),
        ("greedy", {"rank_by": "votes"}, "votes does not go with these ballots; points would"),
        ("greedy", {"rank_by": "votes-per-cost"}, "points would"),
        ("equal-shares", {"utility": "cost"}, "cost does not go with these ballots; points would"),
        ("equal-shares", {"utility": "cardinality"}, "points would"),
    ],
)
def test_v12_what_would_throw_points_away_is_refused(name, parameters, told):
    with pytest.raises(NotCountable, match=told):
        Rule.of_contest(name, parameters, scored=True)
    assert Rule.of_contest(name, parameters, scored=False).measure == "votes"


def test_v12_ballots_that_only_mark_have_no_points_to_go_by():
    for name, parameters in {"greedy": {"rank_by": "points"}, "equal-shares": {"utility": "points"}}.items():
        with pytest.raises(NotCountable, match="points does not go with these ballots"):
            Rule.of_contest(name, parameters, scored=False)


def test_v12_equal_shares_weighs_points():
    """Nine of ten give the second project nine points each; the first is on all ballots, and on none has more than one.

    The nine alone cannot pay for it from the first shares; with add-one they can, and then points decide.
    """
    projects = [Project("1", 100), Project("2", 100)]
    election = Election(projects, [Ballot({"1": 1, "2": 9}, 9), Ballot({"1": 1})], 100)
    rule = Rule.of_contest("equal-shares", {"completion": "add1"}, scored=True)
    assert (rule.utility, rule.measure) == ("points", "points")
    assert count(election, rule).winners == ("2",)
    assert count(election, Rule(name="equal-shares", completion="add1", ties=("listed",))).winners == ("1",)
    compared = Rule.of_contest("equal-shares", {"compare": True}, scored=True)
    assert count(election, compared).comparison == {"prefer_equal_shares": 1, "prefer_greedy": 9, "kept": "greedy"}
    assert count(election, compared).winners == ("2",)


def test_what_is_not_said_is_what_is_usual():
    assert Rule.of_contest("greedy", {}, scored=False).to_dict() == {
        "name": "greedy",
        "rank_by": "votes",
        "minimum_votes": 1,
        "ties": ["min-cost", "max-votes", "lot"],
    }
    assert Rule.of_contest("greedy", {}, scored=True).rank_by == "points"
    rule = Rule.of_contest("greedy-threshold", {"cover": "0.80", "minimum_votes": 0}, scored=False)
    assert rule.set_apart(scored=False) == {"cover": "4/5", "minimum_votes": 0}


def test_what_an_earlier_version_stored_is_still_read():
    """It wrote every setting with every rule."""
    stored = {"rank_by": "votes", "minimum_votes": 5, "utility": "cost", "completion": "none", "compare": False}
    rule = Rule.of_contest("greedy", stored | {"ties": ["listed"]}, scored=False)
    assert rule == Rule(minimum_votes=5, ties=("listed",))
    assert Rule.from_dict(stored | {"name": "phragmen", "ties": ["listed"]}).name == "phragmen"
    with pytest.raises(NotCountable, match="compare goes with"):
        Rule.of_contest("greedy", stored | {"ties": ["listed"], "compare": True}, scored=False)


def test_everything_a_rule_has_is_declared():
    assert Rule.__dataclass_fields__.keys() == {"name", *PARAMETERS, "seed"}
    assert {rule for parameter in PARAMETERS.values() for rule in parameter.rules} == set(NAMES)


# Whatever it is ------------------------------------------------------------------------------------------------------

MEANT = {
    "rank_by": st.sampled_from(RANKINGS),
    "minimum_votes": st.integers(0, 12),
    "minimum_of_ballots": st.sampled_from(["1/5", "0.5", 1]),
    "minimum_of_cost": st.sampled_from(["1/3", "0.25"]),
    "cover": st.sampled_from(["4/5", "0.1", 1]),
    "utility": st.sampled_from(UTILITIES),
    "completion": st.sampled_from(COMPLETIONS),
    "increment": st.sampled_from([1, 3, 1000]),
    "compare": st.booleans(),
    "ties": st.lists(st.sampled_from(TIE_KEYS), max_size=4),
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def parameters(draw):
    """Mostly something a clerk might mean; now and then anything JSON can say."""
    if draw(st.integers(0, 9)) == 0:
        return draw(ANYTHING)
    names = draw(st.lists(st.sampled_from([*MEANT]), unique=True, max_size=3))
    return {name: draw(ANYTHING if draw(st.integers(0, 9)) == 0 else MEANT[name]) for name in names}


def small_elections(scored):
    """Without a ballot, with one, with nothing but equals, and one like any other."""
    projects = [Project(str(number), cost) for number, cost in enumerate([60, 60, 50, 40, 40], start=1)]
    one = Ballot({"1": 3, "2": 1} if scored else {"1": 1, "2": 1})
    even = [Ballot({str(number): 2 if scored else 1}, 3) for number in range(1, 6)]
    mixed = [one, Ballot({"3": 1, "4": 1}, 4), Ballot({"2": 1, "5": 1}, 2), Ballot({}, 2)]
    return [Election(projects, ballots, 130, unit=10) for ballots in ([], [one], even, mixed)]


@given(st.sampled_from(NAMES), parameters(), st.booleans())
def test_whatever_is_set_is_refused_or_can_be_counted(name, parameters, scored):
    try:
        rule = Rule.of_contest(name, parameters, scored=scored)
    except NotCountable:
        return
    assert Rule.of_contest(name, rule.set_apart(scored=scored), scored=scored) == rule
    assert Rule.from_dict(rule.to_dict()) == rule
    drawn = Rule.from_dict(rule.to_dict() | {"seed": "4 8 15"})
    for election in small_elections(scored):
        outcome = count(election, drawn)
        assert set(outcome.reasons) == {"1", "2", "3", "4", "5"}
        assert outcome.rule == drawn


@given(st.sampled_from(GREEDY), st.fractions(0, 1, max_denominator=1000))
def test_a_share_is_kept_exactly(name, share):
    if share:
        assert Rule(name=name, minimum_of_ballots=str(share)).minimum_of_ballots == Fraction(share)
