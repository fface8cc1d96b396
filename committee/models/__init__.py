"""How a committee comes to its decision; the decision itself is a row of proposals."""

from committee.models.assignment import Assignment
from committee.models.committee import Committee
from committee.models.motion import Motion, MotionVote, Resolution
from committee.models.recusal import Recusal

__all__ = ["Assignment", "Committee", "Motion", "MotionVote", "Recusal", "Resolution"]
