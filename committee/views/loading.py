"""Loading is permission: a proposal for whoever may see its review."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from budgeting.people import Request
from committee.members import why_not_look
from proposals.models import Proposal
from proposals.views.browse import find


def find_before_the_committee(
    request: Request, at: datetime, cycle: str, district: str, number: int, *, whole: bool = False
) -> Proposal:
    """Raises Http404 as `find` does, and PermissionDenied for whoever sees nothing of its review, with the reason."""
    proposal = find(request, at, cycle, district, number, whole=whole)
    if sentence := why_not_look(proposal, by=request.user):
        raise PermissionDenied(sentence)
    return proposal
