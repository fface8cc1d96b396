"""Whoever is verified for a round, or follows it, hears that its vote has begun."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle
from budgeting.stages import Act, Stage
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Follow, Happening
from notices.rounds import EXAMPLES, until_the_end_of
from residents.models import Verification

NEWS_FOR = timedelta(days=3)  # after that nobody needs to hear that it has begun


def look(at: datetime) -> None:
    """Note of each vote that has begun that it has, once."""
    for cycle in Cycle.objects.prefetch_related("phases"):
        window = cycle.window(Stage.VOTING)
        if window and cycle.allows(Act.VOTE, at) and at < window.opens + NEWS_FOR:
            Happening.once(Kind.VOTE_BEGINS, cycle, at=at)


def _readers(happening: Happened) -> QuerySet[Any]:
    cycle = happening.subject
    verified = Verification.objects.filter(cycle=cycle, resident__removed_at=None).values("user")
    return verified.union(Follow.objects.of_any(cycle).already(happening.at).values("user"))


def _still_goes_on(happening: Happened, reader: Any) -> bool:
    return bool(happening.subject.allows(Act.VOTE, clock.now()))


def register() -> None:
    telling = Telling(
        group=Group.VOTE,
        about=Cycle,
        title=_("A vote has begun"),
        subject=_("{cycle}: you can vote"),
        text=_(
            "You can vote in {cycle} until {until}.\n\nYour ballot is sealed: nobody learns how you voted. As long as "
            "the vote lasts you may vote again, and the last ballot counts."
        ),
        placeholders=EXAMPLES,
        needs=frozenset({"until"}),
        says=until_the_end_of(Stage.VOTING),
        button=_("Go and vote"),
        leads_to=lambda happening: happening.subject.get_absolute_url(),
        readers=_readers,
        may_read=_still_goes_on,
        default=Way.AT_ONCE,
    )
    tells(Kind.VOTE_BEGINS, telling)
