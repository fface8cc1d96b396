"""Under which number the city's register of documents keeps a proposal: for clerks and the committee, not public."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from committee.members import why_not_help
from committee.models import CaseNumber
from committee.models.sealed import new_salt
from lib.refusal import allow, require
from proposals.models import Proposal


def why_not_number(proposal: Proposal, *, by: Person) -> str:
    """Why this person neither reads nor sets its case number, in a sentence; empty if they do both."""
    return why_not_help(proposal, by=by)


def case_number_of(proposal: Proposal) -> str:
    """Empty where it has none."""
    return proposal.case_numbers.order_by("-at", "-pk").values_list("text", flat=True).first() or ""


@transaction.atomic
def set_case_number(proposal: Proposal, text: str, *, by: Person, at: datetime) -> None:
    """Empty: it has none any more. The same again is no change. Raises Refused, or what the model says."""
    proposal.hold()
    allow(why_not_number(proposal, by=by))
    require(not proposal.is_draft, _("A draft has no case number."))
    numbered = CaseNumber(proposal=proposal, text=text, by_id=by.pk, at=at, salt=new_salt())
    numbered.full_clean(exclude=["proposal", "by"])
    if numbered.text == case_number_of(proposal):
        return
    numbered.save(force_insert=True)
    by.record(Done.CASE_NUMBER_SET, on=numbered, digest=numbered.digest)
