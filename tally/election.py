"""What is counted: projects, ballots, a budget. Plain values; nobody's name is here.

Money is an integer in minor units (cents); `Election.unit` says how many of them make one unit of the currency.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Project:
    """One line of the ballot paper. `cost` is in minor units and at least 1.

    Of the projects that share a `group` only one can win. A `withdrawn` project stays on the list but cannot win.
    """

    id: str
    cost: int
    name: str = ""
    group: str | None = None
    categories: tuple[str, ...] = ()
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.cost, int) or self.cost < 1:
            raise ValueError(f"Project {self.id} needs a cost of at least one minor unit, as a whole number.")


@dataclass(frozen=True, slots=True)
class Ballot:
    """`count` equal ballots: the points each project was given. A blank ballot is an empty mapping, and is a ballot."""

    points: Mapping[str, int] = field(default_factory=dict)
    count: int = 1

    @classmethod
    def approving(cls, *projects: str, count: int = 1) -> Self:
        """A ballot that names projects: one point each."""
        return cls(dict.fromkeys(projects, 1), count)

    @classmethod
    def ranking(cls, *projects: str, count: int = 1) -> Self:
        """A ballot that ranks projects, best first: of L places the first is worth L points, the last 1."""
        return cls({project: len(projects) - place for place, project in enumerate(projects)}, count)


class Election:
    """Projects, ballots and a budget; equal ballots are merged, so that a million voters need little memory.

    The merged ballots are four arrays: ballot b chose `choices[offsets[b]:offsets[b + 1]]` (positions in `projects`),
    gave them `points` at the same places, and was cast `counts[b]` times.
    """

    def __init__(self, projects: Iterable[Project], ballots: Iterable[Ballot], budget: int, unit: int = 1) -> None:
        """Raises ValueError for a repeated project, a ballot for an unknown one, or an amount that makes no sense."""
        self.projects = tuple(projects)
        self.budget = budget
        self.unit = unit
        self.index = {project.id: position for position, project in enumerate(self.projects)}
        if len(self.index) != len(self.projects):
            raise ValueError("A project is listed twice.")
        if not isinstance(budget, int) or budget < 0:
            raise ValueError("The budget must be a whole number of minor units, and not negative.")
        if unit < 1:
            raise ValueError("One unit of the currency must be at least one minor unit.")
        self._merge(ballots)

    def _merge(self, ballots: Iterable[Ballot]) -> None:
        merged: dict[tuple[tuple[int, int], ...], int] = {}
        for ballot in ballots:
            if ballot.count < 1:
                raise ValueError("A ballot must have been cast at least once.")
            try:
                row = tuple(sorted((self.index[project], points) for project, points in ballot.points.items()))
            except KeyError as unknown:
                raise ValueError(f"A ballot names {unknown.args[0]}, which is not on the list.") from None
            if any(not isinstance(points, int) or points < 0 for _, points in row):
                raise ValueError("Points must be whole numbers, and not negative.")
            merged[row] = merged.get(row, 0) + ballot.count
        lengths = np.fromiter(map(len, merged), np.int64, len(merged))
        self.offsets: NDArray[np.int64] = np.concatenate(([0], np.cumsum(lengths)))
        size = int(self.offsets[-1])
        self.choices: NDArray[np.int32] = np.fromiter((project for row in merged for project, _ in row), np.int32, size)
        self.points: NDArray[np.int64] = np.fromiter((points for row in merged for _, points in row), np.int64, size)
        self.counts: NDArray[np.int64] = np.fromiter(merged.values(), np.int64, len(merged))

    @property
    def ballots(self) -> Iterator[Ballot]:
        """The merged ballots, one at a time."""
        for number, count in enumerate(self.counts.tolist()):
            row = slice(self.offsets[number], self.offsets[number + 1])
            names = (self.projects[position].id for position in self.choices[row].tolist())
            yield Ballot(dict(zip(names, self.points[row].tolist(), strict=True)), count)

    @cached_property
    def ballot_count(self) -> int:
        """How many ballots were cast, blank ones included."""
        return int(self.counts.sum())

    @cached_property
    def _counts_per_choice(self) -> NDArray[np.int64]:
        return np.repeat(self.counts, np.diff(self.offsets))

    @cached_property
    def votes(self) -> tuple[int, ...]:
        """How many ballots name each project, in the order of `projects`."""
        return self._totals(self._counts_per_choice)

    @cached_property
    def scores(self) -> tuple[int, ...]:
        """The sum of the points of each project, in the order of `projects`."""
        return self._totals(self._counts_per_choice * self.points)

    def _totals(self, weights: NDArray[np.int64]) -> tuple[int, ...]:
        totals = np.zeros(len(self.projects), np.int64)
        np.add.at(totals, self.choices, weights)
        return tuple(totals.tolist())
