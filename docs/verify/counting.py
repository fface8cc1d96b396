"""Every rule of docs/counting.md, in whole numbers and fractions, written from that description alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from cast_ballots import Ballots
from equal_shares import EqualShares
from findings import CannotTell
from frozen_paper import GREEDY, Paper, lot


class Count:
    """One count. `order`: 1, or -1 to take what no key decides in the other direction, to see whether it matters.
    `steps`: of add-one only the run that a certificate names."""

    def __init__(
        self,
        paper: Paper,
        rule: Mapping[str, Any],
        ballots: Ballots,
        withdrawn: Collection[str] = (),
        seed: str | None = None,
        order: int = 1,
        steps: int | None = None,
    ) -> None:
        self.costs, self.groups, self.budget, self.unit = paper.costs, paper.groups, paper.budget, paper.unit
        self.rule, self.ballots, self.withdrawn, self.seed, self.order = rule, ballots, withdrawn, seed, order
        self.steps = steps
        self.places = {project: place for place, project in enumerate(self.costs)}
        self.voters = sum(number for _, number in ballots)
        self.votes = dict.fromkeys(self.costs, 0)
        self.points = dict.fromkeys(self.costs, 0)
        for ballot, number in ballots:
            for project, points in ballot.items():
                self.votes[project] += number
                self.points[project] += number * points
        self.by_points = "points" in (rule.get("rank_by"), rule.get("utility"))
        self.standing = self.points if self.by_points else self.votes
        self.measure = "points" if self.by_points else "votes"
        self.eligible = [project for project in self.costs if self.may_win(project)]
        self.certificate: dict[str, Any] | None = None
        self.comparison: dict[str, Any] | None = None
        self.winners = self._count()

    def _count(self) -> list[str]:
        if self.rule["name"] in GREEDY:
            return self.greedy()
        if self.rule["name"] == "phragmen":
            return self.phragmen()
        if self.rule["name"] == "equal-shares":
            return self.by_shares()
        raise CannotTell(f"This program does not know the rule {self.rule['name']}.")

    @property
    def spent(self) -> int:
        return sum(self.costs[winner] for winner in self.winners)

    @property
    def statistics(self) -> dict[str, Any]:
        """How many ballots there are, how many are blank, and how many voters have 0, 1, 2 ... projects funded."""
        wins = Counter[int]()
        for ballot, number in self.ballots:
            wins[sum(ballot.get(winner, 0) > 0 for winner in self.winners)] += number
        told = [wins[number] for number in range(max(wins, default=-1) + 1)]
        blank = sum(number for ballot, number in self.ballots if not ballot)
        with_a_win = self.voters - wins[0]
        return {"ballots": self.voters, "blank": blank, "with_a_win": with_a_win, "wins": told}

    def minimum(self, project: str) -> int:
        """What a project needs; reaching it exactly is enough."""
        of_ballots = Fraction(self.rule.get("minimum_of_ballots") or 0) * self.voters
        of_cost = Fraction(self.rule.get("minimum_of_cost") or 0)
        if of_cost:
            of_cost *= Fraction(self.voters * self.costs[project], self.budget)
        return max(self.rule.get("minimum_votes") or 0, -(-of_ballots // 1), -(-of_cost // 1))

    def may_win(self, project: str) -> bool:
        return project not in self.withdrawn and self.standing[project] >= self.minimum(project)

    def _decides(self, project: str, votes: int | None = None, cost: int | None = None) -> dict[str, Any]:
        """What the rule compares of equals, in its order; `votes` and `cost` as they might have been."""
        keys = {
            "min-cost": lambda: self.costs[project] if cost is None else cost,
            "max-votes": lambda: -(self.votes[project] if votes is None else votes),
            "listed": lambda: self.places[project],
            "id": lambda: project,
            "lot": lambda: lot(self.seed or "", project),
        }
        return {name: keys[name]() for name in self.rule["ties"] if name != "lot" or self.seed is not None}

    def tie_key(self, project: str) -> list[Any]:
        """What decides between equals: the smallest goes first."""
        return [*self._decides(project).values(), self.order * self.places[project]]

    def goes_before(self, project: str, other: str, votes: int | None = None, cost: int | None = None) -> bool:
        """Whether it would go before another that is its equal, with such votes or such a cost."""
        return [*self._decides(project, votes, cost).values()] < [*self._decides(other).values()]

    def decided_by(self, one: str, other: str) -> str | None:
        mine, theirs = self._decides(one), self._decides(other)
        return next((name for name in mine if mine[name] != theirs[name]), None)

    def tie(self, equals: Sequence[str], decisive: bool) -> dict[str, Any]:
        """What the result has to say of equals."""
        steps = {self.decided_by(*pair) for pair in pairwise(equals)}
        by = [name for name in self._decides(equals[0]) if name in steps]
        return {"projects": list(equals), "by": by, "decisive": decisive}

    def excluded(self, project: str, winners: Sequence[str]) -> bool:
        group = self.groups.get(project)
        return group is not None and any(self.groups.get(winner) == group for winner in winners)

    # Greedy

    def greedy(self, plain: bool = False, winners: Sequence[str] = ()) -> list[str]:
        """Down the list from the most votes. `plain`: as the plain greedy rule, whatever the rule is."""

        def merit(project: str) -> Fraction:
            by_cost = not plain and self.rule.get("rank_by") == "votes-per-cost"
            return Fraction(self.standing[project], self.costs[project] if by_cost else 1)

        cover = None if plain else self.rule.get("cover")
        stops = not plain and (self.rule["name"] == "greedy-no-skip" or cover is not None)
        winners = list(winners)
        left = self.budget - sum(self.costs[winner] for winner in winners)
        for project in sorted(self.eligible, key=lambda project: (-merit(project), self.tie_key(project))):
            if project in winners or self.excluded(project, winners):
                continue
            cost = self.costs[project]
            if cost <= left:
                winners.append(project)
                left -= cost
            elif stops:
                if cover is not None and left >= Fraction(cover) * cost:
                    winners.append(project)
                break
        return winners

    # Equal shares

    def worth(self, ballot: Mapping[str, int], project: str) -> int:
        """What a project is worth to a voter: its points where the rule weighs them, else 1. No points, no support."""
        points = ballot.get(project, 0)
        return points if self.rule.get("utility") == "points" else int(points > 0)

    def by_shares(self) -> list[str]:
        self.method = method = EqualShares(self)
        completion = self.rule.get("completion") or "none"
        if completion == "none":
            accepted = method.run()
        else:
            exhaustive = completion == "add1-exhaustive"
            accepted = method.add_one(exhaustive) if self.steps is None else method.named(self.steps, exhaustive)
        winners = accepted.winners
        if completion == "add1u":
            winners = self.greedy(plain=True, winners=winners)
        self.accepted, self.certificate = accepted, accepted.certificate
        return self._compared(winners) if self.rule.get("compare") else winners

    def _compared(self, winners: list[str]) -> list[str]:
        """Greedy's winners instead, if more voters prefer them."""
        others, prefer = self.greedy(plain=True), Counter[int]()
        for ballot, number in self.ballots:
            ours, theirs = (sum(self.worth(ballot, one) for one in each) for each in (winners, others))
            prefer[(ours > theirs) - (ours < theirs)] += number
        kept = "greedy" if prefer[-1] > prefer[1] else "equal-shares"
        self.comparison = {"prefer_equal_shares": prefer[1], "prefer_greedy": prefer[-1], "kept": kept}
        if kept == "greedy":
            self.certificate = None
            return others
        return winners

    # Phragmén

    def phragmen(self) -> list[str]:
        """Everybody earns 1 in a unit of time. Who has bought something begins again from nothing at that moment."""
        moments, began = [Fraction(0)], [0] * len(self.ballots)
        supporters = {project: self._supporters(project) for project in self.eligible}
        waiting = {project: places for project, places in supporters.items() if places}
        winners, left = [], self.budget
        while waiting:
            ready = {project: self._paid_at(project, waiting[project], began, moments) for project in waiting}
            now = min(ready.values())
            winner = min((project for project in waiting if ready[project] == now), key=self.tie_key)
            if self.costs[winner] > left:
                break
            winners.append(winner)
            left -= self.costs[winner]
            moments.append(now)
            for place in waiting.pop(winner):
                began[place] = len(moments) - 1
            waiting = {each: places for each, places in waiting.items() if not self.excluded(each, winners)}
        return winners

    def _supporters(self, project: str) -> list[int]:
        return [place for place, (ballot, _) in enumerate(self.ballots) if self.worth(ballot, project)]

    def _paid_at(
        self, project: str, supporters: Sequence[int], began: Sequence[int], moments: Sequence[Fraction]
    ) -> Fraction:
        """When those who chose a project will have earned its cost together. `began`: at which of the moments each
        kind of ballot had nothing."""
        people = Counter[int]()
        for place in supporters:
            people[began[place]] += self.ballots[place][1]
        not_earned = sum(number * moments[moment] for moment, number in people.items())
        return (self.costs[project] + not_earned) / sum(people.values())
