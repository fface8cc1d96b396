"""What an auditor may rely on, whatever the ballots: tried on elections made up by the machine."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tally import Ballot, Election, Rule, count, ejr_plus_violation
from tally.certificate import replay
from tally.shares import EqualShares
from tests.tally.made_up import elections, rules
from tests.thoroughness import many

few = settings(max_examples=many(40, 400), deadline=None, derandomize=True)


@few
@given(elections(), rules(), st.randoms(use_true_random=False))
def test_who_votes_and_in_what_order_changes_nothing(made, rule, chance):
    _, election = made
    apart = [Ballot(ballot.points) for ballot in election.ballots for _ in range(ballot.count)]
    chance.shuffle(apart)
    again = Election(election.projects, apart, election.budget)
    assert count(again, rule).to_dict() == count(election, rule).to_dict()


@few
@given(elections(), rules())
def test_the_budget_is_never_overspent(made, rule):
    _, election = made
    outcome = count(election, rule)
    costs = {project.id: project.cost for project in election.projects}
    assert outcome.spent == sum(costs[winner] for winner in outcome.winners)
    assert len(set(outcome.winners)) == len(outcome.winners)
    reserve = sum(reason.get("reserve", 0) for reason in outcome.reasons.values())
    assert outcome.spent - reserve <= election.budget
    assert reserve == 0 or rule.cover is not None


@few
@given(elections(), rules())
def test_every_project_is_told_why(made, rule):
    _, election = made
    outcome = count(election, rule)
    assert list(outcome.reasons) == [project.id for project in election.projects]
    funded = {project for project, reason in outcome.reasons.items() if reason["code"] == "funded"}
    assert funded == set(outcome.winners)


@few
@given(elections(), rules())
def test_of_a_group_at_most_one_wins(made, rule):
    _, election = made
    groups = {project.id: project.group for project in election.projects if project.group}
    assert sum(winner in groups for winner in count(election, rule).winners) <= 1


@few
@given(elections(), st.sampled_from(["cost", "cardinality", "points"]), st.fractions(0, 60, max_denominator=7))
def test_the_fast_run_of_equal_shares_is_its_exact_replay(made, utility, endowment):
    _, election = made
    method = EqualShares(election, Rule(name="equal-shares", utility=utility, ties=("id",)))
    assert method.run(endowment).winners == replay(method, endowment)[0]


@settings(max_examples=many(80, 800), deadline=None, derandomize=True)
@given(elections(groups=False), st.sampled_from(["cost", "cardinality", "points"]), st.sampled_from(["none", "add1"]))
def test_equal_shares_never_denies_a_group_its_share(made, utility, completion):
    _, election = made
    outcome = count(election, Rule(name="equal-shares", utility=utility, completion=completion, ties=("id",)))
    assert ejr_plus_violation(election, outcome.winners, utility) is None
