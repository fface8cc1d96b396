"""What several scores come to: of numbers alone, and exact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Spread:
    """The average of some scores, and between which two they lie."""

    average: Fraction
    least: int
    most: int


def spread(scores: Sequence[int]) -> Spread | None:
    """None where there is no score."""
    return Spread(Fraction(sum(scores), len(scores)), min(scores), max(scores)) if scores else None


def points(scored: Iterable[tuple[int, int, int]]) -> tuple[int, int]:
    """The points of a card, and how many there are to have: of each score, its highest and its weight."""
    scored = list(scored)
    return sum(score * weight for score, _most, weight in scored), sum(most * weight for _, most, weight in scored)
