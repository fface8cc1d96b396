"""How a committee comes to its decision; the decision itself is a row of proposals."""

from committee.models.assignment import Assignment
from committee.models.card import Answer, Card
from committee.models.card_import import CardImport
from committee.models.case_number import CaseNumber
from committee.models.challenge import Challenge
from committee.models.change import ChangeRuling, ProposedChange
from committee.models.committee import Committee, StepIn
from committee.models.consent import Consent
from committee.models.correction import Correction
from committee.models.cost_assessment import CostAssessment
from committee.models.department import Department, DepartmentMember, MayHand
from committee.models.finding import Finding, FindingDraft
from committee.models.message import Message
from committee.models.motion import Motion, MotionVote
from committee.models.note import Note
from committee.models.office import Office
from committee.models.opinion import Opinion, Station
from committee.models.question import Question
from committee.models.recusal import Recusal
from committee.models.referral import Referral
from committee.models.resolution import Resolution
from committee.models.ruling import MergerRuling
from committee.models.sealed_answers import SealedAnswers
from committee.models.seat import Seat
from committee.models.step import Step

__all__ = [
    "Answer",
    "Assignment",
    "Card",
    "CardImport",
    "CaseNumber",
    "Challenge",
    "ChangeRuling",
    "Committee",
    "Consent",
    "Correction",
    "CostAssessment",
    "Department",
    "DepartmentMember",
    "Finding",
    "FindingDraft",
    "MayHand",
    "MergerRuling",
    "Message",
    "Motion",
    "MotionVote",
    "Note",
    "Office",
    "Opinion",
    "ProposedChange",
    "Question",
    "Recusal",
    "Referral",
    "Resolution",
    "SealedAnswers",
    "Seat",
    "Station",
    "Step",
    "StepIn",
]
