"""Whoever follows a round, or one of its districts, hears once that its shortlist is public: one mail for it all."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from budgeting.models import Cycle
from budgeting.registry import CyclePage, address_in
from budgeting.stages import Stage
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Happening
from notices.rounds import followers
from proposals.models import Proposal

NEWS_FOR = timedelta(days=3)  # a city moved to another machine tells nobody of what everybody knows


def look(at: datetime) -> None:
    """Note of each round whose decisions have become public that its shortlist has, once.

    What the committee has resolved is published by then, or in the worker's next minute: till then the list is empty.
    """
    for cycle in Cycle.objects.prefetch_related("phases"):
        since = cycle.decisions_open
        if since and at < since + NEWS_FOR and _is_news(cycle, at) and _numbers(cycle, at):
            Happening.once(Kind.SHORTLIST, cycle, at=at)


def _is_news(cycle: Cycle, at: datetime) -> bool:
    """From the date of the decisions until the vote."""
    since = cycle.decisions_open
    return since is not None and since <= at and cycle.stage(at) in (Stage.REVIEWING, Stage.PRESENTING)


def _numbers(cycle: Cycle, at: datetime) -> dict[str, int]:
    """How many projects everybody finds on the shortlist, by the name of each contest that has any."""
    contests = cycle.contests.select_related("district").order_by("pk")
    numbers = {each.title: Proposal.objects.in_view(at).shortlisted(each).count() for each in contests}
    return {title: number for title, number in numbers.items() if number}


def _says(happening: Happened) -> dict[str, str]:
    lines = [
        f"– {title}: " + ngettext("%d project", "%d projects", number) % number
        for title, number in _numbers(happening.subject, clock.now()).items()
    ]
    return {"cycle": str(happening.subject), "shortlist": "\n".join(lines) or "–"}


def register() -> None:
    telling = Telling(
        group=Group.FOLLOWED,
        about=Cycle,
        title=_("The shortlist of a round"),
        subject=_("{cycle}: the shortlist"),
        text=_(
            "The committee has read what was proposed for {cycle}. On the ballot will be:\n\n{shortlist}\n\nEach "
            "decision, also on what is not on the list, is public with its reason."
        ),
        placeholders={"cycle": _("Budget 2027"), "shortlist": _("– Riverside: 12 projects")},
        says=_says,
        button=_("See the shortlist"),
        leads_to=lambda happening: address_in(CyclePage.SHORTLIST, happening.subject),
        readers=lambda happening: followers(happening.subject, happening.at),
        may_read=lambda happening, reader: _is_news(happening.subject, clock.now()),
        default=Way.DIGEST,
    )
    tells(Kind.SHORTLIST, telling)
