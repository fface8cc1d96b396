"""Where the pages of a committee on a proposal stand."""

from django.urls import reverse

from committee.calendar import Kind
from proposals.models import Proposal


def address_of(proposal: Proposal) -> str:
    """Of the page on which the committee decides on it."""
    return page_on("decide", proposal)


def card_of(proposal: Proposal, step: Kind) -> str:
    """Of a member's own card of a step."""
    return page_on("card", proposal, step.value)


def challenge_of(proposal: Proposal) -> str:
    """Of the page on which somebody settles whether a member takes part in it."""
    return page_on("challenge", proposal)


def changes_of(proposal: Proposal) -> str:
    """Of the page on which another wording of it is proposed."""
    return page_on("proposed_changes", proposal)


def messages_on(proposal: Proposal) -> str:
    """Of the page on which the committee writes to its author."""
    return page_on("messages", proposal)


def ruling_on(proposal: Proposal) -> str:
    """Of the page on which whoever presides says whether a merger stands."""
    return page_on("merger_ruling", proposal)


def page_on(name: str, proposal: Proposal, *more: str) -> str:
    """Of the page of this name, which stands below the proposal's own."""
    contest = proposal.contest
    return reverse(name, args=[contest.cycle.slug, contest.district.slug, proposal, *more])
