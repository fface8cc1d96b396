"""Greedy: go down the list from the most votes, funding what fits.

The rule of most cities (Pabulib's ``greedy``, ``greedy-threshold``, ``greedy-no-skip``). After the first project that
does not fit the count goes on (Warszawa, Krakow), stops (Wroclaw, Gdynia), or stops after funding that one from the
reserve if a set share of it is covered (Poznan). Source: Faliszewski et al., "Participatory Budgeting: Data, Tools, and
Analysis", IJCAI 2023, and the files of Pabulib themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import ceil, floor
from typing import Any

from ballots.tally.election import Election
from ballots.tally.minimum import minimums, standing
from ballots.tally.outcome import Outcome, Reason, totals
from ballots.tally.rules import Rule
from ballots.tally.ties import TieOrder, UnresolvedTie


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
    """One greedy count, kept open so that it can say how near each loser came."""

    def __init__(self, election: Election, rule: Rule, order: TieOrder | None = None) -> None:
        self.election = election
        self.rule = rule
        self.order = order or TieOrder(election, rule)
        self.minimums = minimums(election, rule)
        self.standing = standing(election, rule)
        self.ties: list[dict[str, Any]] = []
        self.already: Sequence[int] = ()
        candidates = [
            position
            for position, project in enumerate(election.projects)
            if not project.withdrawn and self.standing[position] >= self.minimums[position]
        ]
        self.ranking = sorted(
            candidates, key=lambda position: (self._rank(position), self.order.keys[position], position)
        )
        self.tied_with = {position: tied for tied in self._level() for position in tied}

    def _merit(self, position: int, standing: int | None = None) -> Fraction | int:
        has = self.standing[position] if standing is None else standing
        return Fraction(has, self.election.projects[position].cost) if self.rule.rank_by == "votes-per-cost" else has

    def _rank(self, position: int) -> Fraction | int:
        return -self._merit(position)

    def _level(self) -> list[list[int]]:
        """The ranking in steps of equal merit."""
        return [list(tied) for _, tied in groupby(self.ranking, key=self._rank)]

    def _purse(self) -> _Purse:
        purse = _Purse(self.election, self.rule, self.election.budget, {})
        for position in self.already:
            purse.offer(position)
        return purse

    def winners(self, already: Sequence[int] = ()) -> list[int]:
        """The winners in order, after those `already` funded by other means.

        Raises UnresolvedTie where equals change the outcome and nothing decides.
        """
        self.already = already
        purse, won = self._purse(), []
        for tied in self._level():
            if len(tied) > 1:
                self.ties.append(self.order.record(tied, self._decisive(purse, tied)))
            undecided = {position: equals for equals in self.order.undecided(tied) for position in equals}
            for position in tied:
                if position in already:
                    continue
                equals = undecided.get(position)
                if equals and position == equals[0] and self._decisive(purse, equals):
                    raise UnresolvedTie(self.election.projects[each].id for each in equals)
                if purse.offer(position):
                    won.append(position)
        return won

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
        groups = [
            project.group for project in map(self.election.projects.__getitem__, able) if project.group is not None
        ]
        together = sum(self.election.projects[position].cost for position in able) <= purse.left
        fits_all = len(able) == len(tied) or not self.rule.stops
        # Two misfits, one of them coverable: the count ends with whichever comes first.
        return len(tied) > 1 and not (together and len(set(groups)) == len(groups) and fits_all)

    def reasons(self, winners: Iterable[int]) -> dict[str, Reason]:
        """Why each project won or did not, and how near a loser came."""
        purse, won, told = self._purse(), set(winners), {}
        at_level: dict[int, _Purse] = {}
        for tied in self._level():
            before = _Purse(self.election, self.rule, purse.left, dict(purse.taken), purse.stopped_by)
            for position in tied:
                at_level[position] = before
                told[position] = self._turn(position, purse, before, won)
        for position, project in enumerate(self.election.projects):
            if project.withdrawn:
                told[position] = {"code": "withdrawn"}
            elif position not in told:
                told[position] = {
                    "code": "below_minimum",
                    self.rule.measure: self.standing[position],
                    "minimum": self.minimums[position],
                }
        return {project.id: told[position] for position, project in enumerate(self.election.projects)}

    def _turn(self, position: int, purse: _Purse, before: _Purse, won: set[int]) -> Reason:
        projects, left, stopped_by, excluder = (
            self.election.projects,
            purse.left,
            purse.stopped_by,
            purse.excluder(position),
        )
        cost = projects[position].cost
        if purse.offer(position):
            reason = {"code": "funded", "round": self._round(position, won), "cost": cost, "left": purse.left}
            return reason | {"reserve": cost - left} if cost > left else reason
        ahead = [
            p for p in self.tied_with[position] if p in won and self.ranking.index(p) < self.ranking.index(position)
        ]
        near = {self.rule.measure: self.standing[position]} | self.nearness(position)
        if ahead and before.funds(position):
            by = self.order.decided_by(ahead[-1], position)
            return {
                "code": "lost_tie",
                "to": [projects[p].id for p in ahead],
                "by": by,
                "cost": cost,
                "left": left,
            } | near
        if stopped_by is not None:
            return {"code": "after_stop", "stopped_by": projects[stopped_by].id, "cost": cost} | near
        if excluder is not None:
            return {"code": "excluded", "by": projects[excluder].id} | near
        return {"code": "too_expensive", "cost": cost, "left": left} | near

    def _round(self, position: int, won: set[int]) -> int:
        return 1 + sum(p in won for p in self.ranking[: self.ranking.index(position)])

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
        """The fewest votes (or points) that put a project strictly ahead of another."""
        if self.rule.rank_by == "votes-per-cost":
            return floor(self._merit(other) * self.election.projects[position].cost) + 1
        return self.standing[other] + 1

    def _highest_cost(self, purse: _Purse, position: int, ahead_of: int | None = None) -> int:
        """The highest cost at which a project would win if its turn came now; 0 if there is none.

        A lower cost brings the turn forward, ahead of another project, only where votes are weighed against cost.
        """
        if purse.stopped_by is not None or purse.excluder(position) is not None:
            return 0
        affordable = purse.left if self.rule.cover is None else floor(purse.left / self.rule.cover)
        if ahead_of is None:
            return affordable
        if self.rule.rank_by != "votes-per-cost":
            return 0
        merit = self._merit(ahead_of)
        return affordable if merit == 0 else min(affordable, ceil(self.standing[position] / merit) - 1)


def greedy(election: Election, rule: Rule) -> Outcome:
    """Count by the greedy rule. Raises UnresolvedTie."""
    count = Greedy(election, rule)
    winners = count.winners()
    return Outcome(
        rule=rule,
        winners=tuple(election.projects[position].id for position in winners),
        spent=sum(election.projects[position].cost for position in winners),
        budget=election.budget,
        unit=election.unit,
        reasons=count.reasons(winners),
        ties=count.ties,
        totals=totals(election),
    )
