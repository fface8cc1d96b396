"""Who someone is and what they may do."""

from accounts.models.audit import AuditEvent
from accounts.models.people import Role, User
from accounts.models.register import RegisterImport, Resident, StagedLine
from accounts.models.verification import Claim, LetterCode, Refused, Verification

__all__ = [
    "AuditEvent",
    "Claim",
    "LetterCode",
    "Refused",
    "RegisterImport",
    "Resident",
    "Role",
    "StagedLine",
    "User",
    "Verification",
]
