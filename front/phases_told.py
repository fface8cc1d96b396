"""Whoever works for a round hears three days before a phase opens or closes, and on the day, what is still missing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ballots.models import KeyShare
from budgeting.models import Cycle, Phase
from budgeting.people import RoleName, holders_of
from budgeting.registry import Page, address_of
from budgeting.stages import Stage
from budgeting.templatetags.dates import end_words, words
from front.still_missing import still_missing
from lib import clock
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Happening

BEFORE = timedelta(days=3)
NEWS_FOR = timedelta(days=1)
OPENS, CLOSES = "opens", "closes"
OF_THE_BOX = frozenset({Stage.VOTING, Stage.COUNTING, Stage.RESULTS})  # key holders and the council have a part in it


def look(at: datetime) -> None:
    """Note of each date that is near, or has come, that it is; once, and anew where the date was moved."""
    for cycle in Cycle.objects.prefetch_related("phases"):
        for phase, edge, moment in _dates(cycle):
            kind = _kind(moment, at)
            if kind and Happening.once(kind, phase, at=at, edge=edge, moment=moment.isoformat()):
                last = kind is Kind.PHASE_SOON
                Happening.is_over(Kind.PHASE_SOON, phase, at=at, but_the_last=last, edge=edge)


def _kind(moment: datetime, at: datetime) -> Kind | None:
    if moment - BEFORE <= at < moment:
        return Kind.PHASE_SOON
    return Kind.PHASE_NOW if moment <= at < moment + NEWS_FOR else None


def _dates(cycle: Cycle) -> Iterator[tuple[Phase, str, datetime]]:
    """When a phase opens; and when one closes, unless another opens then. What is paused does not close.

    The end of the review is told in any case: it is the committees' date.
    """
    phases = list(cycle.phases.all())
    opening = {phase.opens for phase in phases}
    for phase in phases:
        yield phase, OPENS, phase.opens
        is_told = phase.closes not in opening or _stage(phase) is Stage.REVIEWING
        if phase.closes and is_told and phase.window().paused_since is None:
            yield phase, CLOSES, phase.closes


# Who may hear --------------------------------------------------------------------------------------------------------


def _readers(happening: Happened) -> QuerySet[Any]:
    phase: Phase = happening.subject
    if _is_told_to_clerks_as_an_opening(happening):
        return _committees(phase.cycle)
    found = holders_of(RoleName.CLERK).order_by().values("pk")
    if _stage(phase) in OF_THE_BOX:
        council = holders_of(RoleName.COUNCIL).order_by().values("pk")
        found = found.union(council, KeyShare.objects.filter(key__cycle=phase.cycle_id).values("holder"))
    if _stage(phase) is Stage.REVIEWING:
        found = found.union(_committees(phase.cycle))
    return get_user_model().objects.filter(pk__in=found).values("pk")


def _committees(cycle: Cycle) -> QuerySet[Any]:
    """Of the districts that have money in this round."""
    districts = [contest.district for contest in cycle.contests.select_related("district")]
    members = [holders_of(RoleName.COMMITTEE, district).order_by().values("pk") for district in districts]
    return get_user_model().objects.none().values("pk").union(*members)


def _is_theirs(happening: Happened, reader: Any) -> bool:
    """Asked again as it goes: is the date still this one, and is it still their work?"""
    phase: Phase = happening.subject
    moment = phase.opens if happening.facts["edge"] == OPENS else phase.closes
    if moment is None or moment.isoformat() != happening.facts["moment"] or not _is_news(happening, moment):
        return False
    if reader.is_clerk:
        return True
    if _stage(phase) is Stage.REVIEWING:
        contests = phase.cycle.contests.select_related("district")
        return any(reader.is_committee_for(contest.district) for contest in contests)
    holds_a_share = (
        reader.holds_a_role and KeyShare.objects.filter(key__cycle=phase.cycle_id, holder=reader.pk).exists()
    )
    return _stage(phase) in OF_THE_BOX and (reader.is_council or holds_a_share)


def _is_told_to_clerks_as_an_opening(happening: Happened) -> bool:
    """Does another phase open as this one closes? Then that is what clerks read."""
    phase: Phase = happening.subject
    opening = {other.opens for other in phase.cycle.phases.all()}
    return happening.facts["edge"] == CLOSES and phase.closes in opening


def _is_news(happening: Happened, moment: datetime) -> bool:
    at = clock.now()
    return at < moment if happening.kind == Kind.PHASE_SOON else at < moment + NEWS_FOR


def _stage(phase: Phase) -> Stage:
    return Stage(phase.stage)


# What is said --------------------------------------------------------------------------------------------------------


def _phase(happening: Happened) -> dict[str, str]:
    phase: Phase = happening.subject
    opens = happening.facts["edge"] == OPENS
    moment = datetime.fromisoformat(happening.facts["moment"])
    missing = still_missing(phase.cycle, _stage(phase), clock.now(), before_its_end=not opens)
    return {
        "cycle": str(phase.cycle),
        "event": _event(opens, soon=happening.kind == Kind.PHASE_SOON) % _stage(phase).about.name,
        "when": words(moment) if opens else end_words(moment),
        "missing": "\n".join(f"– {each}" for each in missing) or _("Nothing that this site knows of."),
    }


def _event(opens: bool, *, soon: bool) -> str:
    if soon:
        return _("“%s” opens") if opens else _("“%s” closes")
    return _("“%s” has opened") if opens else _("“%s” has closed")


EXAMPLES: dict[str, Any] = {
    "cycle": gettext_lazy("Budget 2027"),
    "event": gettext_lazy("“Voting” opens"),
    "when": gettext_lazy("Monday 5 April, 08:00 (UTC+2)"),
    "missing": gettext_lazy("– Riverside: the ballot paper is not frozen"),
}


def _telling(**words: Any) -> Telling:
    return Telling(
        group=Group.WORK,
        about=Phase,
        placeholders=EXAMPLES,
        needs=frozenset({"event", "when"}),
        says=_phase,
        button=gettext_lazy("Go to the desk"),
        leads_to=lambda happening: address_of(Page.DESK),
        readers=_readers,
        may_read=_is_theirs,
        default=Way.AT_ONCE,
        **words,
    )


def register() -> None:
    soon = _telling(
        title=gettext_lazy("A phase opens or closes in three days"),
        subject=gettext_lazy("{cycle}: {event} on {when}"),
        text=gettext_lazy("{cycle}: {event} on {when}.\n\nStill missing:\n{missing}"),
    )
    now = _telling(
        title=gettext_lazy("A phase has opened or closed"),
        subject=gettext_lazy("{cycle}: {event}"),
        text=gettext_lazy("{cycle}: {event} ({when}).\n\nStill missing:\n{missing}"),
    )
    tells(Kind.PHASE_SOON, soon)
    tells(Kind.PHASE_NOW, now)
