"""An engineer makes sure that the fast count of equal shares is the exact one, where floats alone would err."""

import random
from fractions import Fraction

import pytest

from tally import Ballot, Election, Project, Rule, shares
from tally.certificate import replay
from tally.completion import add_one
from tally.ledger import Ledger
from tally.purses import Purses
from tally.shares import EqualShares
from tests.tally.made_up import crowded, the_example
from tests.thoroughness import many

UTILITIES = ("cost", "cardinality", "points")
SEEDS = range(many(120, 1200))


def method(seed, utility="cost", times=1):
    """Equal shares on a crowded election, with all amounts so many times as large."""
    election = crowded(seed)
    projects = [Project(project.id, project.cost * times) for project in election.projects]
    election = Election(projects, election.ballots, election.budget * times)
    return EqualShares(election, Rule(name="equal-shares", utility=utility, completion="add1", ties=("id",)))


@pytest.mark.parametrize("utility", UTILITIES)
def test_the_fast_run_is_the_exact_one(utility):
    for seed in SEEDS:
        crowd = method(seed, utility)
        assert crowd.run(crowd.share).winners == replay(crowd, crowd.share)[0], seed


def test_floats_alone_would_get_some_of_these_wrong(monkeypatch):
    """Otherwise the test above would prove little."""
    monkeypatch.setattr(shares, "BAND", 0.0)
    monkeypatch.setattr(shares, "NOISE", 0.0)
    crowds = map(method, range(120))
    wrong = sum(crowd.run(crowd.share).winners != replay(crowd, crowd.share)[0] for crowd in crowds)
    assert wrong > 5


@pytest.mark.parametrize("utility", UTILITIES)
def test_a_run_does_not_change_within_its_span(utility):
    chance = random.Random(7)
    longest = 0.0
    for seed in SEEDS:
        crowd = method(seed, utility)
        run = crowd.run(crowd.share, watch=True)
        longest = max(longest, run.span)
        for part in (chance.random(), 0.98):
            further = crowd.share + Fraction(min(run.span, 50.0) * part)
            assert replay(crowd, further)[0] == run.winners, seed
    assert longest > 0.1


@pytest.mark.long
@pytest.mark.parametrize("utility", UTILITIES)
def test_skipping_steps_of_add_one_is_taking_every_one(utility):
    skipped = 0
    for seed in range(20):
        crowd = method(seed, utility, times=40)
        accepted, steps = crowd.run(crowd.share), 0
        while set(accepted.winners) != set(crowd.candidates):
            run = crowd.run(crowd.share + steps + 1)
            if run.spent > crowd.election.budget:
                break
            accepted, steps = run, steps + 1
        completed = add_one(crowd, until_exhaustive=False)
        assert completed.run.winners == accepted.winners, seed
        assert completed.rejected is None or completed.steps == steps, seed
        skipped += steps - completed.runs
    assert skipped > 0


@pytest.mark.sampled(2)
@pytest.mark.parametrize("utility", UTILITIES)
@pytest.mark.parametrize("slack", [1e-9, 0.5])
def test_the_ledger_holds_what_the_purses_hold(utility, slack):
    """However many purses floats are unsure about; and its slopes are what a slightly higher share gives."""
    for seed in range(many(25, 250)):
        crowd = method(seed, utility)
        winners, prices = replay(crowd, crowd.share)
        raised = Fraction(1, 10**12)
        purses, richer = (Purses(len(crowd.election.counts), crowd.share + more) for more in (0, raised))
        ledger = Ledger(crowd.election, crowd.support, crowd.share)
        for winner, price in zip(winners, prices, strict=True):
            for position in crowd.candidates:
                support, cost = crowd.support[position], crowd.costs[position]
                exact = purses.price(support, cost)
                if exact is None:
                    continue
                line = ledger.price(position, cost, float(exact), slack)
                assert line.amount == exact
                assert line.slope == (richer.price(support, cost) - exact) / raised
            ledger.enter(winner, crowd.costs[winner], float(price), slack)
            richer.pay(crowd.support[winner], richer.price(crowd.support[winner], crowd.costs[winner]))
            purses.pay(crowd.support[winner], price)


@pytest.mark.parametrize(("missing", "wins"), [(0, True), (1, False)])
def test_one_cent_in_a_hundred_trillion_euros_counts(missing, wins):
    """The park takes 10^16 of the 10^16 + 1 each of its supporters has; one cent is left, which floats cannot hold."""
    much = 10**16
    projects = [Project("park", 3 * much), Project("bench", much + 2 + missing)]
    ballots = [Ballot.approving("park", "bench"), Ballot.approving("park", count=2), Ballot.approving("bench")]
    crowd = EqualShares(Election(projects, ballots, 4 * (much + 1)), Rule(name="equal-shares"))
    assert crowd.run(crowd.share).winners == ([0, 1] if wins else [0])


def test_one_cent_is_not_taken_for_nothing():
    """As above; with the cent left over the bench costs its other supporter less than the kiosk costs its own."""
    much = 10**16
    projects = [Project("kiosk", much // 2), Project("park", 3 * much), Project("bench", much // 2)]
    ballots = [Ballot.approving("park", "bench"), Ballot.approving("park", count=2)]
    ballots += [Ballot.approving("bench"), Ballot.approving("kiosk")]
    rule = Rule(name="equal-shares", ties=("listed",))
    crowd = EqualShares(Election(projects, ballots, 5 * (much + 1)), rule)
    assert crowd.run(crowd.share).winners == [1, 2, 0]


def test_a_tie_that_a_higher_share_ends_leaves_no_span():
    """At a share of 140 bench and trees of the example are equal; above it, the bench is cheaper."""
    example = EqualShares(the_example(), Rule(name="equal-shares"))
    bench, trees = example.election.index["bench"], example.election.index["trees"]
    at_140 = example.with_first(trees).run(Fraction(140), watch=True)
    assert (at_140.winners[1], at_140.span) == (trees, 0)
    at_140 = example.with_first(bench).run(Fraction(140), watch=True)
    assert at_140.winners[1] == bench
    assert at_140.span > 10
