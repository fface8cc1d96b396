"""The close of the vote: put to now or later by two people, or off for a while by one; each time with a public reason.

Whoever does it waits for the votes that are still being cast (they hold the cycle's row, see `ballots.casting.cast`),
and no other can follow. The row that says why is written in the same transaction: the database lets the calendar of a
vote with ballots in its box follow such a row and nothing else.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.compared import written
from budgeting.calendar import Window, closing_later
from budgeting.models import CalendarChange, Cycle, Phase
from budgeting.models.change import Dated, moves
from budgeting.news import News, happened
from budgeting.people import Person
from budgeting.stages import Act, Stage
from budgeting.two import Two
from lib import clock
from lib.refusal import allow, require

Kind = CalendarChange.Kind
LONGEST = timedelta(days=366)
"""So far from now a vote goes on at most: its close never comes nearer again, but for an end."""


# What it would do, for the page that shows it before; each raises Refused if it cannot be done now. -----------------


def if_ended(cycle: Cycle, at: datetime) -> list[Window]:
    """The calendar if the vote, be it paused or not, were ended at that moment."""
    window = cycle.window(Stage.VOTING)
    require(window and window.holds(at), _("Voting is not open."))
    return closing_later(cycle.windows(), Stage.VOTING, at)


def if_extended(cycle: Cycle, until: datetime, at: datetime) -> list[Window]:
    """The calendar if the vote went on until then."""
    require(not cycle.paused_since, _("The vote is paused. Resume it first."))
    require(cycle.allows(Act.VOTE, at), _("Voting is not open."))
    closes = _close_of(cycle)
    require(closes and closes < until, _("The vote can only be made longer: choose a later moment than its close."))
    require(until <= at + LONGEST, _("That is more than a year away: look at the year."))
    return closing_later(cycle.windows(), Stage.VOTING, until)


def if_resumed(cycle: Cycle, at: datetime) -> list[Window]:
    """The calendar if the vote were resumed at that moment: it lasts as much longer as it was paused."""
    require(cycle.paused_since, _("The vote is not paused."))
    closes, since = _close_of(cycle), cycle.paused_since or at
    return closing_later(cycle.windows(), Stage.VOTING, closes + (at - since)) if closes else cycle.windows()


# What is done -------------------------------------------------------------------------------------------------------


@transaction.atomic
def close_voting(cycle: Cycle, *, by: Two, reason: str) -> CalendarChange:
    """Let voting end now, by the database's clock. Raises Refused without a reason, or if voting is not open."""
    held, at = _held(cycle)
    change = _change(held, if_ended(held, at), Kind.ENDED, by=by, at=at, reason=reason)
    by.record(Done.VOTING_ENDED, on=held, **_told(change), calendar=_dates(held))
    return change


@transaction.atomic
def extend_voting(cycle: Cycle, *, until: datetime, by: Two, reason: str) -> CalendarChange:
    """Let voting go on until a later moment. Raises Refused without a reason, or if voting is not open."""
    held, at = _held(cycle)
    change = _change(held, if_extended(held, until, at), Kind.EXTENDED, by=by, at=at, reason=reason)
    by.record(Done.VOTING_EXTENDED, on=held, until=until.isoformat(), **_told(change), calendar=_dates(held))
    return change


@transaction.atomic
def resume_voting(cycle: Cycle, *, by: Two, reason: str) -> CalendarChange:
    """Let people vote again, for as much longer as the pause has lasted. Raises Refused if the vote is not paused."""
    held, at = _held(cycle)
    change = _change(held, if_resumed(held, at), Kind.RESUMED, by=by, at=at, reason=reason)
    by.record(Done.VOTING_RESUMED, on=held, **_told(change), calendar=_dates(held))
    return change


def why_not_pause(cycle: Cycle, person: Person, at: datetime) -> str:
    """Why this person cannot pause the vote; empty if they can, which a clerk or an auditor does alone, once."""
    if not (person.is_clerk or person.is_auditor):
        return _("A clerk or an auditor pauses the vote.")
    if cycle.paused_since:
        return _("The vote is paused already.")
    if not cycle.allows(Act.VOTE, at):
        return _("Voting is not open.")
    if cycle.changes.filter(kind=Kind.PAUSED, by=person.pk).exists():
        return _("You have paused this vote before. Another clerk or auditor can.")
    return ""


@transaction.atomic
def pause_voting(cycle: Cycle, *, by: Person, reason: str) -> CalendarChange:
    """Let nobody vote until two people resume it. Raises Refused as `why_not_pause` says, or without a reason."""
    held, at = _held(cycle)
    allow(why_not_pause(held, by, at))
    change = _change(held, held.windows(), Kind.PAUSED, by=by, at=at, reason=reason)
    by.record(Done.VOTING_PAUSED, on=held, **_told(change))
    return change


def _held(cycle: Cycle) -> tuple[Cycle, datetime]:
    """The cycle as it stands once nobody is casting a vote any more, and the moment."""
    return Cycle.objects.select_for_update().get(pk=cycle.pk), clock.of_the_database()


def _told(change: CalendarChange) -> dict[str, Any]:
    """What the log has of it."""
    return {"reason": change.reason, "at": written(change.at), "dates": change.dates}


def _dates(held: Cycle) -> dict[str, list[str | None]]:
    """The calendar as it stands once it was moved."""
    return Cycle.objects.get(pk=held.pk).dates()


def _close_of(cycle: Cycle) -> datetime | None:
    window = cycle.window(Stage.VOTING)
    return window.closes if window else None


def _change(
    cycle: Cycle, windows: Iterable[Window], kind: Kind, *, by: Two | Person, at: datetime, reason: str
) -> CalendarChange:
    """Write down why, and only then move the dates: the database asks for it."""
    require(reason.strip(), _("Say why: everybody will ask."))
    moved = moves(cycle.windows(), windows)
    before, after = _close_of(cycle), {window.stage: window for window in windows}[Stage.VOTING].closes
    later = after - before if before and after else timedelta()
    dates = CalendarChange.written(moved)
    objections = cycle.objections_until
    if objections and later > timedelta():  # as long after the vote as before
        dates[Dated.OBJECTIONS] = [objections.isoformat(), (objections + later).isoformat()]
        Cycle.objects.filter(pk=cycle.pk).update(objections_until=objections + later)
    signed = by.signed if isinstance(by, Two) else {"by_id": by.pk}
    change = CalendarChange.objects.create(
        cycle=cycle,
        kind=kind,
        at=at,
        reason=reason.strip(),
        dates=dates,
        closes=after if kind != Kind.PAUSED else None,
        **signed,
    )
    for each in moved:
        if each.now:
            dates_of = Phase.objects.filter(cycle=cycle, stage=each.stage.value)
            dates_of.update(opens=each.now.opens, closes=each.now.closes)
    happened(News.CALENDAR_CHANGED, change, by=by.first if isinstance(by, Two) else by, at=at)
    return change
