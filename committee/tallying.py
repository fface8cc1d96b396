"""Whether a motion is carried: the one rule, of numbers alone.

A motion is carried as soon as more than half of those who may vote are for it and a quorum has voted, since nothing
could change that. It is settled at its close, or once all have voted: carried if a quorum has voted and more are for it
than against. Abstaining counts for the quorum, and neither for nor against. As many for as against is lost, unless the
committee lets its chair break a tie.
"""

from dataclasses import dataclass
from enum import Enum


class Result(Enum):
    OPEN = "open"
    CARRIED = "carried"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many may vote, how many have to, and how many have voted how.

    `chair_is_for_it`: by whose vote a tie is broken; None where nobody breaks one.
    """

    entitled: int
    quorum: int
    in_favour: int
    against: int
    abstained: int
    chair_is_for_it: bool | None = None

    @property
    def votes(self) -> int:
        return self.in_favour + self.against + self.abstained

    @property
    def has_quorum(self) -> bool:
        return self.votes >= self.quorum

    @property
    def is_broken_tie(self) -> bool:
        """As many for it as against, and the chair is for it."""
        return self.in_favour == self.against and bool(self.chair_is_for_it)

    def result(self, *, is_closed: bool) -> Result:
        if self.has_quorum and 2 * self.in_favour > self.entitled:
            return Result.CARRIED
        if is_closed or self.votes >= self.entitled:
            is_won = self.in_favour > self.against or self.is_broken_tie
            return Result.CARRIED if self.has_quorum and is_won else Result.LOST
        if self._cannot_be_won:
            return Result.LOST
        return Result.OPEN

    @property
    def _cannot_be_won(self) -> bool:
        """Even if all who are left were for it."""
        most = self.entitled - self.against
        return most < self.against or (most == self.against and self.chair_is_for_it is None)
