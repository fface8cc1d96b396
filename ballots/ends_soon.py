"""Whoever is verified and has not voted is reminded once, three days before the vote ends; nothing of it is kept."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ballots import roll
from budgeting.models import Cycle
from budgeting.stages import Act, Stage
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Happening
from notices.rounds import EXAMPLES, until_the_end_of

BEFORE = timedelta(days=3)


def look(at: datetime) -> None:
    """Note of each vote that ends within three days that it does, once; not of one that is as short."""
    for cycle in Cycle.objects.prefetch_related("phases"):
        window = cycle.window(Stage.VOTING)
        if window is None or window.closes is None or not cycle.allows(Act.VOTE, at):
            continue
        if window.closes - BEFORE <= at and window.opens < window.closes - BEFORE:
            Happening.once(Kind.VOTE_ENDS_SOON, cycle, at=at)


def _readers(happening: Happened) -> QuerySet[Any]:
    return roll.accounts_that_have_not_voted(happening.subject)


def _has_not_voted_yet(happening: Happened, reader: Any) -> bool:
    """Asked again as it goes: whoever has voted meanwhile, or can no longer, is left alone."""
    if not happening.subject.allows(Act.VOTE, clock.now()):
        return False
    return roll.accounts_that_have_not_voted(happening.subject).filter(user=reader.pk).exists()


def register() -> None:
    telling = Telling(
        group=Group.VOTE,
        about=Cycle,
        title=_("A vote ends soon, and you have not voted"),
        subject=_("{cycle}: you can vote until {until}"),
        text=_(
            "The vote in {cycle} ends on {until}, and you have not voted yet.\n\nIf you vote meanwhile, or do not want "
            "to, there is nothing to do. Nothing of this mail is kept."
        ),
        placeholders=EXAMPLES,
        needs=frozenset({"until"}),
        says=until_the_end_of(Stage.VOTING),
        button=_("Go and vote"),
        leads_to=lambda happening: happening.subject.get_absolute_url(),
        readers=_readers,
        may_read=_has_not_voted_yet,
        default=Way.AT_ONCE,
        leaves_no_row=True,
    )
    tells(Kind.VOTE_ENDS_SOON, telling)
