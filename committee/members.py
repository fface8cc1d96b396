"""Who decides on a proposal: the members for its district, without its author and whoever is recused."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from budgeting import registry
from budgeting.people import Person, RoleName, holders_of
from budgeting.stages import Act
from committee.models import Recusal
from proposals.models import Proposal


def entitled(proposal: Proposal) -> "models.QuerySet[Any]":
    """The members who may vote on it now: a role that has ended gives no vote, and takes back the one there was."""
    members = holders_of(RoleName.COMMITTEE, proposal.contest.district)
    return members.exclude(pk__in=Recusal.objects.filter(proposal=proposal).values("member")).exclude(
        pk=proposal.author_id
    )


def why_not_look(proposal: Proposal, *, by: Person) -> str:
    """Why this person sees nothing of its review, in a sentence; empty if they do."""
    if not by.is_committee_for(proposal.contest.district):
        return _("Only the district's committee decides.")
    if proposal.is_by(by):
        return _("Nobody decides on a proposal of their own.")
    if Recusal.objects.filter(proposal=proposal, member=by.pk).exists():
        return _("You take no part in this proposal: you have an interest in it.")
    return ""


def why_not_decide(proposal: Proposal, *, by: Person, at: datetime) -> str:
    """Why this member can put nothing to the vote and not vote on it now, in a sentence; empty if they can."""
    if sentence := why_not_look(proposal, by=by):
        return sentence
    if not proposal.is_open_for(Act.DECIDE, at):
        return _("This proposal is not open for a decision.")
    return registry.why_not(registry.Deed.CHANGE_PROPOSAL, proposal)
