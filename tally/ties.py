"""Equals: an explicit order, a lot anyone can recompute, and a refusal where neither decides.

The lot is the order of ``SHA-256(seed || project id)``, both as UTF-8 and put one after the other, smallest first. The
seed is announced before the vote closes, for example as "the numbers of the national lottery of 4 June".
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from hashlib import sha256
from itertools import chain, pairwise, permutations, product
from math import factorial, prod
from typing import Any, TypeVar

from tally.election import Election
from tally.rules import Rule

T = TypeVar("T")
MOST_ORDERS = 120
"""So many orders of equals are tried to show that a tie is harmless; beyond that it needs a lot."""


class UnresolvedTie(Exception):
    """Equal projects, an outcome that depends on their order, and no rule that decides. `projects` names them."""

    def __init__(self, projects: Iterable[str]) -> None:
        self.projects = tuple(projects)
        super().__init__(f"A tie decides the outcome and needs a lot: {', '.join(self.projects)}.")


def lot(seed: str, project: str) -> str:
    """The lot of a project, as hexadecimal digits; the smallest comes first."""
    return sha256((seed + project).encode()).hexdigest()


class TieOrder:
    """The order of a rule's `ties` over the projects of one election (by position in the list)."""

    def __init__(self, election: Election, rule: Rule, assumed: Sequence[int] = (), first: int = -1) -> None:
        """To see whether an order matters: `assumed`, one for projects the rule leaves equal; `first`, one project put
        before all its equals."""
        self.election = election
        self.rule = rule
        self.assumed = {position: place for place, position in enumerate(assumed)}
        self.first = first
        self.open: set[int] = set()

    @cached_property
    def keys(self) -> list[tuple[Any, ...]]:
        """For each project what the order compares, smallest first. Equal keys: the rule does not decide."""
        return [
            tuple(self._value(name, position) for name in self._usable)
            for position in range(len(self.election.projects))
        ]

    @cached_property
    def _usable(self) -> tuple[str, ...]:
        return tuple(name for name in self.rule.ties if name != "lot" or self.rule.seed is not None)

    def _value(self, name: str, position: int) -> Any:
        project = self.election.projects[position]
        if name == "min-cost":
            return project.cost
        if name == "max-votes":
            return -self.election.votes[position]
        if name == "lot":
            return lot(self.rule.seed or "", project.id)
        return position if name == "listed" else project.id

    def place(self, position: int) -> tuple[Any, ...]:
        """Where a project stands among equals; undecided ones in the order of the list."""
        return position != self.first, self.keys[position], self.assumed.get(position, -1), position

    def sorted(self, tied: Iterable[int]) -> list[int]:
        """The tied projects, the one that goes first first."""
        return sorted(tied, key=self.place)

    def meet(self, equals: Sequence[int]) -> None:
        """Note two or more equals that a count met, if the rule does not decide which of them is first."""
        if self.keys[equals[0]] == self.keys[equals[1]]:
            self.open.update(each for each in equals if self.keys[each] == self.keys[equals[0]])

    def undecided(self, tied: Sequence[int]) -> list[list[int]]:
        """Those of the tied projects that the order leaves equal, in sets of two or more."""
        sets: dict[tuple[Any, ...], list[int]] = {}
        for position in self.sorted(tied):
            sets.setdefault(self.keys[position], []).append(position)
        return [equals for equals in sets.values() if len(equals) > 1]

    def goes_before(self, one: int, other: int, votes: int | None = None, cost: int | None = None) -> bool:
        """Whether the rule puts a project before another that is its equal, were its votes or its cost as said.

        An order that the rule leaves open is no answer.
        """
        were = {"max-votes": None if votes is None else -votes, "min-cost": cost}
        mine = (were.get(name) for name in self._usable)
        supposed = tuple(is_ if were is None else were for were, is_ in zip(mine, self.keys[one], strict=True))
        return supposed < self.keys[other]

    def decided_by(self, one: int, other: int) -> str | None:
        """The first key on which two projects differ; None if none does."""
        pairs = zip(self._usable, self.keys[one], self.keys[other], strict=True)
        return next((name for name, mine, theirs in pairs if mine != theirs), None)

    def record(self, tied: Sequence[int], decisive: bool) -> dict[str, Any]:
        """What the result says about a tie: who was equal, in what order they went, by what, if it mattered."""
        order = self.sorted(tied)
        steps = {self.decided_by(one, other) for one, other in pairwise(order)}
        return {
            "projects": [self.election.projects[position].id for position in order],
            "by": [name for name in self._usable if name in steps],
            "decisive": decisive,
        }


def settle(
    election: Election, rule: Rule, attempt: Callable[[TieOrder], T], winners: Callable[[T], Iterable[int]]
) -> T:
    """Count with an order for ties, and if the rule left equals open, show that their order does not matter.

    Every order of the equals is tried. Raises UnresolvedTie if two orders have different winners (or if there are more
    than `MOST_ORDERS` of them).
    """
    order = TieOrder(election, rule)
    result = attempt(order)
    met, tried = order.open, set[int]()
    while met - tried:
        tried = set(met)
        sets = order.undecided(sorted(tried))
        names = [election.projects[position].id for position in sorted(tried)]
        if prod(factorial(len(equals)) for equals in sets) > MOST_ORDERS:
            raise UnresolvedTie(names)
        for assumed in product(*map(permutations, sets)):
            trial = TieOrder(election, rule, assumed=tuple(chain.from_iterable(assumed)))
            if set(winners(attempt(trial))) != set(winners(result)):
                raise UnresolvedTie(names)
            met |= trial.open
    return result
