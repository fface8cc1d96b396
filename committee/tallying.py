"""Whether a motion is carried: the one rule, of numbers alone.

A motion is carried as soon as more than half of those who may vote are for it and a quorum has voted, since nothing
could change that. It is settled at its close, or once all have voted: carried if a quorum has voted and more are for it
than against. Abstaining counts for the quorum, and neither for nor against.
"""

from dataclasses import dataclass
from enum import Enum


class Result(Enum):
    OPEN = "open"
    CARRIED = "carried"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many may vote, how many have to, and how many have voted how."""

    entitled: int
    quorum: int
    in_favour: int
    against: int
    abstained: int

    @property
    def votes(self) -> int:
        return self.in_favour + self.against + self.abstained

    @property
    def has_quorum(self) -> bool:
        return self.votes >= self.quorum

    def result(self, *, is_closed: bool) -> Result:
        if self.has_quorum and 2 * self.in_favour > self.entitled:
            return Result.CARRIED
        if is_closed or self.votes >= self.entitled:
            return Result.CARRIED if self.has_quorum and self.in_favour > self.against else Result.LOST
        if 2 * self.against >= self.entitled:  # whoever is left cannot be more
            return Result.LOST
        return Result.OPEN
