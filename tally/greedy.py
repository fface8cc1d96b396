"""Greedy: go down the list from the most votes, funding what fits.

The rule of most cities (Pabulib's ``greedy``, ``greedy-threshold``, ``greedy-no-skip``). After the first project that
does not fit the count goes on (Warszawa, Krakow), stops (Wroclaw, Gdynia), or stops after funding that one from the
reserve if a set share of it is covered (Poznan). Source: Faliszewski et al., "Participatory Budgeting: Data, Tools, and
Analysis", IJCAI 2023, and the files of Pabulib themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from math import ceil, floor
from typing import Any

from tally.election import Election
from tally.minimum import minimums, standing
from tally.outcome import Outcome, Reason
from tally.rules import Rule
from tally.ties import TieOrder, UnresolvedTie


@dataclass
class _Purse:
    """The budget on its way down the list: what is left, whose groups are taken, and whether the count has stopped."""

    election: Election
    rule: Rule
    left: int
    taken: dict[str, int]
    stopped_by: int | None = None

    def fits(self, position: int) -> bool:
        return self.election.projects[position].cost <= self.left

    def covers(self, position: int) -> bool:
        """Whether enough is left for the first misfit to be funded with help from the reserve."""
        cost = self.election.projects[position].cost
        return self.rule.cover is not None and self.left >= self.rule.cover * cost

    def excluder(self, position: int) -> int | None:
        """The winner of the same exclusive group, if there is one."""
        group = self.election.projects[position].group
        return None if group is None else self.taken.get(group)

    def funds(self, position: int) -> bool:
        return (
            self.stopped_by is None
            and self.excluder(position) is None
            and (self.fits(position) or self.covers(position))
        )

    def offer(self, position: int) -> bool:
        """Give a project its turn; True if it is funded."""
        if self.stopped_by is not None or self.excluder(position) is not None:
            return False
        fits, funded = self.fits(position), self.funds(position)
        if not fits and self.rule.stops:
            self.stopped_by = position
        if funded:
            project = self.election.projects[position]
            self.left = max(0, self.left - project.cost)
            if project.group is not None:
                self.taken[project.group] = position
        return funded


class Greedy:
    """One greedy count, kept open so that it can say how near each loser came.

    `already` are projects funded by other means, before the count. With an `order` given, ties it leaves open are noted
    there; without one they stop the count, if they matter.
    """

    def __init__(
        self, election: Election, rule: Rule, order: TieOrder | None = None, already: Sequence[int] = ()
    ) -> None:
        self.election = election
        self.rule = rule
        self.already = already
        self.settled_elsewhere = order is not None
        self.order = order or TieOrder(election, rule)
        self.minimums = minimums(election, rule)
        self.standing = standing(election, rule)
        self.ties: list[dict[str, Any]] = []
        considered = [
            position
            for position, project in enumerate(election.projects)
            if not project.withdrawn and self.standing[position] >= self.minimums[position]
        ]
        self.ranking = sorted(considered, key=lambda position: (-self._merit(position), self.order.place(position)))
        self.levels = [list(tied) for _, tied in groupby(self.ranking, key=self._merit)]
        self.winners = self._count()

    def _merit(self, position: int) -> Fraction | int:
        """What the ranking goes by."""
        has = self.standing[position]
        return Fraction(has, self.election.projects[position].cost) if self.rule.rank_by == "votes-per-cost" else has

    def _purse(self) -> _Purse:
        purse = _Purse(self.election, self.rule, self.election.budget, {})
        for position in self.already:
            purse.offer(position)
        return purse

    def _count(self) -> list[int]:
        purse, won = self._purse(), []
        for level in self.levels:
            tied = [position for position in level if position not in self.already]
            if len(tied) > 1:
                self.ties.append(self.order.record(tied, self._decisive(purse, tied)))
            first_of = {equals[0]: equals for equals in self.order.undecided(tied)}
            for position in tied:
                if position in first_of and self._decisive(purse, first_of[position]):
                    self._leave_open(first_of[position])
                if purse.offer(position):
                    won.append(position)
        return won

    def _leave_open(self, equals: Sequence[int]) -> None:
        if not self.settled_elsewhere:
            raise UnresolvedTie(self.election.projects[each].id for each in equals)
        self.order.meet(equals)

    def _decisive(self, purse: _Purse, tied: Sequence[int]) -> bool:
        """Whether the order of equals changes who wins, from this point of the count.

        Whatever could be funded if it went first is funded in some order; so the order is of no matter only if all of
        these can be funded together.
        """
        if purse.stopped_by is not None:
            return False
        tied = [position for position in tied if purse.excluder(position) is None]
        able = [position for position in tied if purse.funds(position)]
        if not able:
            return False
        projects = [self.election.projects[position] for position in able]
        groups = [project.group for project in projects if project.group is not None]
        together = sum(project.cost for project in projects) <= purse.left and len(set(groups)) == len(groups)
        # Where the count stops at a misfit, it must not come before the others.
        return len(tied) > 1 and not (together and (len(able) == len(tied) or not self.rule.stops))

    def reasons(self) -> dict[str, Reason]:
        """Why each project won or did not, and how near a loser came."""
        purse, told = self._purse(), {}
        for level in self.levels:
            before = replace(purse, taken=dict(purse.taken))
            for position in level:
                told[position] = self._turn(position, purse, before)
        for position, project in enumerate(self.election.projects):
            if project.withdrawn:
                told[position] = {"code": "withdrawn"}
            elif position not in told:
                has, needs = self.standing[position], self.minimums[position]
                told[position] = {"code": "below_minimum", self.rule.measure: has, "minimum": needs}
        return {project.id: told[position] for position, project in enumerate(self.election.projects)}

    def _turn(self, position: int, purse: _Purse, before: _Purse) -> Reason:
        """What came of a project's turn, and why. `before`: the purse before it and its equals had theirs."""
        projects, cost = self.election.projects, self.election.projects[position].cost
        left, stopped_by, excluder = purse.left, purse.stopped_by, purse.excluder(position)
        if purse.offer(position):
            funded = {"code": "funded", "round": self.winners.index(position) + 1, "cost": cost, "left": purse.left}
            return funded | ({"reserve": cost - left} if cost > left else {})
        near = {"cost": cost, self.rule.measure: self.standing[position]} | self.nearness(position)
        ahead = self._funded_equals(position)
        if ahead and before.funds(position):
            by, names = self.order.decided_by(ahead[-1], position), [projects[each].id for each in ahead]
            return {"code": "lost_tie", "to": names, "by": by, "left": left} | near
        if stopped_by is not None:
            return {"code": "after_stop", "stopped_by": projects[stopped_by].id} | near
        if excluder is not None:
            return {"code": "excluded", "by": projects[excluder].id} | near
        return {"code": "too_expensive", "left": left} | near

    def _funded_equals(self, position: int) -> list[int]:
        """The funded ones among a project's equals that went before it."""
        level = next(level for level in self.levels if position in level)
        return [each for each in level[: level.index(position)] if each in self.winners]

    def nearness(self, position: int) -> Reason:
        """With how many votes, or at which highest cost, a loser would have won, all else unchanged."""
        purse, votes, costs = self._purse(), [], []
        for other in self.ranking[: self.ranking.index(position)]:
            if purse.funds(position):
                votes.append(self._standing_before(position, other))
            costs.append(self._highest_cost(purse, position, ahead_of=other))
            purse.offer(other)
        costs.append(self._highest_cost(purse, position))
        near: Reason = {}
        if votes:
            near[f"needed_{self.rule.measure}"] = min(votes)
        if max(costs) > 0:
            near["cost_to_win"] = max(costs)
        return near

    def _standing_before(self, position: int, other: int) -> int:
        """The fewest votes (or points) that put a project ahead of another: with as many, where a tie is its own."""
        equal = Fraction(self._merit(other))
        if self.rule.rank_by == "votes-per-cost":
            equal *= self.election.projects[position].cost
        votes = None if self.rule.rank_by == "points" else floor(equal)
        if equal.denominator == 1 and self.order.goes_before(position, other, votes):
            return floor(equal)
        return floor(equal) + 1

    def _highest_cost(self, purse: _Purse, position: int, ahead_of: int | None = None) -> int:
        """The highest cost at which a project would win if its turn came now; 0 if there is none.

        A lower cost brings the turn forward, ahead of another project, where votes are weighed against cost, and where
        of two equals the cheaper goes first.
        """
        if purse.stopped_by is not None or purse.excluder(position) is not None:
            return 0
        affordable = purse.left if self.rule.cover is None else floor(purse.left / self.rule.cover)
        if ahead_of is None:
            return affordable
        standing, merit = self.standing[position], self._merit(ahead_of)
        if self.rule.rank_by == "votes-per-cost" and merit:
            equal = Fraction(standing) / merit  # at this cost it is the other's equal, below it comes before
            if equal.denominator == 1 and self.order.goes_before(position, ahead_of, cost=floor(equal)):
                return min(affordable, floor(equal))
            return min(affordable, ceil(equal) - 1)
        if merit != self._merit(position):
            return 0
        as_dear = self.election.projects[ahead_of].cost
        costs = (min(affordable, cost) for cost in (as_dear, as_dear - 1))
        return next((cost for cost in costs if self.order.goes_before(position, ahead_of, cost=cost)), 0)


def greedy(election: Election, rule: Rule) -> Outcome:
    """Count by the greedy rule. Raises UnresolvedTie."""
    count = Greedy(election, rule)
    return Outcome.of(election, rule, count.winners, reasons=count.reasons(), ties=count.ties)
