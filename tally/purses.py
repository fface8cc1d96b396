"""What each voter still has, exactly.

Voters who paid for the same projects have the same left. So the voters are kept in classes, one purse each, and a
purchase only splits classes. Purses are whole numbers over one common denominator: exact, and much faster than a
Fraction each.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from tally.support import Support


class Purses:
    """The purses of all merged ballots, each holding the same endowment (minor units) at first."""

    def __init__(self, ballots: int, endowment: Fraction) -> None:
        self.class_of: NDArray[np.int64] = np.zeros(ballots, np.int64)
        self.purses = [endowment.numerator]
        self.denominator = endowment.denominator

    def price(self, support: Support, cost: int) -> Fraction | None:
        """What each supporter pays per unit of weight, who has less paying all they have; None: it is too dear.

        The smallest r with  sum over the supporters of count x min(purse, r x weight) = cost.
        """
        missing, weight = cost * self.denominator, support.weight
        for each, unit, count in self._poorest_first(support):
            if self.purses[each] * weight >= missing * unit:
                return Fraction(missing, weight * self.denominator)
            missing -= self.purses[each] * count
            weight -= unit * count
        return None

    def _kinds(self, support: Support) -> Iterator[tuple[int, int, int]]:
        """The classes of the supporters: their number, the weight they give, and how many voters that is."""
        classes = self.class_of[support.ballots]
        if support.weights is None:
            found = np.bincount(classes, weights=support.counts).astype(np.int64)
            occupied = np.flatnonzero(found)
            return zip(occupied.tolist(), [1] * len(occupied), found[occupied].tolist(), strict=True)
        kinds, group = np.unique(np.stack((classes, support.weights.astype(np.int64))), axis=1, return_inverse=True)
        counts = np.bincount(group.ravel(), weights=support.counts).astype(np.int64)
        return zip(*kinds.tolist(), counts.tolist(), strict=True)

    def _poorest_first(self, support: Support) -> list[tuple[int, int, int]]:
        if support.weights is None:
            return sorted(self._kinds(support), key=lambda kind: self.purses[kind[0]])
        return sorted(self._kinds(support), key=lambda kind: Fraction(self.purses[kind[0]], kind[1]))

    def pay(self, support: Support, price: Fraction) -> None:
        """Every supporter pays `price` per unit of weight, or all they have."""
        denominator = lcm(self.denominator, price.denominator)
        self.purses = [purse * (denominator // self.denominator) for purse in self.purses]
        self.denominator = denominator
        due = price.numerator * (denominator // price.denominator)
        units = np.ones(len(support.ballots), np.int64) if support.weights is None else support.weights.astype(np.int64)
        kinds, group = np.unique(np.stack((self.class_of[support.ballots], units)), axis=1, return_inverse=True)
        self.class_of[support.ballots] = len(self.purses) + group.ravel()
        self.purses += [max(0, self.purses[each] - due * unit) for each, unit in kinds.T.tolist()]
        self._merge()

    def _merge(self) -> None:
        """Keep one class for equal purses, and only those somebody is in."""
        occupied = np.bincount(self.class_of, minlength=len(self.purses)).tolist()
        number: dict[int, int] = {}
        kinds = zip(self.purses, occupied, strict=True)
        new = [number.setdefault(purse, len(number)) if held else 0 for purse, held in kinds]
        self.class_of = np.array(new)[self.class_of]
        self.purses = list(number)
