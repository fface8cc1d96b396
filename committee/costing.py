"""Members assess what a proposal costs. A motion starts from it, and the public reads what was voted on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.acts import Done
from budgeting.people import Person
from committee.members import why_not_decide
from committee.models import CostAssessment
from committee.models.sealed import new_salt
from lib import money
from lib.refusal import allow
from proposals.models import Proposal


@transaction.atomic
def assess_cost(
    proposal: Proposal,
    *,
    by: Person,
    at: datetime,
    cost: int | None,
    upkeep: int | None = None,
    months: int | None = None,
    basis: str,
) -> CostAssessment:
    """Say what it costs: `cost` in the first year and `upkeep` of a year in minor units, in how many months, and why.

    An upkeep that is left off is as its author wrote. The latest counts. Raises Refused, or what the model says.
    """
    proposal.hold()
    allow(why_not_decide(proposal, by=by, at=at))
    figures = {"cost": cost, "upkeep": upkeep, "months": months, "basis": basis.strip()}
    assessed = CostAssessment(proposal=proposal, by_id=by.pk, at=at, salt=new_salt(), **figures)
    assessed.full_clean(exclude=["proposal", "by"])
    assessed.save(force_insert=True)
    by.record(Done.COST_ASSESSED, on=assessed, digest=assessed.digest)
    return assessed


def in_words(cost: int, upkeep: int | None, months: int | None, currency: str) -> str:
    """Such as "€15,000, and €500 a year, in 8 months"."""
    said = money.written(cost, currency)
    if upkeep is not None:
        amounts = {"cost": said, "upkeep": money.written(upkeep, currency)}
        said = _("%(cost)s, and %(upkeep)s a year") % amounts
    if months:
        said = ngettext("%(cost)s, in %(n)d month", "%(cost)s, in %(n)d months", months) % {"cost": said, "n": months}
    return said
