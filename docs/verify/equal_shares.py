"""The Method of Equal Shares and add-one, in fractions alone.

A run also learns how far the share can rise before anything in it changes: each purse, and each price, is a number and
how fast it grows with the share. So add-one need not walk through the steps in between, of which there are thousands
where the currency has no cents. Nothing is estimated: the first step at which something may change is counted anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

Line = tuple[Fraction, Fraction]
"""An amount at this share, and what it grows by for each unit by which the share is raised."""

EMPTY = 0
"""The kind of an empty purse."""
NEAR = 1e-9
"""Amounts nearer to each other than this, in proportion, are compared as fractions."""


class Election(Protocol):
    """What `counting.Count` knows of the vote."""

    costs: Mapping[str, int]
    eligible: list[str]
    ballots: list[tuple[dict[str, int], int]]
    rule: Mapping[str, Any]
    budget: int
    voters: int
    unit: int

    def worth(self, ballot: Mapping[str, int], project: str) -> int: ...
    def tie_key(self, project: str) -> list[Any]: ...
    def excluded(self, project: str, winners: list[str]) -> bool: ...


@dataclass
class Price:
    """What supporters pay for each part. `short`: the kinds of purses that give all they hold, being too little."""

    each: Line
    short: set[tuple[int, int]]


@dataclass
class Run:
    """A run with one share. `unchanged`: it stays as it is while the share is raised by less; None: for ever."""

    share: Fraction
    winners: list[str] = field(default_factory=list)
    prices: list[Fraction] = field(default_factory=list)
    spent: int = 0
    unchanged: Fraction | None = None
    steps: int = 0
    rejected: Fraction | None = None

    def allow(self, raised: Fraction) -> None:
        self.unchanged = raised if self.unchanged is None else min(self.unchanged, raised)

    @property
    def certificate(self) -> dict[str, Any]:
        """What the result has to say of it."""
        paid = zip(self.winners, self.prices, strict=True)
        told: dict[str, Any] = {
            "endowment": str(self.share),
            "prices": [{"project": winner, "price": str(price)} for winner, price in paid],
            "steps": self.steps,
        }
        return told if self.rejected is None else told | {"rejected": str(self.rejected)}


class EqualShares:
    """The method on one election. A supporter bears a part of a price for each point, or one part."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.supporters = {project: self._supporters(project) for project in election.eligible}
        self.candidates = [project for project in election.eligible if self.supporters[project]]
        by_cost = (election.rule.get("utility") or "cost") == "cost"
        self.scale = {project: election.costs[project] if by_cost else 1 for project in self.candidates}

    def _supporters(self, project: str) -> list[tuple[int, int, int]]:
        """For each kind of ballot that gives it something: its place, the parts it bears, and how many cast it."""
        found = (
            (place, self.election.worth(each, project), n) for place, (each, n) in enumerate(self.election.ballots)
        )
        return [(place, part, number) for place, part, number in found if part]

    @property
    def share(self) -> Fraction:
        return Fraction(self.election.budget, max(1, self.election.voters))

    def run(self, share: Fraction, limit: int | None = None) -> Run:
        """Buy what is cheapest for its supporters until nobody can pay for anything; or until it costs more than
        `limit`.

        `least` holds for each candidate a price that its own is never below: prices only rise from round to round, so
        one of an earlier round need only be renewed if it could be the lowest. The same holds while the share is
        raised, for a price falls ever more slowly, and is never below the line on which it begins to fall.
        """
        run = Run(share)
        purses = [(Fraction(0), Fraction(0)), (share, Fraction(1))]  # the first is the empty one
        kinds = [1] * len(self.election.ballots)
        least: dict[str, Line] = {}
        for project in self.candidates:
            parts = sum(part * number for _, part, number in self.supporters[project])
            least[project] = Fraction(self.election.costs[project], parts * self.scale[project]), Fraction(0)
        while limit is None or run.spent <= limit:
            prices = self._cheapest(run, purses, kinds, least)
            if not prices:
                break
            winner = min(prices, key=self.election.tie_key)
            rate, slope = least.pop(winner)
            for other, its_slope in least.values():
                if its_slope < slope:
                    run.allow((other - rate) / (slope - its_slope))
            self._buy(run, winner, prices[winner], purses, kinds)
            least = {each: line for each, line in least.items() if not self.election.excluded(each, run.winners)}
        return run

    def _cheapest(self, run: Run, purses: list[Line], kinds: list[int], least: dict[str, Line]) -> dict[str, Price]:
        """The candidates that are cheapest now, for what they are worth; drops from `least` whom nobody can pay."""
        best, found = None, {}
        for project in sorted(least, key=lambda each: least[each][0]):
            if best is not None and least[project][0] > best:
                break
            price = self._price(run, project, purses, kinds)
            if price is None:
                del least[project]
                continue
            amount, slope = price.each
            now = amount / self.scale[project]
            least[project] = now, slope / self.scale[project]
            if best is None or now < best:
                best, found = now, {project: price}
            elif now == best:
                found[project] = price
        return found

    def _price(self, run: Run, project: str, purses: list[Line], kinds: list[int]) -> Price | None:
        """What each part costs when who has less gives all; None if all together hold too little."""
        people: Counter[tuple[int, int]] = Counter()
        for place, part, number in self.supporters[project]:
            people[kinds[place], part] += number
        parts = sum(part * number for (_, part), number in people.items())
        missing, short, price = Fraction(self.election.costs[project]), set(), Fraction(0)
        # Those who cannot pay as much give all they have, so the others pay more, which yet others cannot.
        while parts:
            price = missing / parts
            poor = [
                payer for payer in people if payer not in short and self._is_below(purses[payer[0]], price, payer[1])
            ]
            if not poor:
                break
            short.update(poor)
            missing -= sum(purses[payer[0]][0] * people[payer] for payer in poor)
            parts -= sum(payer[1] * people[payer] for payer in poor)
        slope = -sum((purses[payer[0]][1] * people[payer] for payer in short), Fraction(0))
        if parts:
            return Price((price, slope / parts), short)
        if slope:
            run.allow(missing / -slope)
        return None

    def _is_below(self, purse: Line, price: Fraction, part: int) -> bool:
        """Whether a purse holds less than so many parts. Floats say it where the two are clearly apart."""
        holds, due = float(purse[0]), float(price) * part
        if abs(holds - due) > NEAR * (holds + due):
            return holds < due
        return purse[0] < price * part

    def _buy(self, run: Run, winner: str, price: Price, purses: list[Line], kinds: list[int]) -> None:
        """Take the price out of the supporters' purses. Those that were equal and paid alike stay one kind."""
        amount, slope = price.each
        run.winners.append(winner)
        run.prices.append(amount)
        run.spent += self.election.costs[winner]
        after: dict[tuple[int, int], int] = {}
        for place, part, _ in self.supporters[winner]:
            payer = kinds[place], part
            if payer not in after:
                holds, grows = purses[payer[0]]
                left, growth = holds - amount * part, grows - slope * part
                if payer not in price.short:
                    after[payer] = len(purses)
                    purses.append((left, growth))
                else:
                    after[payer] = EMPTY
                    if growth:
                        run.allow(-left / growth)
            kinds[place] = after[payer]

    def add_one(self, until_exhaustive: bool) -> Run:
        """Raise the share step by step until the winners would cost more than the budget; the run before that."""
        step, budget = self.election.rule.get("increment") or self.election.unit, self.election.budget
        accepted, steps = self.run(self.share), 0
        while not self._finished(accepted, until_exhaustive):
            same = accepted.unchanged
            ahead = 1 if same is None else max(1, -(-same // step))
            tried = self.run(self.share + (steps + ahead) * step, limit=budget)
            if tried.spent > budget:
                if ahead > 1:
                    accepted = self.run(self.share + (steps + ahead - 1) * step)
                accepted.rejected, steps = tried.share, steps + ahead - 1
                break
            accepted, steps = tried, steps + ahead
        accepted.steps = steps
        return accepted

    def named(self, steps: int, until_exhaustive: bool) -> Run:
        """The run that a certificate names, and whether add-one ends with it; not what came before."""
        step, budget = self.election.rule.get("increment") or self.election.unit, self.election.budget
        accepted = self.run(self.share + steps * step)
        accepted.steps = steps
        if accepted.spent <= budget and self._finished(accepted, until_exhaustive):
            return accepted
        after = self.run(self.share + (steps + 1) * step, limit=budget)
        if accepted.spent > budget or after.spent <= budget:
            return Run(self.share, steps=-1)  # it does not end there
        accepted.rejected = after.share
        return accepted

    def _finished(self, run: Run, until_exhaustive: bool) -> bool:
        """Whether no candidate is left, or none that fits the budget."""
        room = self.election.budget - run.spent
        left = [
            project
            for project in self.candidates
            if project not in run.winners and not self.election.excluded(project, run.winners)
        ]
        return not any(not until_exhaustive or self.election.costs[project] <= room for project in left)
