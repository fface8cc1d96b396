"""What is told of how the building of a project goes, in words that fit what happened; and thanks once it is built."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgeting.templatetags.dates import day_words
from lib import clock, money
from notices.kinds import Group, Happened, Kind, Way
from proposals.models import Endorsement, Milestone
from proposals.models.status import WON
from proposals.telling.ordinary import author, followers, names, proposal_of, sees_it, telling


def _supporters(happening: Happened) -> QuerySet[Any]:
    """Its author, if they support it too, is thanked as its author."""
    proposal = proposal_of(happening)
    return Endorsement.objects.filter(proposal=proposal).exclude(by=proposal.author_id).values("by")


def _followers_who_are_not_thanked(happening: Happened) -> QuerySet[Any]:
    found = followers(happening).exclude(user=proposal_of(happening).author_id)
    return found.exclude(user__in=_supporters(happening))


def _sees_that_it_won(happening: Happened, reader: Any) -> bool:
    """Asked again as it goes: results may have been postponed, and what became of it is out of sight with them."""
    return sees_it(happening, reader) and proposal_of(happening).status_at(clock.now()) in WON


def _news(happening: Happened) -> dict[str, str]:
    milestone: Milestone = happening.subject
    return names(happening) | {"news": _lines(milestone.get_kind_display(), milestone.note, _paid(milestone))}


def _delay(happening: Happened) -> dict[str, str]:
    milestone: Milestone = happening.subject
    return names(happening) | {"date": day_words(milestone.on), "reason": milestone.note}


def _built(happening: Happened) -> dict[str, str]:
    milestone: Milestone = happening.subject
    day = day_words(milestone.on)
    return names(happening) | {"date": day, "news": _lines(milestone.note, _paid(milestone)) or "–"}


def _paid(milestone: Milestone) -> str:
    if milestone.final_cost is None:
        return ""
    return gettext("It cost %s.") % money.written(milestone.final_cost, milestone.proposal.cycle.currency)


def _lines(*words: str) -> str:
    return "\n".join(filter(None, words))


_of_a_building = partial(telling, about=Milestone, may_read=_sees_that_it_won, button=_("See how it goes"))
_of_a_built_one = partial(_of_a_building, _built, "date news", button=_("See what was built"))

TOLD = {
    Kind.BUILDING: _of_a_building(
        _news,
        "news",
        title=_("News of a building"),
        subject=_("News of {proposal}"),
        text=_("The city says of “{proposal}”:\n\n{news}"),
    ),
    Kind.DELAYED: _of_a_building(
        _delay,
        "date reason",
        title=_("A building is delayed, and why"),
        subject=_("Delayed: {proposal}"),
        text=_("“{proposal}” takes longer. The new date is {date}.\n\nThe city says why:\n\n{reason}"),
        needs=frozenset({"reason"}),
    ),
    Kind.BUILT: _of_a_built_one(
        readers=_followers_who_are_not_thanked,
        title=_("A project is built"),
        subject=_("Built: {proposal}"),
        text=_("“{proposal}” is built. It was finished on {date}.\n\nThe city says:\n\n{news}"),
    ),
    Kind.YOURS_IS_BUILT: _of_a_built_one(
        group=Group.YOURS,
        readers=author,
        title=_("A project of yours is built"),
        subject=_("Your project is built: {proposal}"),
        text=_(
            "What you proposed for {district} is there: “{proposal}” was finished on {date}. Thank you for the idea, "
            "and for all you have done for it.\n\nThe city says:\n\n{news}"
        ),
        default=Way.AT_ONCE,
    ),
    Kind.SUPPORTED_IS_BUILT: _of_a_built_one(
        readers=_supporters,
        title=_("A project you supported is built"),
        subject=_("You supported it, and it is built: {proposal}"),
        text=_(
            "Before the review you supported “{proposal}”. It was finished on {date}. Thank you.\n\nThe city says:\n\n"
            "{news}"
        ),
    ),
}
