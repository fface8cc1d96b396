"""How a committee comes to its decision; the decision itself is a row of proposals."""

from committee.models.assignment import Assignment
from committee.models.challenge import Challenge
from committee.models.committee import Committee, StepIn
from committee.models.motion import Motion, MotionVote, Resolution
from committee.models.office import Office
from committee.models.recusal import Recusal
from committee.models.referral import Referral
from committee.models.seat import Seat

__all__ = [
    "Assignment",
    "Challenge",
    "Committee",
    "Motion",
    "MotionVote",
    "Office",
    "Recusal",
    "Referral",
    "Resolution",
    "Seat",
    "StepIn",
]
