"""What the committee offers on the page of a proposal."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from budgeting.people import Person
from committee.members import why_not_look
from committee.models import Motion
from proposals.models import Proposal


def address_of(proposal: Proposal) -> str:
    """Of the page on which the committee decides on it."""
    return _address("decide", proposal)


def _address(name: str, proposal: Proposal) -> str:
    contest = proposal.contest
    return reverse(name, args=[contest.cycle.slug, contest.district.slug, proposal])


def page_of_the_committee(proposal: Proposal, person: Person, at: datetime) -> list[tuple[str, str]]:
    """To everybody how the committee voted, once that is public; to its members where they decide."""
    offered = []
    if Motion.objects.public().filter(proposal=proposal).exists():
        offered.append((_("How the committee voted"), _address("how_the_committee_voted", proposal)))
    if not proposal.is_draft and not why_not_look(proposal, by=person):
        offered.append((_("Decide as the committee"), address_of(proposal)))
    return offered
