"""A member takes no part in a proposal."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from budgeting.stages import Act
from committee import assigning, motions
from committee.members import why_not_look
from committee.models import Recusal
from lib.refusal import allow, require
from proposals.models import Proposal


@transaction.atomic
def recuse(proposal: Proposal, *, by: Person, at: datetime, interest: str) -> Recusal:
    """Declare an interest in a proposal: from here on this member sees nothing of its review and has no vote in it.

    A vote they have cast counts no longer. Raises Refused.
    """
    proposal.hold()
    allow(why_not_look(proposal, by=by))
    require(proposal.is_open_for(Act.DECIDE, at), _("This proposal is not open for a decision."))
    require(interest in Recusal.Interest.values, _("Choose the kind of interest."))
    recusal = Recusal.objects.create(proposal=proposal, member_id=by.pk, at=at, interest=interest)
    assigning.end_for_who_is_recused(recusal, at=at)
    by.record(Done.MEMBER_RECUSED, on=proposal, interest=str(interest))
    motions.settle(proposal, at=at)
    return recusal
