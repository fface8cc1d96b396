"""A clerk counts by Phragmén's rule."""

import pytest

from tally import Ballot, Election, Project, Rule, UnresolvedTie, count

PHRAGMEN = Rule(name="phragmen")


def the_example():
    """The worked example of docs/counting.md."""
    projects = [Project("park", 60), Project("pool", 60), Project("bench", 30), Project("court", 80)]
    ballots = [
        Ballot.approving("park", "pool", count=6),
        Ballot.approving("bench", count=2),
        Ballot.approving("court", count=2),
    ]
    return Election(projects, ballots, 150)


def test_a_project_is_bought_when_its_supporters_have_earned_its_cost():
    outcome = count(the_example(), Rule(name="phragmen", ties=("listed",)))
    # park at 10, bench at 15, pool at 20 (its supporters began anew at 10); the court would come at 40.
    assert outcome.winners == ("park", "bench", "pool")
    assert outcome.spent == 150
    assert outcome.reasons["court"] == {"code": "too_expensive", "cost": 80, "left": 0, "cost_to_win": 39}


def test_the_cost_at_which_a_loser_would_have_won_is_the_highest():
    election = the_example()
    for cost, wins in ((39, True), (41, False)):
        projects = [Project(p.id, cost if p.id == "court" else p.cost) for p in election.projects]
        winners = count(Election(projects, election.ballots, 150), Rule(name="phragmen", ties=("listed",))).winners
        assert ("court" in winners) is wins


def test_it_stops_at_the_first_that_breaks_the_budget():
    projects = [Project("park", 60), Project("pool", 60), Project("bench", 10)]
    ballots = [Ballot.approving("park", count=6), Ballot.approving("pool", count=5), Ballot.approving("bench")]
    outcome = count(Election(projects, ballots, 100), Rule(name="phragmen", ties=("id",)))
    assert outcome.winners == ("bench", "park")
    assert outcome.reasons["pool"]["code"] == "too_expensive"
    late = [*projects, Project("trees", 14)]
    ballots = [*ballots, Ballot.approving("trees")]
    reasons = count(Election(late, ballots, 100), Rule(name="phragmen", ties=("id",))).reasons
    assert reasons["trees"] == {"code": "after_stop", "stopped_by": "pool", "cost": 14, "left": 30, "cost_to_win": 11}


def test_a_tie_that_decides_needs_a_lot():
    projects = [Project("park", 60), Project("pool", 60)]
    election = Election(projects, [Ballot.approving("park"), Ballot.approving("pool")], 100)
    with pytest.raises(UnresolvedTie, match="park, pool"):
        count(election, PHRAGMEN)
    outcome = count(election, Rule(name="phragmen", seed="42"))
    assert outcome.ties[0]["decisive"]
    loser = ({"park", "pool"} - set(outcome.winners)).pop()
    assert outcome.reasons[loser]["code"] == "lost_tie"
