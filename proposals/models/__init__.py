"""What we might build."""

from proposals.models.delivery import Award, Milestone
from proposals.models.discussion import Comment, CommentReport, Endorsement, Hiding
from proposals.models.finding import Status
from proposals.models.photo import Photo
from proposals.models.proposal import Category, Proposal
from proposals.models.review import Decision
from proposals.models.writing import Version, Withdrawal

__all__ = [
    "Award",
    "Category",
    "Comment",
    "CommentReport",
    "Decision",
    "Endorsement",
    "Hiding",
    "Milestone",
    "Photo",
    "Proposal",
    "Status",
    "Version",
    "Withdrawal",
]
