"""Sequential Phragmen: everyone earns money at the same pace, and a project is bought once its supporters can pay it.

Source: Phragmen 1894; for budgets Los, Christoff and Grossi, "Proportional Budget Allocations", IJCAI 2022. The
supporters of a project that is bought have nothing left. The count ends when what is bought next breaks the budget.

All is exact: a voter's state is when they last had nothing, which is one of as many moments as there were purchases.
"""

import heapq
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.election import Election
from tally.outcome import Outcome, Reason
from tally.rules import Rule
from tally.support import Support, passed_over, supports
from tally.ties import TieOrder, settle


class Phragmen:
    """One count, kept open to say how near the losers came."""

    def __init__(self, election: Election, rule: Rule, order: TieOrder) -> None:
        self.election = election
        self.order = order
        self.support = supports(election)
        self.passed_over = passed_over(election, rule, self.support)
        self.candidates = [each for each in range(len(election.projects)) if each not in self.passed_over]
        # In which round a voter's money was last spent; 0: never.
        self.spent_in: NDArray[np.int64] = np.zeros(len(election.counts), np.int64)
        self.times = [Fraction(0)]
        self.winners: list[int] = []
        self.left = election.budget
        self.stopped_by: int | None = None
        self.excluded: dict[int, int] = {}
        self.ties: list[tuple[list[int], bool]] = []
        self.cost_to_win: dict[int, int] = dict.fromkeys(self.candidates, 0)
        self._count()

    def _ready(self, support: Support, cost: int) -> Fraction:
        """When the supporters will have earned the cost (each earns one minor unit in one unit of time)."""
        return (cost + self._unearned(support)) / support.voters

    def _unearned(self, support: Support) -> Fraction:
        """What the supporters would have earned before their money was last spent."""
        voters = np.bincount(self.spent_in[support.ballots], weights=support.counts).astype(np.int64)
        return sum((self.times[each] * int(voters[each]) for each in np.flatnonzero(voters).tolist()), Fraction(0))

    def _count(self) -> None:
        projects = self.election.projects
        queue = [(Fraction(projects[each].cost, self.support[each].voters), each) for each in self.candidates]
        heapq.heapify(queue)
        while queue:
            time, equals = self._next(queue)
            equals = self.order.sorted(equals)
            if len(equals) > 1:
                self.ties.append((equals, not self._disjoint(equals)))
                self.order.meet(equals)
            winner, project = equals[0], projects[equals[0]]
            self._watch(time, [winner, *equals[1:], *(position for _, position in queue)])
            if project.cost > self.left:
                self.stopped_by = winner
                return
            self.winners.append(winner)
            self.left -= project.cost
            self.times.append(time)
            self.spent_in[self.support[winner].ballots] = len(self.times) - 1
            for position in equals[1:]:
                heapq.heappush(queue, (time, position))
            if project.group is not None:
                same = [p for _, p in queue if projects[p].group == project.group]
                self.excluded |= dict.fromkeys(same, winner)
                queue = [entry for entry in queue if entry[1] not in self.excluded]
                heapq.heapify(queue)

    def _next(self, queue: list[tuple[Fraction, int]]) -> tuple[Fraction, list[int]]:
        """The next moment at which something can be bought, and what. An old moment is never after the present one."""
        fresh: set[int] = set()
        while True:
            time = queue[0][0]
            equals = []
            while queue and queue[0][0] == time:
                position = heapq.heappop(queue)[1]
                if position not in fresh:
                    ready = self._ready(self.support[position], self.election.projects[position].cost)
                    fresh.add(position)
                    if ready > time:
                        heapq.heappush(queue, (ready, position))
                        continue
                equals.append(position)
            if equals:
                return time, equals

    def _disjoint(self, equals: list[int]) -> bool:
        """Whether all equals will be bought one after the other: no common supporter, no common group, enough money."""
        ballots = np.concatenate([self.support[each].ballots for each in equals])
        groups = [group for each in equals if (group := self.election.projects[each].group) is not None]
        affordable = sum(self.election.projects[each].cost for each in equals) <= self.left
        return len(np.unique(ballots)) == len(ballots) and len(set(groups)) == len(groups) and affordable

    def _watch(self, time: Fraction, waiting: list[int]) -> None:
        """At which cost a project would have been bought before this moment: strictly less than its supporters earn."""
        for position in waiting:
            earned = time * self.support[position].voters - self._unearned(self.support[position])
            cost = min(self.left, -floor(-earned) - 1)
            self.cost_to_win[position] = max(self.cost_to_win[position], cost)


def phragmen(election: Election, rule: Rule) -> Outcome:
    """Count by sequential Phragmen. Raises UnresolvedTie."""
    count = settle(election, rule, lambda order: Phragmen(election, rule, order), lambda count: count.winners)
    ties = [count.order.record(equals, decisive) for equals, decisive in count.ties]
    return Outcome.of(election, rule, count.winners, reasons=_reasons(count), ties=ties)


def _reasons(count: Phragmen) -> dict[str, Reason]:
    projects, left, told = count.election.projects, count.election.budget, dict(count.passed_over)
    for number, winner in enumerate(count.winners):
        left -= projects[winner].cost
        told[winner] = {"code": "funded", "round": number + 1, "cost": projects[winner].cost, "left": left}
    for loser in set(count.candidates) - set(count.winners):
        told[loser] = _lost(count, loser)
    return {project.id: told[position] for position, project in enumerate(projects)}


def _lost(count: Phragmen, position: int) -> Reason:
    projects = count.election.projects
    near: dict[str, Any] = {"cost": projects[position].cost, "left": count.left}
    if count.cost_to_win[position] > 0:
        near["cost_to_win"] = count.cost_to_win[position]
    if position in count.excluded:
        return {"code": "excluded", "by": projects[count.excluded[position]].id} | near
    for equals, decisive in count.ties:
        if decisive and position in equals[1:]:
            by = count.order.decided_by(equals[0], position)
            return {"code": "lost_tie", "to": [projects[equals[0]].id], "by": by} | near
    if position == count.stopped_by:
        return {"code": "too_expensive"} | near
    return {"code": "after_stop", "stopped_by": projects[count.stopped_by or 0].id} | near
