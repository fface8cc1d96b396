"""What happens after the first run of equal shares, which usually leaves money: completions and the comparison.

Source: https://equalshares.net/implementation (add-one, utilitarian completion, comparison step).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, inf

import numpy as np

from tally.election import Election
from tally.greedy import Greedy
from tally.rules import Rule
from tally.shares import EqualShares, Run

CAUTION = 0.999
"""Of the span in which a run does not change we use this much: its float error is far smaller."""

PATIENCE = 20
"""After so many steps taken one by one, a watched run hardly ever pays for itself."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A completed count: the accepted run, the first endowment that costs too much (None if add-one was not asked or
    ended otherwise), how many steps and how many runs that took, and the count by votes that followed, if any."""

    run: Run
    rejected: Fraction | None = None
    steps: int = 0
    runs: int = 1
    by_votes: Greedy | None = None

    @property
    def winners(self) -> list[int]:
        return [*self.run.winners, *(self.by_votes.winners if self.by_votes else ())]


def complete(method: EqualShares) -> Completed:
    """Run equal shares with the completion of its rule."""
    rule = method.rule
    if rule.completion == "none":
        return Completed(method.run(method.share))
    completed = add_one(method, until_exhaustive=rule.completion == "add1-exhaustive")
    if rule.completion == "add1u":
        by_votes = Greedy(method.election, rule.as_greedy(), method.order, already=completed.run.winners)
        return replace(completed, by_votes=by_votes)
    return completed


def add_one(method: EqualShares, until_exhaustive: bool) -> Completed:
    """Raise the endowment step by step, and keep the last run before the winners cost more than the budget.

    `until_exhaustive` also stops once no other project fits the budget. Steps that cannot change a run are skipped.
    """
    increment = method.rule.increment or method.election.unit
    budget = method.election.budget
    accepted, steps, runs, in_vain = method.run(method.share, watch=True), 0, 1, 0
    while not _finished(method, accepted, until_exhaustive):
        ahead = 1 if accepted.span == inf else max(1, ceil(accepted.span * CAUTION / increment))
        # Where watching has long skipped nothing, it is done only now and then.
        in_vain = in_vain + 1 if ahead == 1 else 0
        watch = in_vain < PATIENCE or in_vain % 4 == 0
        run = method.run(method.share + (steps + ahead) * increment, limit=budget, watch=watch)
        runs += 1
        if run.spent > budget:
            # The steps skipped gave the run accepted last, under a higher endowment.
            accepted = method.run(method.share + (steps + ahead - 1) * increment)
            return Completed(accepted, rejected=run.endowment, steps=steps + ahead - 1, runs=runs + 1)
        accepted, steps = run, steps + ahead
    return Completed(accepted, steps=steps, runs=runs)


def _finished(method: EqualShares, run: Run, until_exhaustive: bool) -> bool:
    """Whether no candidate is left, or none that fits the budget."""
    won = set(run.winners)
    taken = {method.groups[position] for position in won} - {None}
    left = [position for position in method.candidates if position not in won and method.groups[position] not in taken]
    room = method.election.budget - run.spent if until_exhaustive else inf
    return all(method.costs[position] > room for position in left)


@dataclass(frozen=True, slots=True)
class Preference:
    """How many voters prefer which of two outcomes; the others are indifferent."""

    first: int
    second: int


def preference(election: Election, rule: Rule, first: Iterable[int], second: Iterable[int]) -> Preference:
    """Which outcome voters prefer: the one with more funded projects of their ballot (more points, under points)."""
    worth = election.points if rule.utility == "points" else (election.points > 0).astype(np.int64)
    ballots = np.repeat(np.arange(len(election.counts)), np.diff(election.offsets))
    satisfaction = []
    for winners in (first, second):
        won = np.zeros(len(election.projects), bool)
        won[list(winners)] = True
        satisfaction.append(np.bincount(ballots, weights=worth * won[election.choices], minlength=len(election.counts)))
    better = np.sign(satisfaction[0] - satisfaction[1])
    return Preference(int(election.counts[better > 0].sum()), int(election.counts[better < 0].sum()))
