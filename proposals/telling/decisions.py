"""What is told of what the committee says of a proposal."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from budgeting.stages import Stage
from budgeting.templatetags.dates import end_words
from notices.kinds import Group, Happened, Kind, Way
from proposals.models import Decision
from proposals.telling.next_steps import closes_of, what_can_be_done
from proposals.telling.ordinary import (
    address,
    author,
    followers,
    names,
    proposal_of,
    returns_answered,
    sees_it,
    telling,
    who_asked,
)


def _followers_but_its_author(happening: Happened) -> QuerySet[Any]:
    """Its author hears of it otherwise."""
    return followers(happening).exclude(user=proposal_of(happening).author_id)


def _still_decides(happening: Happened, reader: Any) -> bool:
    """Whoever is on the committee no more, and no clerk, has nothing to look at."""
    works = reader.is_clerk or reader.is_committee_for(proposal_of(happening).contest.district)
    return works and sees_it(happening, reader)


def _correction(happening: Happened) -> dict[str, str]:
    [asked] = returns_answered(happening)[:1]
    return names(happening) | {"author": str(proposal_of(happening).author or ""), "reason": asked.reason}


def _history(happening: Happened) -> str:
    return f"{address(happening)}history/"


def _decision(happening: Happened) -> dict[str, str]:
    """Its reason is the city's ground, where it rests on one, and what the committee says in its own words."""
    decision = happening.subject
    reason = f"{decision.ground}\n\n{decision.reason}" if decision.ground else decision.reason
    return names(happening) | {"outcome": decision.get_outcome_display(), "reason": reason}


def _decision_on_yours(happening: Happened) -> dict[str, str]:
    return _decision(happening) | {"next": what_can_be_done(happening.subject)}


def _correction_asked(happening: Happened) -> dict[str, str]:
    decision = happening.subject
    until = decision.until or closes_of(decision.proposal.cycle, Stage.REVIEWING)
    return _decision(happening) | {"date": end_words(until) if until else "–"}


TOLD = {
    Kind.CORRECTION_ASKED: telling(
        _correction_asked,
        "reason date",
        about=Decision,
        group=Group.RIGHTS,
        readers=author,
        title=_("A correction of a proposal of yours is asked for"),
        subject=_("Please correct: {proposal}"),
        text=_(
            "The committee has returned “{proposal}” to you for a correction:\n\n{reason}\n\nPlease correct it by "
            "{date}. It is not on the ballot unless it is corrected and decided on again before the review ends."
        ),
        needs=frozenset({"reason"}),
        button=_("Correct it"),
        default=Way.AT_ONCE,
    ),
    Kind.CORRECTED: telling(
        _correction,
        "author reason",
        group=Group.WORK,
        readers=who_asked,
        may_read=_still_decides,
        title=_("A correction you asked for was made"),
        subject=_("Corrected: {proposal}"),
        text=_(
            "{author} has corrected “{proposal}”, and it waits for a decision again. You had asked for:\n\n{reason}"
        ),
        button=_("See what was changed"),
        leads_to=_history,
        default=Way.AT_ONCE,
    ),
    Kind.DECIDED_ON_YOURS: telling(
        _decision_on_yours,
        "outcome reason next",
        about=Decision,
        group=Group.RIGHTS,
        readers=author,
        title=_("A decision on a proposal of yours"),
        subject=_("Decided: {proposal}"),
        text=_("The committee has decided on “{proposal}”: {outcome}.\n\nIts reason:\n\n{reason}\n\n{next}"),
        needs=frozenset({"outcome", "reason"}),
        default=Way.AT_ONCE,
    ),
    Kind.DECIDED: telling(
        _decision,
        "outcome reason",
        about=Decision,
        readers=_followers_but_its_author,
        title=_("A decision on a proposal"),
        subject=_("{proposal}: {outcome}"),
        text=_("The committee has decided on “{proposal}”: {outcome}.\n\nIts reason:\n\n{reason}"),
    ),
}
