"""The Method of Equal Shares: every voter gets the same share of the budget, and supporters pay for a project together.

Source: Peters and Skowron, "Proportionality and the Limits of Welfarism", EC 2020; Peters, Pierczynski and Skowron,
"Proportional Participatory Budgeting with Additive Utilities", NeurIPS 2021; https://equalshares.net.

In each round the project whose supporters pay least per unit of utility is funded. The supporters pay equally (or in
proportion to their points), and who has less pays all they have.

It is exact and fast because floats only sort out what is clearly dearer: whatever lies within `BAND` of a decision is
decided again in fractions (`tally.ledger`). Three things save the time: a price can only rise, so an old
price is a lower bound and most candidates are never priced anew; a price is found by Newton's method on the supporters
who run short instead of by sorting them; and each run also learns how far the endowment can rise before anything in it
changes (`Run.span`), so that add-one skips the steps in between.
"""

import heapq
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf

import numpy as np
from numpy.typing import NDArray

from tally.election import Election
from tally.ledger import Ledger
from tally.rules import Rule
from tally.support import Support, passed_over, supports
from tally.ties import TieOrder

BAND = 1e-9
"""Amounts closer than this, relative to the cost they were made from, are compared exactly."""
NOISE = 1e-13
"""What a purse may be wrong by after hundreds of payments, relative to the endowment."""


@dataclass(slots=True)
class _Offer:
    """What a candidate costs its supporters, as last found. Over a raise x of the endowment the price is `price + x *
    slope`, for as long as the `short` supporters stay short of money."""

    price: float
    slack: float
    slope: float = 0.0
    short: NDArray[np.bool_] | None = None
    round: int = 0


@dataclass(slots=True)
class Run:
    """One run: the winners in order, their cost, and by how much (at least) the endowment may rise without changing
    them. `ties` are the sets of equals met, in the order they went. `prices`: what each winner's supporters paid."""

    endowment: Fraction
    winners: list[int] = field(default_factory=list)
    spent: int = 0
    span: float = inf
    ties: list[list[int]] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)


class EqualShares:
    """The method on one election, ready to be run with any endowment."""

    def __init__(self, election: Election, rule: Rule, order: TieOrder | None = None) -> None:
        self.election = election
        self.rule = rule
        self.order = order or TieOrder(election, rule)
        self.support = supports(election, by_points=rule.utility == "points")
        self.passed_over = passed_over(election, rule, self.support)
        self.candidates = [each for each in range(len(election.projects)) if each not in self.passed_over]
        self.costs = [project.cost for project in election.projects]
        # By what a price is divided to compare it: a project's cost, if its cost is its utility.
        self.scales = self.costs if rule.utility == "cost" else [1] * len(self.costs)
        self.groups = [project.group for project in election.projects]

    def with_first(self, position: int) -> "EqualShares":
        """The same method with a project put before all its equals, to see what a tie decided."""
        other = copy(self)
        other.order = TieOrder(self.election, self.rule, first=position)
        return other

    @property
    def share(self) -> Fraction:
        """The endowment before any completion: the budget divided by the number of ballots, in minor units."""
        return Fraction(self.election.budget, max(1, self.election.ballot_count))

    def run(self, endowment: Fraction, limit: float = inf, watch: bool = False) -> Run:
        """One run with this endowment per voter. Given up as soon as the winners cost more than `limit`.

        With `watch` it also learns its span, which takes a third longer; without, the span is 0.
        """
        return _Running(self, endowment, watch).finish(limit)


class _Running:
    """One run under way."""

    def __init__(self, method: EqualShares, endowment: Fraction, watch: bool) -> None:
        self.method = method
        self.watch = watch
        self.result = Run(endowment, span=inf if watch else 0.0)
        full = float(endowment)
        self.purses: NDArray[np.float64] = np.full(len(method.election.counts), full)
        # How fast each purse grows with the endowment; only if the run is watched.
        self.growth: NDArray[np.float64] = np.ones(len(self.purses))
        self.noise = NOISE * full
        self.ledger: Ledger | None = None
        # Whether some purse was emptied, or nearly, of which floats cannot say whether something is left.
        self.doubtful = False
        self.round = 0
        self.scales = method.scales
        self.offers: dict[int, _Offer] = {}
        # Price and slope per utility, as compared; only if the run is watched.
        self.rates: dict[int, tuple[float, float]] = {}
        self.queue: list[tuple[float, int]] = []
        for position in method.candidates:
            self._open(position, full)
        heapq.heapify(self.queue)

    def _open(self, position: int, full: float) -> None:
        """The first offer: while all purses are full, nobody is short unless the project is too dear for them."""
        support, cost = self.method.support[position], self.method.costs[position]
        lacking = cost / support.voters - full
        if lacking > BAND * full:
            self._allow(lacking)
            return
        price = cost / support.weight
        nobody_short = price * support.heaviest < full * (1 - BAND)
        self.offers[position] = _Offer(price, self._slack(position, support.weight), round=0 if nobody_short else -1)
        self._queue(position)

    def _allow(self, raised: float) -> None:
        """The endowment may rise by this much before something changes."""
        self.result.span = min(self.result.span, raised)

    def _slack(self, position: int, paying: float) -> float:
        """By how much floats may be wrong about a price shared by this weight."""
        doubt = BAND * self.method.costs[position] + self.noise * self.method.support[position].voters
        return doubt / paying + self.noise

    def _queue(self, position: int) -> None:
        """Put a candidate in the queue by the least its price per utility may be."""
        offer, scale = self.offers[position], self.scales[position]
        if self.watch:
            self.rates[position] = offer.price / scale, offer.slope / scale
        heapq.heappush(self.queue, ((offer.price - offer.slack) / scale, position))

    def finish(self, limit: float) -> Run:
        while (cheapest := self._cheapest()) and self.result.spent <= limit:
            winner = cheapest[0] if len(cheapest) == 1 else self._decide(cheapest)
            if self.watch:
                self._allow_until_overtaken(winner)
            for position in cheapest:
                if position != winner:
                    self._queue(position)
            self._buy(winner)
        return self.result

    def _cheapest(self) -> list[int]:
        """The candidates that may be the cheapest, as far as floats can tell; taken from the queue."""
        found: list[int] = []
        most = inf
        while self.queue and self.queue[0][0] <= most:
            position = heapq.heappop(self.queue)[1]
            offer = self.offers[position]
            if offer.round == self.round:
                found.append(position)
                most = min(most, (offer.price + offer.slack) / self.scales[position])
            elif self._price(position, offer):
                self._queue(position)
        return found

    def _price(self, position: int, offer: _Offer) -> bool:
        """Renew an offer; False if the supporters can no longer pay for it."""
        support, cost = self.method.support[position], self.method.costs[position]
        purses = self.purses[support.ballots]
        money = support.counts * purses
        held = float(money.sum())
        doubt = BAND * cost + self.noise * support.voters
        if held < cost + doubt and not self._affordable(position, held, doubt):
            return False
        offer.round, offer.slope, offer.short = self.round, 0.0, None
        # From below the price Newton's method goes up to it without overshooting, as more supporters run short.
        price, paying, known = offer.price - offer.slack, float(support.weight), 0
        short = purses < (price if support.weights is None else price * support.weights)
        while (number := int(np.count_nonzero(short))) != known:
            known = number
            # Sums of products, not dot products: those numpy gives to threads, which wait for each other.
            paying = support.weight - float((support.weighted * short).sum())
            if paying <= 0:
                # All give all they have, within rounding.
                paying = float(support.weighted[short].min())
                price = max(price, float((purses if support.weights is None else purses / support.weights).max()))
                break
            price = (cost - float((money * short).sum())) / paying
            short = purses < (price if support.weights is None else price * support.weights)
        if known:
            offer.short = short
            if self.watch:
                offer.slope = -float((support.counts * self.growth[support.ballots] * short).sum()) / paying
        else:
            price = cost / support.weight
        offer.price, offer.slack = price, self._slack(position, paying)
        return True

    def _affordable(self, position: int, held: float, doubt: float) -> bool:
        """Whether the supporters of a project, who hold about this much, can pay for it."""
        support, cost = self.method.support[position], self.method.costs[position]
        if held >= cost - doubt:
            self._allow(0.0)
            purses = self.purses[support.ballots]
            most = float((purses if support.weights is None else purses / support.weights).max())
            return self._books().price(position, cost, most, doubt) is not None
        if self.watch and (growth := float((support.counts * self.growth[support.ballots]).sum())) > 0:
            self._allow((cost - held) / growth)
        return False

    def _books(self) -> Ledger:
        """The exact books, with every purchase so far entered."""
        method, run = self.method, self.result
        if self.ledger is None:
            self.ledger = Ledger(method.election, method.support, run.endowment)
        for number in range(len(self.ledger.entered), len(run.winners)):
            winner = run.winners[number]
            self.ledger.enter(winner, method.costs[winner], run.prices[number], self.offers[winner].slack)
        return self.ledger

    def _exact_price(self, position: int) -> tuple[Fraction, Fraction]:
        """The price per utility and its slope. Where all can pay in full or have nothing left, this needs no books."""
        support, offer, scale = self.method.support[position], self.offers[position], self.scales[position]
        purses, cost = self.purses[support.ballots], self.method.costs[position]
        over = purses - (offer.price if support.weights is None else offer.price * support.weights)
        if not self.doubtful and (np.abs(over) > offer.slack * support.heaviest).all() and not purses[over < 0].any():
            return Fraction(cost, int(support.weighted[over > 0].sum()) * scale), Fraction(0)
        line = self._books().price(position, cost, offer.price, offer.slack)
        if line is None:
            raise ArithmeticError("An offer was not affordable: floats and whole numbers disagree.")
        return line.amount / scale, line.slope / scale

    def _decide(self, close: Sequence[int]) -> int:
        """The cheapest of candidates too close for floats; of equals the first by the rule's order."""
        lines = {position: self._exact_price(position) for position in close}
        least = min(price for price, _ in lines.values())
        equals = self.method.order.sorted(position for position in close if lines[position][0] == least)
        if len(equals) > 1:
            self.result.ties.append(equals)
            self.method.order.meet(equals)
        slope = lines[equals[0]][1]
        for price, its_slope in lines.values():
            if slope > its_slope:
                self._allow(float((price - least) / (slope - its_slope)))
        return equals[0]

    def _buy(self, winner: int) -> None:
        offer, support, method = self.offers[winner], self.method.support[winner], self.method
        self.result.winners.append(winner)
        self.result.prices.append(offer.price)
        self.result.spent += method.costs[winner]
        due = offer.price if support.weights is None else offer.price * support.weights
        left = self.purses[support.ballots] - due
        if self.watch:
            self._grow(offer, support, left)
        self.doubtful = self.doubtful or float(np.abs(left).min()) <= offer.slack * support.heaviest
        if offer.short is not None:
            np.maximum(left, 0.0, out=left)
        self.purses[support.ballots] = left
        self.round += 1
        group = method.groups[winner]
        if group is not None:
            self.queue = [entry for entry in self.queue if method.groups[entry[1]] != group]
            heapq.heapify(self.queue)

    def _grow(self, offer: _Offer, support: Support, left: NDArray[np.float64]) -> None:
        """What a raised endowment would leave in the purses after this purchase, until someone short no longer is."""
        growth = self.growth[support.ballots] - (
            offer.slope if support.weights is None else offer.slope * support.weights
        )
        if offer.short is not None:
            self._allow(float((-left[offer.short] / np.maximum(growth[offer.short], 1e-30)).min()))
            growth[offer.short] = 0.0
        self.growth[support.ballots] = growth

    def _allow_until_overtaken(self, winner: int) -> None:
        """How far the endowment may rise before another candidate, clearly dearer now, is cheaper than this winner.

        Prices fall with the endowment, ever more slowly; so the line through the other's price is never above it, and
        an old price is never above the present one.
        """
        rate, slope = self.rates[winner]
        for _, position in self.queue:
            its_rate, its_slope = self.rates[position]
            if its_slope < slope:
                self._allow((its_rate - rate) / (slope - its_slope))
