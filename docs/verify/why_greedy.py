"""Why a project won or did not, and how near it came, where projects are funded down a list: greedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from math import ceil, floor
from typing import Any

from counting import Count

Told = dict[str, Any]


@dataclass
class Money:
    """The budget on its way down the list: what is left, who has won, and at whom the count stopped."""

    left: int
    won: list[str] = field(default_factory=list)
    stopped_by: str | None = None


class Down:
    """The list, from the most votes. `plain`: as the plain greedy rule. `already`: who has won by other means."""

    def __init__(self, count: Count, plain: bool = False, already: Sequence[str] = ()) -> None:
        self.count, self.already = count, already
        rule = count.rule
        self.by_cost = not plain and rule.get("rank_by") == "votes-per-cost"
        self.cover = None if plain or rule.get("cover") is None else Fraction(rule["cover"])
        self.stops = not plain and (rule["name"] == "greedy-no-skip" or self.cover is not None)
        self.ranking = sorted(count.eligible, key=lambda each: (-self.merit(each), count.tie_key(each)))
        self.levels = [list(equals) for _, equals in groupby(self.ranking, key=self.merit)]

    def merit(self, project: str) -> Fraction:
        return Fraction(self.count.standing[project], self.count.costs[project] if self.by_cost else 1)

    def start(self) -> Money:
        money = Money(self.count.budget)
        for winner in self.already:
            self.turn(winner, money)
        return money

    def funds(self, project: str, money: Money) -> bool:
        cost = self.count.costs[project]
        covered = self.cover is not None and money.left >= self.cover * cost
        return money.stopped_by is None and not self.excluder(project, money) and (cost <= money.left or covered)

    def excluder(self, project: str, money: Money) -> str | None:
        group = self.count.groups.get(project)
        return next((each for each in money.won if group is not None and self.count.groups.get(each) == group), None)

    def turn(self, project: str, money: Money) -> bool:
        if money.stopped_by is not None or self.excluder(project, money):
            return False
        funded = self.funds(project, money)
        if self.stops and self.count.costs[project] > money.left:
            money.stopped_by = project
        if funded:
            money.left = max(0, money.left - self.count.costs[project])
            money.won.append(project)
        return funded

    def reasons(self) -> dict[str, Told]:
        """Of each project that was considered."""
        money, told = self.start(), {}
        for level in self.levels:
            before = Money(money.left, list(money.won), money.stopped_by)
            ahead: list[str] = []
            for project in level:
                told[project] = self._why(project, money, before, ahead)
                if told[project]["code"] == "funded":
                    ahead.append(project)
        return told

    def _why(self, project: str, money: Money, before: Money, ahead: list[str]) -> Told:
        """`before`: as it was before it and its equals had their turns. `ahead`: the equals that won before it."""
        count, cost = self.count, self.count.costs[project]
        left, stopped_by, excluder = money.left, money.stopped_by, self.excluder(project, money)
        if self.turn(project, money):
            told: Told = {"code": "funded", "round": len(money.won) - len(self.already), "cost": cost}
            return told | {"left": money.left} | ({"reserve": cost - left} if cost > left else {})
        near = {"cost": cost, count.measure: count.standing[project]} | self.nearness(project)
        if ahead and self.funds(project, before):
            by = count.decided_by(ahead[-1], project)
            return {"code": "lost_tie", "to": list(ahead), "by": by, "left": left} | near
        if stopped_by is not None:
            return {"code": "after_stop", "stopped_by": stopped_by} | near
        if excluder is not None:
            return {"code": "excluded", "by": excluder} | near
        return {"code": "too_expensive", "left": left} | near

    def nearness(self, project: str) -> Told:
        """Had its turn come before that of another, with more votes or at a lower cost, would it have won?"""
        money, votes, costs = self.start(), [], []
        for other in self.ranking[: self.ranking.index(project)]:
            if self.funds(project, money):
                votes.append(self._votes_before(project, other))
            costs.append(self._cost_before(project, other, money))
            self.turn(other, money)
        costs.append(self._affordable(project, money))
        told: Told = {f"needed_{self.count.measure}": min(votes)} if votes else {}
        return told | ({"cost_to_win": max(costs)} if max(costs) > 0 else {})

    def _votes_before(self, project: str, other: str) -> int:
        """The fewest votes (or points) that put it before another."""
        equal = self.merit(other) * (self.count.costs[project] if self.by_cost else 1)
        votes = None if self.count.by_points else floor(equal)
        as_many = equal.denominator == 1 and self.count.goes_before(project, other, votes=votes)
        return floor(equal) if as_many else floor(equal) + 1

    def _affordable(self, project: str, money: Money) -> int:
        """The highest cost at which it would win if its turn came now."""
        if money.stopped_by is not None or self.excluder(project, money):
            return 0
        return money.left if self.cover is None else floor(money.left / self.cover)

    def _cost_before(self, project: str, other: str, money: Money) -> int:
        """The same where a lower cost would bring its turn before another's."""
        most, merit, count = self._affordable(project, money), self.merit(other), self.count
        if not most:
            return 0
        if self.by_cost and merit:
            equal = count.standing[project] / merit
            if equal.denominator == 1 and count.goes_before(project, other, cost=floor(equal)):
                return min(most, floor(equal))
            return min(most, ceil(equal) - 1)
        if merit != self.merit(project):
            return 0
        tried = (min(most, cost) for cost in (count.costs[other], count.costs[other] - 1))
        return next((cost for cost in tried if count.goes_before(project, other, cost=cost)), 0)

    def ties(self) -> list[Told]:
        """The equals of the list, and whether another order would have changed what is funded."""
        money, told = self.start(), []
        for level in self.levels:
            equals = [each for each in level if each not in self.already]
            if len(equals) > 1:
                told.append(self.count.tie(equals, self._decisive(equals, money)))
            for project in equals:
                self.turn(project, money)
        return told

    def _decisive(self, equals: list[str], money: Money) -> bool:
        if money.stopped_by is not None:
            return False
        waiting = [each for each in equals if not self.excluder(each, money)]
        able = [each for each in waiting if self.funds(each, money)]
        groups = [self.count.groups[each] for each in able if each in self.count.groups]
        together = sum(self.count.costs[each] for each in able) <= money.left and len(set(groups)) == len(groups)
        if not able or len(waiting) < 2:
            return False
        return not together or (self.stops and len(able) < len(waiting))
