"""A counting rule as a value: which one, with which minimum, ranking, completion and order for ties."""

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Self

GREEDY = ("greedy", "greedy-no-skip", "greedy-threshold")
NAMES = (*GREEDY, "equal-shares", "phragmen")
RANKINGS = ("votes", "points", "votes-per-cost")
UTILITIES = ("cost", "cardinality", "points")
COMPLETIONS = ("none", "add1", "add1-exhaustive", "add1u")
TIE_KEYS = ("min-cost", "max-votes", "lot", "listed", "id")
_SHARES = ("cover", "minimum_of_ballots", "minimum_of_cost")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How a contest is counted. Shares may be given as Fraction, "4/5", "0.8" or a whole number, never as a float.

    name
        ``greedy`` passes over what does not fit; ``greedy-no-skip`` stops there; ``greedy-threshold`` is greedy with
        thresholds: a minimum (so Pabulib means it), or a covered share, and then it stops; ``equal-shares``;
        ``phragmen``.
    rank_by
        what greedy goes by: ``votes``, ``points`` or ``votes-per-cost``. A minimum is in the same measure
        (votes for ``votes-per-cost``).
    minimum_votes, minimum_of_ballots, minimum_of_cost
        what a project needs to be considered; reaching it exactly is enough, and all that are set must be met.
        Of ballots: votes >= share x ballots. Of cost: votes / ballots >= share x cost / budget.
    cover
        not with ``greedy``: the first project that does not fit is funded all the same when at least this share of
        its cost is left (Poznan: 4/5), and the count stops. The city pays the rest from its reserve.
    utility, completion, increment, compare
        only ``equal-shares``. ``increment`` is what each step of add-one gives each voter, in minor units; None is one
        unit of the currency. With ``compare`` the greedy outcome wins if more voters prefer it.
    ties, seed
        what decides between equals, in this order. ``lot`` is drawn from ``seed``, which must be public.
    """

    name: str = "greedy"
    rank_by: str = "votes"
    minimum_votes: int = 0
    minimum_of_ballots: Fraction | None = None
    minimum_of_cost: Fraction | None = None
    cover: Fraction | None = None
    utility: str = "cost"
    completion: str = "none"
    increment: int | None = None
    compare: bool = False
    ties: tuple[str, ...] = ("min-cost", "max-votes", "lot")
    seed: str | None = None

    def __post_init__(self) -> None:
        for share in _SHARES:
            object.__setattr__(self, share, _share(share, getattr(self, share)))
        object.__setattr__(self, "ties", tuple(self.ties or ()))
        _require(self.name, NAMES, "counting rule")
        _require(self.rank_by, RANKINGS, "ranking")
        _require(self.utility, UTILITIES, "utility")
        _require(self.completion, COMPLETIONS, "completion")
        for key in self.ties:
            _require(key, TIE_KEYS, "order for ties")
        if self.cover is not None and (self.name not in GREEDY[1:] or not 0 < self.cover <= 1):
            raise ValueError("A covered share goes with greedy-no-skip or greedy-threshold; it is above 0, at most 1.")
        if not isinstance(self.minimum_votes, int) or not isinstance(self.increment, int | None):
            raise ValueError("The minimum of votes and the increment are whole numbers.")
        if self.minimum_votes < 0 or (self.minimum_of_ballots or 0) < 0 or (self.minimum_of_cost or 0) < 0:
            raise ValueError("A minimum is not negative.")
        if self.increment is not None and self.increment < 1:
            raise ValueError("The increment is at least one minor unit.")

    @property
    def measure(self) -> str:
        """In what the minimum and a shortfall are told: ``votes`` or ``points``."""
        return "points" if self.rank_by == "points" else "votes"

    @property
    def stops(self) -> bool:
        """Whether greedy ends at the first project that does not fit."""
        return self.name == "greedy-no-skip" or self.cover is not None

    def to_dict(self) -> dict[str, Any]:
        """Every setting that is set, ready for JSON; `from_dict` reads it back."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        told = {name: str(value) if isinstance(value, Fraction) else value for name, value in plain.items()}
        told["ties"] = list(self.ties)
        return {name: value for name, value in told.items() if value is not None}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Raises ValueError for a name or a value that is not known."""
        unknown = set(stored) - {item.name for item in fields(cls)}
        if unknown:
            raise ValueError(f"A counting rule has no {', '.join(sorted(unknown))}.")
        return cls(**stored)


def _share(name: str, value: Any) -> Fraction | None:
    if isinstance(value, float):
        raise ValueError(f"Give {name} as a fraction or as text, not as a float.")
    try:
        return None if value is None else Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError):
        raise ValueError(f"{value} is not a share.") from None


def _require(value: str, known: tuple[str, ...], what: str) -> None:
    if value not in known:
        raise ValueError(f"{value} is not a known {what}; known are {', '.join(known)}.")
