"""A clerk counts by equal shares, and can follow the money of docs/counting.md by hand."""

from fractions import Fraction

import pytest

from tally import Ballot, Election, Project, Rule, UnresolvedTie, count
from tally.completion import add_one
from tally.shares import EqualShares
from tests.tally.made_up import the_example

SHARES = Rule(name="equal-shares")


def test_the_worked_example():
    outcome = count(the_example(), SHARES)
    assert outcome.winners == ("park",)
    assert outcome.reasons["park"] == {
        "code": "funded", "round": 1, "cost": 600, "left": 400, "supporters": 6, "price": 100,
    }  # fmt: skip
    assert outcome.reasons["bench"] == {
        "code": "supporters_spent", "cost": 240, "left": 200,
        "spent_on": [{"project": "park", "amount": 200}], "cost_to_win": 200,
    }  # fmt: skip
    assert outcome.reasons["pool"]["left"] == 0
    assert outcome.reasons["trees"] == {
        "code": "supporters_spent", "cost": 330, "left": 300, "spent_on": [], "cost_to_win": 300,
    }  # fmt: skip


def test_who_runs_short_pays_all_they_have():
    """Two rich and one poor supporter: the poor one gives 20, the others 40 each, and nobody less than they can."""
    projects = [Project("park", 160), Project("bench", 100)]
    ballots = [
        Ballot.approving("park"),
        Ballot.approving("park", "bench"),
        Ballot.approving("bench", count=2),
        Ballot(),
    ]
    outcome = count(Election(projects, ballots, 500), SHARES)
    assert outcome.winners == ("bench", "park")
    # The bench costs its three supporters 100/3; one of them then has 200/3 for the park, less than its half of 160.
    assert [entry["price"] for entry in outcome.certificate["prices"]] == ["100/3", "280/3"]


def test_the_certificate_can_be_followed_with_a_pocket_calculator():
    election = the_example()
    outcome = count(election, SHARES)
    assert outcome.certificate == {"endowment": "100", "prices": [{"project": "park", "price": "100"}], "steps": 0}


def test_add_one_raises_the_share_until_the_budget_would_be_exceeded():
    outcome = count(the_example(), Rule(name="equal-shares", completion="add1"))
    assert outcome.winners == ("park", "bench")
    assert outcome.certificate == {
        "endowment": "153",
        "prices": [{"project": "park", "price": "100"}, {"project": "bench", "price": "67"}],
        "steps": 53,
        "rejected": "154",
    }


def test_the_shares_at_which_the_example_changes():
    method = EqualShares(the_example(), SHARES)
    found = {}
    for share in range(100, 155):
        found.setdefault(
            tuple(method.election.projects[each].id for each in method.run(Fraction(share)).winners), share
        )
    assert found == {("park",): 100, ("park", "trees"): 110, ("park", "bench"): 140, ("park", "bench", "trees"): 154}


def test_the_increment_is_a_parameter():
    method = EqualShares(the_example(), Rule(name="equal-shares", completion="add1", increment=7))
    completed = add_one(method, until_exhaustive=False)
    assert completed.run.endowment == 100 + 7 * completed.steps
    assert completed.rejected == completed.run.endowment + 7


def test_without_an_increment_a_step_is_one_unit_of_the_currency():
    cents = [Project(project.id, project.cost * 100) for project in the_example().projects]
    election = Election(cents, the_example().ballots, 100_000, unit=100)
    rule = Rule(name="equal-shares", completion="add1")
    assert count(election, rule).winners == count(the_example(), rule).winners
    assert count(election, rule).certificate["steps"] == count(the_example(), rule).certificate["steps"]


def test_add_one_may_stop_when_nothing_else_fits():
    outcome = count(the_example(), Rule(name="equal-shares", completion="add1-exhaustive"))
    assert outcome.winners == ("park", "trees")
    assert (outcome.certificate["steps"], outcome.spent) == (10, 930)


def test_what_is_left_can_be_given_by_votes():
    outcome = count(the_example(), Rule(name="equal-shares", completion="add1u"))
    left = 1000 - outcome.spent
    losers = [project.cost for project in the_example().projects if project.id not in outcome.winners]
    assert all(cost > left for cost in losers)


def test_greedy_wins_the_comparison_if_more_voters_prefer_it():
    projects = [Project("big", 90), Project("one", 30), Project("two", 30)]
    ballots = [Ballot.approving("big", count=5), Ballot.approving("one", count=3), Ballot.approving("two", count=3)]
    election = Election(projects, ballots, 90)
    alone = count(election, Rule(name="equal-shares", completion="add1", ties=("id",)))
    compared = count(election, Rule(name="equal-shares", completion="add1", ties=("id",), compare=True))
    assert set(alone.winners) == {"one", "two"}
    assert compared.comparison == {"prefer_equal_shares": 6, "prefer_greedy": 5, "kept": "equal-shares"}
    more = Election(projects, [*ballots, Ballot.approving("big", count=2)], 90)
    compared = count(more, Rule(name="equal-shares", ties=("id",), compare=True))
    assert compared.comparison["kept"] == "greedy"
    assert compared.winners == ("big",)
    assert compared.reasons["one"]["code"] == "too_expensive"


def test_points_divide_the_price():
    projects = [Project("park", 90)]
    election = Election(projects, [Ballot({"park": 2}), Ballot({"park": 1}), Ballot()], 180)
    outcome = count(election, Rule(name="equal-shares", utility="points"))
    # Two parts and one part: 60 of the first voter's 60, 30 of the second's.
    assert outcome.certificate["prices"] == [{"project": "park", "price": "30"}]


def test_the_cost_at_which_a_loser_would_have_won_is_the_highest():
    election = the_example()
    for utility in ("cost", "cardinality"):
        rule = Rule(name="equal-shares", utility=utility, ties=("listed",))
        for loser, reason in count(election, rule).reasons.items():
            if reason["code"] != "supporters_spent" or "cost_to_win" not in reason:
                continue
            for cost, wins in ((reason["cost_to_win"], True), (reason["cost_to_win"] + 2, False)):
                projects = [Project(p.id, cost if p.id == loser else p.cost) for p in election.projects]
                assert (loser in count(Election(projects, election.ballots, 1000), rule).winners) is wins, (loser, cost)


def test_a_tie_that_decides_needs_a_lot():
    projects = [Project("park", 60), Project("pool", 60)]
    ballots = [Ballot.approving("park", "pool", count=2)]
    election = Election(projects, ballots, 100)
    with pytest.raises(UnresolvedTie) as tie:
        count(election, SHARES)
    assert set(tie.value.projects) == {"park", "pool"}
    outcome = count(election, Rule(name="equal-shares", seed="17 23 42"))
    loser = next(project.id for project in projects if project.id not in outcome.winners)
    assert outcome.ties[0]["by"] == ["lot"]
    assert outcome.ties[0]["decisive"]
    assert outcome.reasons[loser]["code"] == "lost_tie"


def test_a_tie_that_changes_nothing_needs_no_lot():
    projects = [Project("park", 50), Project("pool", 50)]
    ballots = [Ballot.approving("park"), Ballot.approving("pool")]
    outcome = count(Election(projects, ballots, 100), SHARES)
    assert set(outcome.winners) == {"park", "pool"}
    assert outcome.ties == [{"projects": ["park", "pool"], "by": [], "decisive": False}]


def test_a_tie_within_a_billionth_is_decided_exactly():
    """Floats cannot tell these apart: the second is cheaper per unit by one part in 10^15."""
    projects = [Project("a", 10**15 + 1), Project("b", 10**15)]
    ballots = [Ballot.approving("a", "b", count=3)]
    election = Election(projects, ballots, 10**15 + 1)
    rule = Rule(name="equal-shares", utility="cardinality", ties=("id",))
    assert count(election, rule).winners == ("b",)


def test_blank_ballots_have_a_share_too():
    project = [Project("park", 60)]
    assert count(Election(project, [Ballot.approving("park", count=2)], 60), SHARES).winners == ("park",)
    assert count(Election(project, [Ballot.approving("park", count=2), Ballot()], 60), SHARES).winners == ()


def test_an_election_without_ballots_has_no_winners():
    for name in ("equal-shares", "phragmen"):
        assert count(Election([Project("park", 60)], [], 100), Rule(name=name)).reasons == {
            "park": {"code": "no_votes"}
        }
