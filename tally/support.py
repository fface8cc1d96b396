"""Who supports what: for each project its supporters, for the rules that follow each voter's money."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tally.election import Election
from tally.minimum import minimums, standing
from tally.outcome import Reason
from tally.rules import Rule


@dataclass(frozen=True)
class Support:
    """The supporters of one project.

    ballots: positions of the merged ballots that give it points. counts: how often each was cast. weights: what the
    project is worth to each in the unit of the rule (its points, else 1).
    """

    ballots: NDArray[np.int64]
    counts: NDArray[np.float64]
    weights: NDArray[np.float64] | None

    @cached_property
    def voters(self) -> int:
        """How many voters."""
        return int(self.counts.sum())

    @cached_property
    def weighted(self) -> NDArray[np.float64]:
        """counts x weights."""
        return self.counts if self.weights is None else self.counts * self.weights

    @cached_property
    def weight(self) -> int:
        """The sum of all weights: the number of voters, where every weight is 1."""
        return int(self.weighted.sum())

    @cached_property
    def heaviest(self) -> float:
        """The greatest weight one voter gives."""
        return 1.0 if self.weights is None else float(self.weights.max())


def supports(election: Election, by_points: bool = False) -> list[Support]:
    """The supporters of every project, in the order of the list. Zero points are a vote but no support."""
    gives = election.points > 0
    ballots = np.repeat(np.arange(len(election.counts)), np.diff(election.offsets))[gives]
    choices, points = election.choices[gives], election.points[gives]
    by_project = np.argsort(choices, kind="stable")
    cuts = np.searchsorted(choices[by_project], np.arange(1, len(election.projects)))
    found = []
    for rows in np.split(by_project, cuts):
        weights = points[rows].astype(float) if by_points else None
        found.append(Support(ballots[rows], election.counts[ballots[rows]].astype(float), weights))
    return found


def passed_over(election: Election, rule: Rule, support: list[Support]) -> dict[int, Reason]:
    """The projects no money can go to, and why: withdrawn, below the minimum, or without a supporter."""
    has, needs, told = standing(election, rule), minimums(election, rule), dict[int, Reason]()
    for position, project in enumerate(election.projects):
        if project.withdrawn:
            told[position] = {"code": "withdrawn"}
        elif has[position] < needs[position]:
            told[position] = {"code": "below_minimum", rule.measure: has[position], "minimum": needs[position]}
        elif not support[position].voters:
            told[position] = {"code": "no_votes"}
    return told
