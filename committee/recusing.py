"""A member takes no part in a proposal: by their own word, or because a challenge to it was upheld."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from committee import assigning, motions
from committee.deadlines import why_not_open
from committee.members import why_not_look
from committee.models import Recusal
from committee.standing_in import complete
from lib.refusal import allow, require
from proposals.models import Proposal


@transaction.atomic
def recuse(proposal: Proposal, *, by: Person, at: datetime, interest: str) -> Recusal:
    """Declare an interest in a proposal: from here on this member sees nothing of its review and has no vote in it.

    A vote they have cast counts no longer. Raises Refused.
    """
    proposal.hold()
    allow(why_not_look(proposal, by=by))
    allow(why_not_open(proposal, at))
    require(interest in Recusal.Interest.values, _("Choose the kind of interest."))
    by.record(Done.MEMBER_RECUSED, on=proposal, interest=str(interest))
    return leave(proposal, by.pk, at=at, interest=interest)


def leave(proposal: Proposal, member: int, *, at: datetime, interest: str) -> Recusal:
    """They are out, in the caller's transaction: others step in where too few are left, and what that decides is."""
    recusal = Recusal.objects.create(proposal=proposal, member_id=member, at=at, interest=interest)
    assigning.end_for_who_is_recused(recusal, at=at)
    complete(proposal, at=at)
    motions.settle(proposal, at=at)
    return recusal


def suggested(proposal: Proposal, *, to: Person) -> Recusal.Interest | None:
    """The kind of interest that the site knows this member has; None if it knows of none."""
    return Recusal.Interest.SUPPORT if proposal.is_endorsed_by(to) else None


def public_recusals(proposal: Proposal, at: datetime) -> list[Recusal]:
    """Who takes no part in it, once the decisions of its cycle are public."""
    opens = proposal.cycle.decisions_open
    if opens is not None and at < opens:
        return []
    return list(Recusal.objects.filter(proposal=proposal).select_related("member"))
