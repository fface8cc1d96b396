"""A correction is asked of the author: at once, by one member, and it is no decision."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from budgeting.people import Person
from committee.members import why_not_decide
from lib.refusal import allow, require
from proposals.models import Decision, Proposal


@transaction.atomic
def ask(proposal: Proposal, *, by: Person, at: datetime, reason: str) -> Decision:
    """Return it to its author, with what is asked. Raises Refused, also while something is put to the vote on it."""
    proposal.hold()
    allow(why_not_decide(proposal, by=by, at=at))
    open_motion = proposal.motions.filter(settled_at=None).exists()
    require(not open_motion, _("Something is put to the vote on it: vote on that first."))
    return proposal.decide(by=by, at=at, outcome=Decision.Outcome.RETURN, reason=reason)
