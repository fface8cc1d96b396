"""What the committee offers on the page of a proposal."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from budgeting.people import Person
from committee.members import why_not_look
from proposals.models import Proposal


def address_of(proposal: Proposal) -> str:
    """Of the page on which the committee decides on it."""
    contest = proposal.contest
    return reverse("decide", args=[contest.cycle.slug, contest.district.slug, proposal])


def page_of_the_committee(proposal: Proposal, person: Person, at: datetime) -> list[tuple[str, str]]:
    if proposal.is_draft or why_not_look(proposal, by=person):
        return []
    return [(_("Decide as the committee"), address_of(proposal))]
