"""One envelope each, sealed, until the box is opened and counted."""

from ballots.models.box import (
    BallotBoxKey,
    BoardBatch,
    Envelope,
    KeyGivenUp,
    KeyShare,
    Participation,
    Rehearsal,
    SetAside,
)
from ballots.models.casts import CastSlot, ReplacedEnvelope
from ballots.models.ceremony import Ceremony, Part
from ballots.models.count import Count
from ballots.models.no_vote import NoResult, NoVote
from ballots.models.opening import FromElsewhere, InvalidBallot, OpenedBallot, Opening, ShareDestruction
from ballots.models.paper import BallotLine, BallotPaper
from ballots.models.superseding import Correction, SupersededPaper
from ballots.models.verdict import Verdict

__all__ = [
    "BallotBoxKey",
    "BallotLine",
    "BallotPaper",
    "BoardBatch",
    "CastSlot",
    "Ceremony",
    "Correction",
    "Count",
    "Envelope",
    "FromElsewhere",
    "InvalidBallot",
    "KeyGivenUp",
    "KeyShare",
    "NoResult",
    "NoVote",
    "OpenedBallot",
    "Opening",
    "Part",
    "Participation",
    "Rehearsal",
    "ReplacedEnvelope",
    "SetAside",
    "ShareDestruction",
    "SupersededPaper",
    "Verdict",
]
