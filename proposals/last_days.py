"""Three days before proposals are no longer taken: whoever has drafts lying is reminded, and who follows the round."""

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
from notices.rounds import EXAMPLES, followers, until_the_end_of
from proposals.models import Proposal

BEFORE = timedelta(days=3)


def look(at: datetime) -> None:
    """Note of each round that takes proposals for no more than three days that they end, once; and that they have."""
    for cycle in Cycle.objects.prefetch_related("phases"):
        window = cycle.window(Stage.PROPOSING)
        if window is None or window.closes is None:
            continue
        for kind in (Kind.DRAFT_WAITS, Kind.CALL_ENDS_SOON):
            if window.closes - BEFORE <= at and cycle.allows(Act.PROPOSE, at):
                Happening.once(kind, cycle, at=at)
            elif window.closes <= at < window.closes + BEFORE:
                Happening.is_over(kind, cycle, at=at)


def _drafts(cycle: Cycle) -> QuerySet[Any]:
    return Proposal.objects.drafts().of_cycle(cycle).exclude(author=None)


def _who_has_drafts(happening: Happened) -> QuerySet[Any]:
    return _drafts(happening.subject).values("author")


def _followers_without_drafts(happening: Happened) -> QuerySet[Any]:
    """Who has drafts hears the same of them."""
    return followers(happening.subject, happening.at).exclude(user__in=_who_has_drafts(happening))


def _goes_on(happening: Happened, reader: Any) -> bool:
    return bool(happening.subject.allows(Act.PROPOSE, clock.now()))


def _still_waits(happening: Happened, reader: Any) -> bool:
    """It may have been submitted or thrown away meanwhile, or it is too late."""
    return _goes_on(happening, reader) and _drafts(happening.subject).filter(author=reader.pk).exists()


DRAFT_WAITS = Telling(
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
    readers=_who_has_drafts,
    may_read=_still_waits,
    default=Way.AT_ONCE,
)

CALL_ENDS_SOON = Telling(
    group=Group.FOLLOWED,
    about=Cycle,
    title=_("The last days to propose and to support"),
    subject=_("{cycle}: proposals until {until}"),
    text=_("Proposals for {cycle} are taken until {until}. Until then you can also support those of others."),
    placeholders=EXAMPLES,
    needs=frozenset({"until"}),
    says=until_the_end_of(Stage.PROPOSING),
    button=_("See what you can do"),
    leads_to=lambda happening: happening.subject.get_absolute_url(),
    readers=_followers_without_drafts,
    may_read=_goes_on,
    default=Way.DIGEST,
)


def register() -> None:
    tells(Kind.DRAFT_WAITS, DRAFT_WAITS)
    tells(Kind.CALL_ENDS_SOON, CALL_ENDS_SOON)
