"""Whoever has drafts lying is reminded once, three days before proposals are no longer taken."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle
from budgeting.registry import Page, address_of
from budgeting.stages import Act, Stage
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Happening
from notices.rounds import EXAMPLES, until_the_end_of
from proposals.models import Proposal

BEFORE = timedelta(days=3)


def look(at: datetime) -> None:
    """Note of each round that takes proposals for no more than three days that drafts wait, once."""
    for cycle in Cycle.objects.prefetch_related("phases"):
        window = cycle.window(Stage.PROPOSING)
        if window and window.closes and cycle.allows(Act.PROPOSE, at) and window.closes - BEFORE <= at:
            Happening.once(Kind.DRAFT_WAITS, cycle, at=at)


def _drafts(cycle: Cycle) -> QuerySet[Any]:
    return Proposal.objects.drafts().of_cycle(cycle).exclude(author=None)


def _readers(happening: Happened) -> QuerySet[Any]:
    return _drafts(happening.subject).values("author")


def _still_waits(happening: Happened, reader: Any) -> bool:
    """It may have been submitted or thrown away meanwhile, or it is too late."""
    cycle = happening.subject
    return bool(cycle.allows(Act.PROPOSE, clock.now())) and _drafts(cycle).filter(author=reader.pk).exists()


def register() -> None:
    telling = Telling(
        group=Group.YOURS,
        about=Cycle,
        title=_("A draft of yours waits, and the close is near"),
        subject=_("{cycle}: your draft waits until {until}"),
        text=_(
            "You have begun a proposal for {cycle} and not submitted it. Proposals are taken until {until}; after that "
            "a draft can no longer be submitted."
        ),
        placeholders=EXAMPLES,
        needs=frozenset({"until"}),
        says=until_the_end_of(Stage.PROPOSING),
        button=_("Look at my drafts"),
        leads_to=lambda happening: address_of(Page.ME),
        readers=_readers,
        may_read=_still_waits,
        default=Way.AT_ONCE,
    )
    tells(Kind.DRAFT_WAITS, telling)
