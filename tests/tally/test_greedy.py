"""A clerk counts by the greedy rules, and every project is told why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import Ballot, Election, Project, Rule, UnresolvedTie, count, lot


def approvals(costs, votes, budget, **more):
    """An election with these costs and as many ballots for each project as said."""
    projects = [Project(name, cost, **more.get(name, {})) for name, cost in costs.items()]
    ballots = [Ballot.approving(name, count=number) for name, number in votes.items() if number]
    return Election(projects, ballots, budget)


def test_greedy_passes_over_what_does_not_fit():
    election = approvals({"park": 60, "pool": 50, "bench": 40}, {"park": 9, "pool": 5, "bench": 3}, 100)
    outcome = count(election, Rule())
    assert outcome.winners == ("park", "bench")
    assert outcome.spent == 100
    assert outcome.reasons["park"] == {"code": "funded", "round": 1, "cost": 60, "left": 40}
    assert outcome.reasons["pool"] == {
        "code": "too_expensive", "cost": 50, "left": 40, "votes": 5, "needed_votes": 9, "cost_to_win": 40,
    }  # fmt: skip


def test_greedy_no_skip_stops_at_the_first_that_does_not_fit():
    election = approvals({"park": 60, "pool": 50, "bench": 40}, {"park": 9, "pool": 5, "bench": 3}, 100)
    outcome = count(election, Rule(name="greedy-no-skip"))
    assert outcome.winners == ("park",)
    assert outcome.reasons["pool"]["code"] == "too_expensive"
    assert outcome.reasons["bench"] == {
        "code": "after_stop", "stopped_by": "pool", "cost": 40, "votes": 3, "needed_votes": 5,
    }  # fmt: skip


@pytest.mark.parametrize(("cost", "funded"), [(50, True), (51, False)])
def test_the_first_misfit_is_funded_if_exactly_four_fifths_are_covered(cost, funded):
    election = approvals({"park": 60, "pool": cost, "bench": 10}, {"park": 9, "pool": 5, "bench": 3}, 100)
    outcome = count(election, Rule(name="greedy-no-skip", cover="0.8"))
    assert count(election, Rule(name="greedy-threshold", cover="4/5")).winners == outcome.winners
    assert outcome.winners == (("park", "pool") if funded else ("park",))
    if funded:
        assert outcome.reasons["pool"] == {"code": "funded", "round": 2, "cost": 50, "left": 0, "reserve": 10}
    else:
        assert outcome.reasons["pool"]["cost_to_win"] == 50


def test_reaching_the_minimum_exactly_is_enough():
    election = approvals({"park": 10, "pool": 10}, {"park": 5, "pool": 4}, 100)
    outcome = count(election, Rule(minimum_votes=5))
    assert outcome.winners == ("park",)
    assert outcome.reasons["pool"] == {"code": "below_minimum", "votes": 4, "minimum": 5}
    assert count(election, Rule(minimum_of_ballots="5/9")).winners == ("park",)
    assert count(election, Rule(minimum_of_ballots="4/9")).winners == ("park", "pool")


def test_a_minimum_can_grow_with_the_cost():
    """Swiecie 2023: votes / ballots >= cost / (3 x budget)."""
    election = approvals({"park": 90, "pool": 91}, {"park": 3, "pool": 3, "bench": 0}, 60)
    minimum = Rule(minimum_of_cost="1/3")
    assert count(election, minimum).reasons["park"]["code"] == "too_expensive"
    assert count(election, minimum).reasons["pool"] == {"code": "below_minimum", "votes": 3, "minimum": 4}


def test_of_an_exclusive_group_only_the_first_wins():
    groups = {"pool": {"group": "square"}, "park": {"group": "square"}}
    election = approvals({"park": 60, "pool": 30, "bench": 40}, {"park": 9, "pool": 5, "bench": 3}, 200, **groups)
    outcome = count(election, Rule())
    assert outcome.winners == ("park", "bench")
    assert outcome.reasons["pool"] == {
        "code": "excluded", "by": "park", "cost": 30, "votes": 5, "needed_votes": 9,
    }  # fmt: skip


def test_an_excluded_project_does_not_stop_the_count():
    groups = {"pool": {"group": "square"}, "park": {"group": "square"}}
    election = approvals({"park": 60, "pool": 90, "bench": 40}, {"park": 9, "pool": 5, "bench": 3}, 100, **groups)
    assert count(election, Rule(name="greedy-no-skip")).winners == ("park", "bench")


def test_a_withdrawn_project_neither_wins_nor_stops():
    election = approvals({"park": 999, "bench": 40}, {"park": 9, "bench": 3}, 100, park={"withdrawn": True})
    outcome = count(election, Rule(name="greedy-no-skip"))
    assert outcome.winners == ("bench",)
    assert outcome.reasons["park"] == {"code": "withdrawn"}


def test_votes_per_cost_puts_the_cheap_first():
    election = approvals({"park": 100, "bench": 10}, {"park": 9, "bench": 3}, 100)
    outcome = count(election, Rule(rank_by="votes-per-cost"))
    assert outcome.winners == ("bench",)
    # 31 votes are more per cost than 3 for 10; at a cost of 90 it still fits behind the bench.
    assert outcome.reasons["park"]["needed_votes"] == 31
    assert outcome.reasons["park"]["cost_to_win"] == 90


def test_points_decide_where_the_rule_goes_by_points():
    ballots = [Ballot({"park": 1}, 3), Ballot({"bench": 4})]
    election = Election([Project("park", 100), Project("bench", 100)], ballots, 100)
    assert count(election, Rule()).winners == ("park",)
    assert count(election, Rule(rank_by="points")).winners == ("bench",)
    assert count(election, Rule(rank_by="points")).totals == {
        "votes": {"park": 3, "bench": 1},
        "points": {"park": 3, "bench": 4},
    }


def test_what_a_loser_lacked_is_enough_to_win():
    election = approvals({"a": 50, "b": 45, "c": 30, "d": 25, "e": 20}, {"a": 9, "b": 7, "c": 6, "d": 4, "e": 2}, 100)
    for name in ("greedy", "greedy-no-skip"):
        reasons = count(election, Rule(name=name)).reasons
        for loser, reason in reasons.items():
            if reason["code"] == "funded":
                continue
            costs = {project.id: project.cost for project in election.projects}
            votes = {"a": 9, "b": 7, "c": 6, "d": 4, "e": 2}
            more = approvals(costs, votes | {loser: reason["needed_votes"]}, 100)
            assert loser in count(more, Rule(name=name)).winners
            if "cost_to_win" in reason:
                assert (
                    loser
                    in count(approvals(costs | {loser: reason["cost_to_win"]}, votes, 100), Rule(name=name)).winners
                )
                dearer = approvals(costs | {loser: reason["cost_to_win"] + 1}, votes, 100)
                assert loser not in count(dearer, Rule(name=name)).winners


def wins(loser, costs, votes, budget, rule):
    """Whether it would be funded, and nothing left to a lot that nobody has announced."""
    try:
        return loser in count(approvals(costs, votes, budget), rule).winners
    except UnresolvedTie:
        return False


@pytest.mark.parametrize(("seed", "needed"), [("d", 5), ("a", 6)])
def test_as_many_votes_are_enough_where_the_tie_would_be_its_own(seed, needed):
    """The public lot puts one of two projects first, of which only one can be funded."""
    costs, votes = {"park": 50, "pool": 50}, {"park": 5, "pool": 4}
    first = min(costs, key=lambda project: lot(seed, project))
    assert (first == "pool") == (needed == 5)
    rule = Rule(ties=("lot",), seed=seed)
    assert count(approvals(costs, votes, 60), rule).reasons["pool"]["needed_votes"] == needed
    assert wins("pool", costs, votes | {"pool": needed}, 60, rule)
    assert not wins("pool", costs, votes | {"pool": needed - 1}, 60, rule)


def test_without_a_lot_a_tie_is_nobodys_own():
    costs, votes = {"park": 50, "pool": 50}, {"park": 5, "pool": 4}
    assert count(approvals(costs, votes, 60), Rule()).reasons["pool"]["needed_votes"] == 6


def test_a_loser_of_a_tie_wins_it_once_it_is_the_cheaper():
    costs, votes = {"park": 50, "pool": 40}, {"park": 5, "pool": 5}
    reason = count(approvals(costs, votes, 60), Rule()).reasons["park"]
    assert reason["cost_to_win"] == 39
    assert wins("park", costs | {"park": 39}, votes, 60, Rule())
    assert not wins("park", costs | {"park": 40}, votes, 60, Rule())


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 5, 10, 10, 20, 33]), st.integers(1, 6)), min_size=2, max_size=6),
    st.integers(1, 60),
    st.sampled_from(["votes", "votes-per-cost"]),
    st.sampled_from(["greedy", "greedy-no-skip"]),
    st.sampled_from([("id",), ("max-votes", "listed"), ("min-cost", "max-votes", "lot"), ("lot",)]),
    st.sampled_from(["17 23 42", "zażółć"]),
)
def test_what_a_loser_lacked_is_exactly_what_it_takes(projects, budget, rank_by, name, ties, seed):
    """With one vote less, or a cost one higher, it would have lost all the same."""
    costs = {f"p{number}": cost for number, (cost, _) in enumerate(projects)}
    votes = {f"p{number}": most for number, (_, most) in enumerate(projects)}
    rule = Rule(name=name, rank_by=rank_by, ties=ties, seed=seed)
    for loser, reason in count(approvals(costs, votes, budget), rule).reasons.items():
        if (needed := reason.get("needed_votes")) is not None:
            assert wins(loser, costs, votes | {loser: needed}, budget, rule)
            assert not wins(loser, costs, votes | {loser: needed - 1}, budget, rule)
        if (cost := reason.get("cost_to_win")) is not None:
            assert wins(loser, costs | {loser: cost}, votes, budget, rule)
            assert not wins(loser, costs | {loser: cost + 1}, votes, budget, rule)


def test_a_tie_that_changes_nothing_needs_no_lot():
    election = approvals({"park": 50, "pool": 50}, {"park": 5, "pool": 5}, 100)
    outcome = count(election, Rule())
    assert set(outcome.winners) == {"park", "pool"}
    assert outcome.ties == [{"projects": ["park", "pool"], "by": [], "decisive": False}]


def test_a_tie_that_decides_stops_the_count_and_names_the_projects():
    election = approvals({"bus": 20, "park": 50, "pool": 50}, {"bus": 9, "park": 5, "pool": 5}, 100)
    with pytest.raises(UnresolvedTie) as tie:
        count(election, Rule())
    assert tie.value.projects == ("park", "pool")


def test_a_lot_from_a_public_seed_decides_and_can_be_recomputed():
    election = approvals({"park": 50, "pool": 50}, {"park": 5, "pool": 5}, 60)
    seen = set()
    for seed in "abcdefgh":
        outcome = count(election, Rule(seed=seed))
        first, last = sorted(("park", "pool"), key=lambda project: lot(seed, project))
        assert outcome.winners == (first,)
        assert outcome.ties == [{"projects": [first, last], "by": ["lot"], "decisive": True}]
        assert outcome.reasons[last]["code"] == "lost_tie"
        assert outcome.reasons[last]["to"] == [first]
        assert outcome.reasons[last]["by"] == "lot"
        seen.add(first)
    assert seen == {"park", "pool"}


def test_of_equals_the_cheaper_goes_first():
    election = approvals({"park": 50, "pool": 40}, {"park": 5, "pool": 5}, 60)
    outcome = count(election, Rule())
    assert outcome.winners == ("pool",)
    assert outcome.reasons["park"] == {
        "code": "lost_tie", "to": ["pool"], "by": "min-cost", "cost": 50, "left": 20,
        "votes": 5, "needed_votes": 6, "cost_to_win": 39,
    }  # fmt: skip


def test_a_rule_survives_being_stored():
    rule = Rule(name="greedy-no-skip", cover="4/5", minimum_votes=50, ties=["listed"], minimum_of_ballots="0.1")
    assert Rule.from_dict(rule.to_dict()) == rule
    with pytest.raises(ValueError, match="no cover_up"):
        Rule.from_dict({"cover_up": 1})


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ({"minimum_of_ballots": 0.1}, "not as a float"),
        ({"minimum_of_ballots": "1/0"}, "1/0 is not a share"),
        ({"minimum_of_cost": "-1"}, "not negative"),
        ({"minimum_votes": "many"}, "whole numbers"),
        ({"name": "equal-shares", "completion": "add1", "increment": 0}, "increment is at least 1"),
        ({"cover": "4/5"}, "goes with greedy-no-skip"),
        ({"name": "dictator"}, "dictator is not a known counting rule"),
        ({"ties": ["coin"]}, "coin is not a known order for ties"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_in_one_sentence(stored, told):
    with pytest.raises(ValueError, match=told):
        Rule.from_dict(stored)
