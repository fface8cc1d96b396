"""Who paid for what under equal shares, and how near each loser came. Amounts are rounded to the minor unit."""

from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.outcome import Reason
from tally.shares import EqualShares, Run
from tally.support import Support


class Payments:
    """The purses of one run, followed once more to the end."""

    def __init__(self, method: EqualShares, run: Run) -> None:
        self.method = method
        self.purses: NDArray[np.float64] = np.full(len(method.election.counts), float(run.endowment))
        losers = set(method.candidates) - set(run.winners)
        self.spent_on: dict[int, list[tuple[int, int]]] = {loser: [] for loser in losers}
        self.cost_to_win = dict.fromkeys(losers, 0.0)
        for winner, price in zip(run.winners, run.prices, strict=True):
            self._watch(losers, price / method.scales[winner])
            self._pay(winner, price)
            taken = {loser for loser in losers if method.groups[loser] == method.groups[winner] is not None}
            losers -= taken
        self.left = {loser: floor(self._held(loser) + 1e-6) for loser in self.spent_on}
        # Whom no winner excluded could still be paid at the end.
        self.waiting = losers

    def _held(self, position: int) -> float:
        support = self.method.support[position]
        return float(support.counts @ self.purses[support.ballots])

    def _pay(self, winner: int, price: float) -> None:
        support = self.method.support[winner]
        due = price if support.weights is None else price * support.weights
        paid = np.zeros(len(self.purses))
        paid[support.ballots] = np.minimum(self.purses[support.ballots], due)
        self.purses -= paid
        for loser, spent in self.spent_on.items():
            theirs = self.method.support[loser]
            amount = round(float(theirs.counts @ paid[theirs.ballots]))
            if amount:
                spent.append((winner, amount))

    def _watch(self, losers: set[int], price: float) -> None:
        """Before a winner is paid for at this price per utility: at which cost would each loser have come first?"""
        for loser in losers:
            support = self.method.support[loser]
            highest = _highest_cost(support, self.purses[support.ballots], price, self.method.rule.utility == "cost")
            self.cost_to_win[loser] = max(self.cost_to_win[loser], highest)

    def reason(self, loser: int) -> Reason:
        """Why a candidate did not win, as data."""
        projects = self.method.election.projects
        reason: dict[str, Any] = {
            "code": "supporters_spent",
            "cost": projects[loser].cost,
            "left": self.left[loser],
            "spent_on": [{"project": projects[winner].id, "amount": amount} for winner, amount in self.spent_on[loser]],
        }
        # Strictly below what would only have been a tie.
        cost = ceil(self.cost_to_win[loser] - 1e-6) - 1
        if loser in self.waiting:
            cost = max(cost, self.left[loser])
        return reason | ({"cost_to_win": min(cost, projects[loser].cost - 1)} if cost > 0 else {})


def _highest_cost(support: Support, purses: NDArray[np.float64], price: float, cost_is_utility: bool) -> float:
    """The highest cost the supporters could meet at this price per utility; 0 if there is none.

    If the cost is the utility, a cost c lets each pay up to price x c:  sum of min(purse, price x c) = c.
    """
    if not cost_is_utility:
        due = price if support.weights is None else price * support.weights
        return float(support.counts @ np.minimum(purses, due))
    order = np.argsort(purses)
    purse, count = purses[order], support.counts[order]
    poorer_hold = np.concatenate(([0.0], np.cumsum(purse * count)))
    not_poorer = support.voters - np.concatenate(([0.0], np.cumsum(count)))
    # Paying x each: enough as long as what comes in is at least x / price. The last purse for which that holds ...
    enough = np.flatnonzero(poorer_hold[1:] + purse * not_poorer[1:] >= purse / price)
    if not enough.size:
        return 0.0
    # ... and beyond it the line on which the two meet.
    poorest = int(enough[-1]) + 1
    beyond = 1 / price - not_poorer[poorest]
    return float(poorer_hold[poorest] / beyond / price) if beyond > 0 else float(poorer_hold[-1])
