"""The Method of Equal Shares and add-one, decided in fractions.

**Which steps of add-one need no count.** While the same projects are bought in the same order, a higher share leaves
at least as much in every purse after each round, and makes every price at most as high: by induction, as more in the
purses makes a price lower, and a lower price leaves more. So let two shares be given with which the same projects are
bought in the same order, and let in each round

- the price of the winner with the lower share, where it is highest, be below the price of every other project with the
  higher share, where that is lowest; or
- the same supporters be short of money with both shares, now and in all rounds before. They are then short with each
  share between, for a purse that grows and a price that falls meet once. So both prices are straight lines in between;
  the winner's is the lower at both ends, and so everywhere.

And let nobody be able to pay for anything more in the end with the higher share. Then every share between the two gives
the same, and none of them needs a count. How far to try is a guess, and what is found with two shares proves it or does
not; where two prices meet slowly it takes as many tries as the number of steps has figures, in yen or in euros.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from purses import Price, Purses, Supporters

FIRST = 64
"""How many steps are tried at first."""


class Election(Protocol):
    """What `counting.Count` knows of the vote."""

    costs: Mapping[str, int]
    groups: Mapping[str, str]
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
class Run:
    """A run with one share. `asked`: in each round the prices that were asked for, and the winner's."""

    share: Fraction
    purses: Purses
    winners: list[str] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    asked: list[dict[str, Price]] = field(default_factory=list)
    ties: list[list[str]] = field(default_factory=list)
    spent: int = 0
    steps: int = 0
    rejected: Fraction | None = None

    def buy(self, price: Price, asked: dict[str, Price]) -> None:
        self.winners.append(price.project)
        self.prices.append(price)
        self.asked.append(asked | {price.project: price})
        self.spent += price.of.cost
        self.purses.pay(price)

    @property
    def certificate(self) -> dict[str, Any]:
        """What the result has to say of it."""
        prices = [{"project": price.project, "price": str(price.exactly)} for price in self.prices]
        told: dict[str, Any] = {"endowment": str(self.share), "prices": prices, "steps": self.steps}
        return told if self.rejected is None else told | {"rejected": str(self.rejected)}


class OtherCourse(Exception):
    """Between two shares something may change. `reach`: how far it seems to be the same, as a part of the way."""

    def __init__(self, reach: float) -> None:
        self.reach = reach


class EqualShares:
    """The method on one election. A supporter bears a part of a price for each point, or one part."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.by_cost = (election.rule.get("utility") or "cost") == "cost"
        found = {project: self._supporters(project) for project in election.eligible}
        self.supporters = {project: of for project, of in found.items() if of is not None}
        self.candidates = list(self.supporters)
        self.bears: list[dict[str, int]] = [{} for _ in election.ballots]
        for project, of in self.supporters.items():
            for place, part in zip(of.places, of.parts, strict=True):
                self.bears[place][project] = part
        self.order = {project: election.tie_key(project) for project in self.candidates}
        self.first = {project: Price(project, of, of.borne) for project, of in self.supporters.items()}
        self.step = election.rule.get("increment") or election.unit

    def _supporters(self, project: str) -> Supporters | None:
        found = (
            (place, self.election.worth(each, project), n) for place, (each, n) in enumerate(self.election.ballots)
        )
        rows = [row for row in found if row[1]]
        if not rows:
            return None
        places, parts, numbers = zip(*rows, strict=True)
        cost, borne = self.election.costs[project], sum(part * number for _, part, number in rows)
        return Supporters(places, parts, numbers, cost, cost if self.by_cost else 1, borne)

    @property
    def share(self) -> Fraction:
        return Fraction(self.election.budget, max(1, self.election.voters))

    def _start(self, steps: int) -> tuple[Run, dict[str, Price]]:
        """A run, and for each candidate a price that its own is never below: prices only rise from round to round."""
        share = self.share + steps * self.step
        return Run(share, Purses(share, self.bears), steps=steps), dict(self.first)

    def _price(self, run: Run, bound: Price) -> Price | None:
        return run.purses.price(bound.project, bound.of, bound.each - bound.off)

    def _left(self, least: dict[str, Price], run: Run) -> dict[str, Price]:
        if not self.election.groups:
            return least
        return {each: price for each, price in least.items() if not self.election.excluded(each, run.winners)}

    def run(self, steps: int = 0, limit: int | None = None, first: str | None = None) -> Run:
        """Buy what is cheapest for its supporters until nobody can pay for anything; or until it costs more than
        `limit`. `first`: a project put before all its equals, to see what a tie decided."""
        run, least = self._start(steps)
        while limit is None or run.spent <= limit:
            asked: dict[str, Price] = {}
            equals = self._cheapest(run, least, asked)
            if not equals:
                break
            winner = min(equals, key=lambda each: (each.project != first, self.order[each.project]))
            if len(equals) > 1:
                run.ties.append(sorted((each.project for each in equals), key=self.order.__getitem__))
            del least[winner.project]
            run.buy(winner, asked)
            least = self._left(least, run)
        return run

    def _cheapest(self, run: Run, least: dict[str, Price], asked: dict[str, Price]) -> list[Price]:
        """The candidates that are cheapest now, for what they are worth; drops from `least` whom nobody can pay."""
        best: list[Price] = []
        for project in sorted(least, key=lambda each: least[each].least):
            if best and least[project].least > best[0].most:
                break
            price = self._price(run, least[project])
            if price is None:
                del least[project]
                continue
            least[project] = asked[project] = price
            order = price.against(best[0]) if best else -1
            if order < 0:
                best = [price]
            elif order == 0:
                best.append(price)
        return best

    def _goes_first(self, one: Price, other: Price) -> bool:
        order = one.against(other)
        return order < 0 or (order == 0 and self.order[one.project] < self.order[other.project])

    def follow(self, before: Run, steps: int) -> Run:
        """The run after so many steps, if it is known to give, as every one between, what the one before gave. Raises
        OtherCourse."""
        run, least = self._start(steps)
        alike, reach = True, 1.0
        for was, once in zip(before.prices, before.asked, strict=True):
            asked: dict[str, Price] = {}
            price = self._price(run, least.pop(was.project))
            assert price is not None  # everybody has more than before
            alike = alike and price.who_is_short == was.who_is_short
            for bound in [each for each in least.values() if each.least <= was.most]:
                other = bound.project
                theirs = self._price(run, bound)
                if theirs is None:
                    del least[other]
                    continue
                least[other] = asked[other] = theirs
                if self._goes_first(was, theirs):
                    continue
                earlier = once.get(other)
                if not self._goes_first(price, theirs):
                    raise OtherCourse(min(reach, _reach(was, earlier, price, theirs)))
                if not alike or earlier is None or earlier.who_is_short != theirs.who_is_short:
                    reach = min(reach, _reach(was, earlier, was, theirs))
            run.buy(price, asked)
            least = self._left(least, run)
        if reach < 1 or self._cheapest(run, least, {}):
            raise OtherCourse(reach if reach < 1 else 0.5)
        return run

    def add_one(self, until_exhaustive: bool) -> Run:
        """Raise the share step by step until the winners would cost more than the budget; the run before that."""
        accepted, ahead, usual = self.run(0), FIRST, FIRST
        while not self._finished(accepted, until_exhaustive):
            if ahead > 1:
                try:
                    accepted = self.follow(accepted, accepted.steps + ahead)
                except OtherCourse as other:
                    ahead = max(1, ahead // 16, min(ahead - 1, int(ahead * other.reach)))
                else:
                    ahead = usual = ahead + 1 + ahead // 2
                continue
            tried = self.run(accepted.steps + 1, limit=self.election.budget)
            if tried.spent > self.election.budget:
                accepted.rejected = tried.share
                break
            ahead = 2 if tried.winners == accepted.winners else usual
            accepted = tried
        accepted.ties = self.run(accepted.steps).ties  # a run that follows another does not look for them
        return accepted

    def named(self, steps: int, until_exhaustive: bool) -> Run:
        """The run that a certificate names, and whether add-one ends with it; not what came before."""
        accepted, budget = self.run(steps), self.election.budget
        if accepted.spent <= budget and self._finished(accepted, until_exhaustive):
            return accepted
        after = self.run(steps + 1, limit=budget)
        if accepted.spent > budget or after.spent <= budget:
            return Run(self.share, Purses(self.share, ()), steps=-1)  # it does not end there
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


def _reach(was: Price, once: Price | None, now: Price, theirs: Price) -> float:
    """How far, as a part of the way, it is until two prices meet that were `was` and `once` and are `now` and `theirs`,
    if both go straight on. A guess."""
    if once is None:
        return 0.5
    apart, nearer = once.rate - was.rate, once.rate - was.rate - theirs.rate + now.rate
    return 0.97 * apart / nearer if 0 <= apart < nearer else 0.5
