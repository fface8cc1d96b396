"""What the committee offers on the page of a proposal."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from budgeting.people import Person
from committee import departments
from committee.addresses import address_of, challenge_of, changes_of, messages_on, page_on
from committee.asking import why_not_ask
from committee.challenging import why_not_challenge
from committee.changing import why_not_propose
from committee.members import why_not_look
from committee.messaging import why_not_write
from committee.models import Message, Motion, ProposedChange
from committee.recusing import public_recusals
from proposals.models import Proposal


def page_of_the_committee(proposal: Proposal, person: Person, at: datetime) -> list[tuple[str, str]]:
    """To everybody how the committee voted, once that is public; to its members where they decide."""
    offered = []
    if Motion.objects.public().filter(proposal=proposal).exists():
        offered.append((_("How the committee voted"), page_on("how_the_committee_voted", proposal)))
    if not proposal.is_draft and not why_not_look(proposal, by=person):
        offered.append((_("Decide as the committee"), address_of(proposal)))
    return offered


def question_of_a_clerk(proposal: Proposal, person: Person, at: datetime) -> list[tuple[str, str]]:
    """Where there are departments to ask. A member finds it on the page of the committee."""
    if not person.is_clerk or proposal.is_draft or why_not_ask(proposal, by=person, at=at):
        return []
    if not departments.offered().exists():
        return []
    return [(_("Ask a department for its opinion"), page_on("ask_department", proposal))]


def challenge_of_a_clerk(proposal: Proposal, person: Person, at: datetime) -> list[tuple[str, str]]:
    """A member finds it on the page of the committee."""
    if not person.is_clerk or proposal.is_draft or why_not_challenge(proposal, by=person, at=at):
        return []
    return [(_("Challenge a member's part in it"), challenge_of(proposal))]


def messages_of_either_side(proposal: Proposal, person: Person, at: datetime) -> list[tuple[str, str]]:
    """To its author once somebody has written; to a clerk. A member finds it on the page of the committee."""
    if proposal.is_draft:
        return []
    if proposal.is_by(person) and Message.objects.filter(proposal=proposal).exists():
        return [(_("Messages of the committee"), reverse("my_messages", args=[proposal.pk]))]
    if person.is_clerk and not why_not_write(proposal, by=person):
        return [(_("Write to the author"), messages_on(proposal))]
    return []


def another_wording(proposal: Proposal, person: Person, at: datetime) -> list[tuple[str, str]]:
    """To its author what waits for an answer; to a clerk where to propose it. A member finds it on another page."""
    if proposal.is_draft or not person.is_authenticated:
        return []
    if proposal.is_by(person):
        asked = ProposedChange.objects.standing().filter(proposal=proposal, author=person.pk)
        words = _("Another wording of your text is proposed: say yes or no")
        return [(words, reverse("proposed_change", args=[each.pk])) for each in asked]
    if person.is_clerk and not why_not_propose(proposal, by=person, at=at):
        return [(_("Propose another wording"), changes_of(proposal))]
    return []


def who_took_no_part(proposal: Proposal, person: Person, at: datetime) -> list[tuple[str, str]]:
    """For everybody, once the decisions of the cycle are public."""
    if proposal.is_draft:
        return []
    words = _("%(member)s takes no part in its review: %(interest)s")
    address = f"{reverse('committee', args=[proposal.contest.cycle.slug])}#no-part"
    return [
        (words % {"member": each.member, "interest": each.get_interest_display()}, address)
        for each in public_recusals(proposal, at)
    ]
