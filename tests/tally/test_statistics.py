"""A council member reads what an outcome means for the voters."""

from tally import Ballot, Election, Project, Rule, compare, count, ejr_plus_violation


def two_halves():
    """Sixty per cent want parks, forty want courts; greedy gives all the money to the majority."""
    projects = [Project(f"park{n}", 25, categories=("green",)) for n in range(4)]
    projects += [Project(f"court{n}", 20, categories=("sport", "youth")) for n in range(2)]
    parks = Ballot.approving("park0", "park1", "park2", "park3", count=6)
    courts = Ballot.approving("court0", "court1", count=3)
    return Election(projects, [parks, courts, Ballot()], 100)


def test_the_figures_of_an_outcome():
    outcome = count(two_halves(), Rule())
    assert outcome.statistics == {
        "ballots": 10,
        "blank": 1,
        "budget_used": "1.0000",
        "with_a_win": 6,
        "share_with_a_win": "0.6000",
        "wins": [4, 0, 0, 0, 6],
        "mean_wins": "2.4000",
        "categories": {
            "green": {"votes": "0.8000", "money": "1.0000"},
            "sport": {"votes": "0.1000", "money": "0.0000"},
            "youth": {"votes": "0.1000", "money": "0.0000"},
        },
    }


def test_two_rules_on_the_same_ballots():
    election = two_halves()
    told = compare(election, count(election, Rule()), count(election, Rule(name="equal-shares", seed="1")))
    assert told["prefer_first"] == 6
    assert told["prefer_second"] == 3
    assert told["indifferent"] == 1
    assert len(told["only_first"]) == 2
    assert len(told["only_second"]) == 1
    assert told["second"]["with_a_win"] == 9


def test_the_check_of_fairness_shows_the_group_left_out():
    election = two_halves()
    violation = ejr_plus_violation(election, count(election, Rule()).winners)
    assert (violation.project, violation.voters) == ("court0", 3)
    assert [ballot.points for ballot in list(election.ballots)][violation.ballots[0]] == {"court0": 1, "court1": 1}
    assert ejr_plus_violation(election, count(election, Rule(name="equal-shares", seed="1")).winners) is None
