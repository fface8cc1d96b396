"""Who lives here, and which account is whose."""

from residents.models.desk_list import DeskList
from residents.models.joined_line import JoinedLine
from residents.models.letter_code import LetterCode
from residents.models.letter_run import LetterRun, LetterVotes
from residents.models.register import RegisterImport, Resident, StagedLine, StandingRegister
from residents.models.verification import Claim, Verification, VotedBefore

__all__ = [
    "Claim",
    "DeskList",
    "JoinedLine",
    "LetterCode",
    "LetterRun",
    "LetterVotes",
    "RegisterImport",
    "Resident",
    "StagedLine",
    "StandingRegister",
    "Verification",
    "VotedBefore",
]
