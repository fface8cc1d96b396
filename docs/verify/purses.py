"""What is left in the voters' purses while equal shares are spent, and what a project costs its supporters.

Every amount is a float, and by how much it may be wrong at most. Floats sort out what is clearly more; two amounts that
are nearer to each other than they may be wrong are compared as fractions, which are worked out for the few purses
concerned, from what these paid for. So nothing is decided by rounding, and hardly a fraction is ever needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

WRONG = 2.0**-50
"""By how much, in proportion, a step of arithmetic with floats may be wrong: eight times what it is."""
EMPTY = 0.0
"""What a purse holds whose owner gave all; any other holds something, if only a rounding error."""
DEPTH = 100
"""Every so many purchases a price is worked out at once, so that none waits for a long chain of others."""


class Supporters(NamedTuple):
    """Of one project: their places among the kinds of ballots, the parts of the price each bears, and how many they
    are."""

    places: tuple[int, ...]
    parts: tuple[int, ...]
    numbers: tuple[int, ...]
    cost: int
    worth: int
    """What a price is divided by to compare it with that of another project."""
    borne: int
    """How many parts all of them bear together."""


class Price:
    """What each part of a project costs. `rate`: the same for what it is worth."""

    def __init__(
        self,
        project: str,
        of: Supporters,
        parts: int,
        purses: Purses | None = None,
        short: Sequence[tuple[float, int, int, int]] = (),
        missing: float = 0.0,
        off: float = 0.0,
    ) -> None:
        """`short`: those who give all they hold, together all but `missing`, which is shared among so many `parts`."""
        self.project, self.of, self.parts, self.purses, self.short = project, of, parts, purses, short
        self.round = len(purses.prices) if purses else 0
        self.each = (missing if purses else of.cost) / parts
        self.off = off / parts + WRONG * self.each
        self.rate = self.each / of.worth
        doubt = self.off / of.worth + WRONG * self.rate
        self.least, self.most = self.rate - doubt, self.rate + doubt

    @cached_property
    def exactly(self) -> Fraction:
        missing = Fraction(self.of.cost)
        for _, _, number, place in self.short:
            missing -= self.purses.exactly(place, self.round) * number  # type: ignore[union-attr]
        return missing / self.parts

    @property
    def who_is_short(self) -> list[int]:
        """Of those who still had something."""
        return sorted(place for _, _, _, place in self.short)

    def against(self, other: Price) -> int:
        """Below 0 if this is the cheaper of the two for what it is worth, 0 if they are equal."""
        if self.most < other.least:
            return -1
        if other.most < self.least:
            return 1
        mine, theirs = self.exactly / self.of.worth, other.exactly / other.of.worth
        return (mine > theirs) - (mine < theirs)


class Purses:
    """Those of one run, for each kind of ballot. `bears`: the parts that it bears, of each project it supports."""

    def __init__(self, share: Fraction, bears: Sequence[dict[str, int]]) -> None:
        self.holds, self.off = [float(share)] * len(bears), [WRONG * float(share)] * len(bears)
        self.wrong = WRONG * float(share)  # the most by which one may be
        self.prices: list[Price] = []
        self._bears = bears
        self._exactly: dict[tuple[tuple[int, int], ...], Fraction] = {(): share}

    def exactly(self, place: int, before: int) -> Fraction:
        """What a purse held before a round, as a fraction, if its owner had not given all."""
        bears = self._bears[place]
        paid = tuple(
            (n, bears[price.project]) for n, price in enumerate(self.prices[:before]) if price.project in bears
        )
        if paid not in self._exactly:
            self._exactly[paid] = self._exactly[()] - sum(self.prices[n].exactly * part for n, part in paid)
        return self._exactly[paid]

    def price(self, project: str, of: Supporters, least: float = 0.0) -> Price | None:
        """None if all of them together hold too little. `least`: what each part costs at least.

        Those who hold less than their part give all, so the others pay more, which yet others cannot; and so on.
        """
        able = list(zip(map(self.holds.__getitem__, of.places), of.parts, of.numbers, of.places, strict=True))
        short: list[tuple[float, int, int, int]] = []
        price, parts, missing, off = None, of.borne, float(of.cost), WRONG * of.cost
        near = self.wrong + WRONG * least
        while True:
            below = least - near
            poor = [payer for payer in able if payer[0] < below * payer[1]]
            if poor or price is None:  # then they are asked again, at a higher price
                able = [payer for payer in able if payer[0] >= below * payer[1]]
            else:
                doubtful = [payer for payer in able if payer[0] <= (least + near) * payer[1]]
                poor = [payer for payer in doubtful if self._is_short(payer, price)]
                if not poor:
                    return price
                able = [payer for payer in able if payer not in poor]
            for payer in poor:
                holds, part, number, place = payer
                parts -= part * number
                if holds != EMPTY:
                    missing -= holds * number
                    off += self.off[place] * number + WRONG * of.cost
                    short.append(payer)
            if not parts:
                return None
            price = Price(project, of, parts, self, tuple(short), missing, off)
            least, near = price.each, self.wrong + price.off + WRONG * price.each

    def _is_short(self, payer: tuple[float, int, int, int], price: Price) -> bool:
        holds, part, _, place = payer
        return holds == EMPTY or self.exactly(place, price.round) < price.exactly * part

    def pay(self, price: Price) -> None:
        """Take it out of the supporters' purses."""
        holds, off = self.holds, self.off
        for place, part in zip(price.of.places, price.of.parts, strict=True):
            had = holds[place]
            if had != EMPTY:
                holds[place] = had - price.each * part or WRONG * WRONG
                off[place] += price.off * part + WRONG * had
        for _, _, _, place in price.short:
            holds[place] = off[place] = EMPTY
        self.wrong = max(self.wrong, max(map(off.__getitem__, price.of.places)))
        self.prices.append(price)
        if len(self.prices) % DEPTH == 0:
            _ = price.exactly
