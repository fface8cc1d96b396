"""A correction is asked of the author: at once, by one member, with a date; and it is no decision."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from budgeting.people import Person
from committee.deadlines import require_within_the_review, within_a_week
from committee.members import why_not_decide
from committee.models import Correction, Resolution
from lib.refusal import allow, require
from proposals.models import Decision, Proposal


@transaction.atomic
def ask(proposal: Proposal, *, by: Person, at: datetime, reason: str, until: datetime | None = None) -> Correction:
    """Return it to its author, with what is asked and by when. Raises Refused, also while something is put to the vote.

    What was asked before is looked at with it.
    """
    proposal.hold()
    allow(why_not_decide(proposal, by=by, at=at))
    open_motion = proposal.motions.filter(settled_at=None).exists()
    require(not open_motion, _("Something is put to the vote on it: vote on that first."))
    resolved = Resolution.objects.waiting().filter(motion__proposal=proposal).exists()
    require(not resolved, _("The committee has decided on this proposal."))
    until = until or within_a_week(proposal.cycle, at)
    require_within_the_review(until, proposal.cycle, at)
    look_again(proposal, by=by, at=at)
    decision = proposal.decide(by=by, at=at, outcome=Decision.Outcome.RETURN, reason=reason, until=until)
    return Correction.objects.create(decision=decision)


def look_again(proposal: Proposal, *, by: Person, at: datetime) -> None:
    """Whoever goes on with a proposal has looked at what was corrected on it, or was not. In their transaction."""
    standing = Correction.objects.standing().filter(decision__proposal=proposal)
    for correction in standing.select_related("decision__proposal"):
        correction.answer = correction.found
        correction.looked_at, correction.looked_by_id = at, by.pk
        correction.save(update_fields=["answer", "looked_at", "looked_by"])


@transaction.atomic
def looked(proposal: Proposal, *, by: Person, at: datetime) -> None:
    """Say that one has looked at a correction, and leave what follows to all. Raises Refused."""
    proposal.hold()
    allow(why_not_decide(proposal, by=by, at=at))
    look_again(proposal, by=by, at=at)
