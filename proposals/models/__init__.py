"""What we might build, and what became of it."""

from proposals.models.delivery import Award, Milestone
from proposals.models.discussion import Comment
from proposals.models.ground import Ground
from proposals.models.hiding import AuthorsAnswer, Complaint, Hiding
from proposals.models.outcome import Outcome
from proposals.models.photo import Photo
from proposals.models.proposal import Proposal
from proposals.models.reasons import Reason
from proposals.models.review import Decision
from proposals.models.saved_search import SavedSearch
from proposals.models.status import Status
from proposals.models.support import Endorsement
from proposals.models.text import Category
from proposals.models.versions import Version, Withdrawal
from proposals.models.withholding import Withholding

__all__ = [
    "AuthorsAnswer",
    "Award",
    "Category",
    "Comment",
    "Complaint",
    "Decision",
    "Endorsement",
    "Ground",
    "Hiding",
    "Milestone",
    "Outcome",
    "Photo",
    "Proposal",
    "Reason",
    "SavedSearch",
    "Status",
    "Version",
    "Withdrawal",
    "Withholding",
]
