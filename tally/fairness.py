"""EJR+: is there a group that could have paid for a project with its share of the budget, and got too little?

Source: Brill and Peters, "Robust and Verifiable Proportionality Axioms for Multiwinner Voting", EC 2023; here up to one
project and for additive utilities, as the Method of Equal Shares keeps it. It can be checked quickly: the worst group
for a project are its supporters who got least.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tally.election import Election
from tally.support import Support, supports


@dataclass(frozen=True, slots=True)
class Violation:
    """A group that deserved more: its members support `project`, which lost; their share of the budget times what it is
    worth to them per minor unit (`deserved`) is at least what the best off of them would have with it (`reached`).

    voters: how many they are. ballots: which merged ballots, by position.
    """

    project: str
    voters: int
    ballots: tuple[int, ...]
    deserved: str
    reached: int


def ejr_plus_violation(election: Election, winners: tuple[str, ...], utility: str = "cost") -> Violation | None:
    """The first violation of EJR+ up to one project, in the order of the list; None if there is none.

    A group S of supporters of a losing project p violates it if for every member i, u_i(W) + u_i(p) is at most
    budget / ballots x (sum of u_j(p) over S) / cost(p). Withdrawn projects are passed over. Decided in whole numbers.
    """
    support = supports(election, by_points=utility == "points")
    worth = [project.cost if utility == "cost" else 1 for project in election.projects]
    got = np.zeros(len(election.counts), np.int64)
    for winner in map(election.index.__getitem__, winners):
        got[support[winner].ballots] += worth[winner] * _units(support[winner])
    for position, project in enumerate(election.projects):
        if project.id not in winners and not project.withdrawn and support[position].voters:
            violation = _worst_group(election, support[position], position, got, worth[position])
            if violation:
                return violation
    return None


def _units(support: Support) -> NDArray[np.int64]:
    units = np.ones(len(support.ballots)) if support.weights is None else support.weights
    return units.astype(np.int64)


def _worst_group(
    election: Election, support: Support, position: int, got: NDArray[np.int64], worth: int
) -> Violation | None:
    """A group of supporters of one project that violates EJR+: those who got least, up to some level."""
    project, units = election.projects[position], worth * _units(support)
    levels = got[support.ballots] + units
    least_first = np.argsort(levels, kind="stable")
    counts = support.counts.astype(np.int64)[least_first]
    voters, together = np.cumsum(counts).tolist(), np.cumsum(counts * units[least_first]).tolist()
    reached = levels[least_first].tolist()
    for place, level in enumerate(reached):
        deserves = together[place] * election.budget >= level * election.ballot_count * project.cost
        if deserves and (place + 1 == len(reached) or reached[place + 1] > level):
            group = tuple(support.ballots[least_first[: place + 1]].tolist())
            deserved = f"{together[place] * election.budget}/{election.ballot_count * project.cost}"
            return Violation(project.id, voters[place], group, deserved, level)
    return None
