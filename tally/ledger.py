"""The exact books of a run of equal shares, opened where floats cannot decide and only for the voters it turns on.

A supporter who can pay the full price has no say in what the price is; only what those short of money hold matters. So
the exact price of a project needs the exact purses of the few that are short, and those need the exact prices of the
projects these voters paid for before.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tally.election import Election
from tally.support import Support


class Line(NamedTuple):
    """An amount, and by how much it grows per minor unit that the endowment is raised."""

    amount: Fraction
    slope: Fraction

    def minus(self, other: "Line", times: int) -> "Line":
        return Line(self.amount - other.amount * times, self.slope - other.slope * times)


NOTHING = Line(Fraction(0), Fraction(0))
Payments = tuple[tuple[int, int], ...]
"""In which rounds a voter paid, and with which weight."""
_Rows = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class _Due:
    """A price to be worked out: the cost, the weight of all who have anything left, and those who may be short, as
    (ballots, counts, weights): for certain, or within rounding."""

    cost: int
    weight: int
    round: int
    short: _Rows
    doubtful: _Rows


class Ledger:
    """The books of one run, up to the purchases entered so far."""

    DEPTH = 100
    """Every so many rounds a price is worked out at once, so that none waits for a long chain of earlier ones."""

    def __init__(self, election: Election, supports: list[Support], endowment: Fraction) -> None:
        self.election = election
        self.supports = supports
        self.purses: NDArray[np.float64] = np.full(len(election.counts), float(endowment))
        self.broke: NDArray[np.bool_] = np.zeros(len(election.counts), bool)
        self.entered: list[_Due] = []
        self.round_of: dict[int, int] = {}
        self._prices: dict[int, Line] = {}
        self._held: dict[Payments, Line] = {(): Line(endowment, Fraction(1))}

    def enter(self, position: int, cost: int, price: float, slack: float) -> None:
        """Enter a purchase at a price that floats know up to `slack`."""
        support = self.supports[position]
        self.entered.append(self._due(support, cost, price, slack))
        weights = 1.0 if support.weights is None else support.weights
        left = self.purses[support.ballots] - price * weights
        self.broke[support.ballots[left < -slack * weights]] = True
        self.purses[support.ballots] = np.maximum(left, 0.0)
        self.round_of[position] = len(self.entered) - 1
        if len(self.entered) % self.DEPTH == 0:
            self._price(len(self.entered) - 1)

    def price(self, position: int, cost: int, price: float, slack: float) -> Line | None:
        """What each supporter would pay per unit of weight, exactly, now; None if they cannot meet the cost."""
        return self._solve(self._due(self.supports[position], cost, price, slack))

    def _due(self, support: Support, cost: int, price: float, slack: float) -> _Due:
        able = ~self.broke[support.ballots]
        ballots, counts = support.ballots[able], support.counts[able]
        weights = np.ones(len(ballots)) if support.weights is None else support.weights[able]
        left, margin = self.purses[ballots] - price * weights, slack * weights
        short = left < -margin
        doubtful = ~short & (left <= margin)
        certain, possible = ((ballots[who], counts[who], weights[who]) for who in (short, doubtful))
        return _Due(cost, int(counts @ weights), len(self.entered), certain, possible)

    def _solve(self, due: _Due) -> Line | None:
        """Who is short pays all they have; the others share the rest by weight."""
        missing, weight = Line(Fraction(due.cost), Fraction(0)), due.weight
        for purse, voters, unit in self._kinds(due.short, due.round):
            missing = missing.minus(purse, voters)
            weight -= voters * unit
        for purse, voters, unit in sorted(
            self._kinds(due.doubtful, due.round), key=lambda kind: kind[0].amount / kind[2]
        ):
            if purse.amount * weight >= missing.amount * unit:
                break
            missing = missing.minus(purse, voters)
            weight -= voters * unit
        return Line(missing.amount / weight, missing.slope / weight) if weight else None

    def _price(self, number: int) -> Line:
        """The price paid in a round."""
        if number not in self._prices:
            line = self._solve(self.entered[number])
            if line is None:
                raise ArithmeticError("A winner was not affordable: floats and whole numbers disagree.")
            self._prices[number] = line
        return self._prices[number]

    def _kinds(self, rows: _Rows, before: int) -> list[tuple[Line, int, int]]:
        """What these voters hold, put together where they paid for the same: the purse, how many voters, the weight."""
        kinds: dict[tuple[Payments, int], int] = {}
        for ballot, count, weight in zip(*(row.astype(np.int64).tolist() for row in rows), strict=True):
            kind = self._payments(ballot, before), weight
            kinds[kind] = kinds.get(kind, 0) + count
        return [(self._purse(paid), voters, weight) for (paid, weight), voters in kinds.items()]

    def _payments(self, ballot: int, before: int) -> Payments:
        """What a voter paid for before a round."""
        row = slice(self.election.offsets[ballot], self.election.offsets[ballot + 1])
        given = zip(self.election.choices[row].tolist(), self.election.points[row].tolist(), strict=True)
        paid = (
            (self.round_of[position], 1 if self.supports[position].weights is None else points)
            for position, points in given
            if points and position in self.round_of
        )
        return tuple(sorted(payment for payment in paid if payment[0] < before))

    def _purse(self, paid: Payments) -> Line:
        """What is left after these payments."""
        if paid not in self._held:
            before, (number, weight) = self._purse(paid[:-1]), paid[-1]
            after = before.minus(self._price(number), weight)
            self._held[paid] = after if after.amount >= 0 else NOTHING
        return self._held[paid]
