"""What everybody reads of the cost as the committee assessed it, beside its author's, once the decision is public."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from budgeting.sections import Section
from committee.costing import in_words
from committee.models import Motion
from proposals.models import Decision, Proposal, Version


@dataclass(frozen=True, slots=True)
class Estimates:
    """What a proposal costs: as its author wrote, and as the committee voted. Each in words."""

    author: str
    city: str
    basis: str
    differ: bool


def estimates_of(proposals: Iterable[Proposal], currency: str, at: datetime) -> dict[int, Estimates]:
    """By proposal; of those on which an estimate was voted, and the decision is public. One statement."""
    voted = Motion.objects.filter(
        proposal__in=[each.pk for each in proposals], cost__isnull=False, resolution__decision__at__lte=at
    )
    voted = voted.annotate(author_cost=_by_the_author("cost"), author_upkeep=_by_the_author("upkeep"))
    latest = voted.order_by("resolution__decision__at", "pk")
    return {motion.proposal_id: _told(motion, currency) for motion in latest}


def _by_the_author(figure: str) -> Subquery:
    """As it was in the last version before the decision; one that a decision made is not its author's."""
    decisions = Decision.objects.filter(proposal=OuterRef("proposal")).values("at")
    before = Version.objects.filter(proposal=OuterRef("proposal"), at__lte=OuterRef("resolution__decision__at"))
    return Subquery(before.exclude(at__in=decisions).order_by("-number").values(f"text__{figure}")[:1])


def _told(motion: Any, currency: str) -> Estimates:
    cost, upkeep = motion.author_cost or 0, motion.author_upkeep or 0
    differ = motion.cost != cost or motion.upkeep not in (None, upkeep)
    author = in_words(cost, upkeep or None, None, currency)
    return Estimates(author, in_words(motion.cost, motion.upkeep, motion.months, currency), motion.basis, differ)


def on_the_page(proposal: Proposal, at: datetime) -> Section | None:
    """For the page of the proposal."""
    told = estimates_of([proposal], proposal.cycle.currency, at).get(proposal.pk)
    if told is None:
        return None
    parts = [(_("Its author estimated"), [told.author]), (_("The city estimates"), [told.city])]
    if told.basis:
        parts.append((_("What the city’s estimate rests on"), [told.basis]))
    return Section(heading=_("What it costs"), parts=parts)
