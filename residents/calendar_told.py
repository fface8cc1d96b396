"""Whoever may vote in a round, or follows it or a district of it, hears at once what was done to its calendar, and why.

A vote that is paused, resumed, made longer or ended early, and dates that moved: told in the transaction of the act.
"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting.calendar import Window
from budgeting.models import CalendarChange
from budgeting.models.change import Dated
from budgeting.news import News, hears
from budgeting.people import Person
from budgeting.stages import Stage
from budgeting.templatetags.dates import end_words, words
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from notices.models import Happening
from notices.rounds import followers
from residents.models import Verification

CHANGES = CalendarChange.Kind
KINDS = {
    CHANGES.PAUSED: Kind.VOTE_PAUSED,
    CHANGES.RESUMED: Kind.VOTE_RESUMED,
    CHANGES.EXTENDED: Kind.VOTE_EXTENDED,
    CHANGES.ENDED: Kind.VOTE_ENDED,
    CHANGES.MOVED: Kind.CALENDAR_MOVED,
}


def changed(change: CalendarChange, *, by: Person, at: datetime) -> None:
    """What was said of the vote before is overtaken; that dates were moved is not, each for its own reason."""
    if change.kind != CHANGES.MOVED:
        earlier = CalendarChange.objects.filter(cycle=change.cycle_id, pk__lt=change.pk)
        for before in earlier.exclude(kind=CHANGES.MOVED):
            Happening.is_over(KINDS[CHANGES(before.kind)], before, at=at)
    Happening.note(KINDS[CHANGES(change.kind)], change, at=at, by=by)


# Who may hear --------------------------------------------------------------------------------------------------------


def _readers(happening: Happened) -> QuerySet[Any]:
    """Followers; and who is verified, where it is the vote that changes."""
    change: CalendarChange = happening.subject
    if Stage.VOTING not in change.concerns:
        return followers(change.cycle, happening.at)
    verified = Verification.objects.filter(cycle=change.cycle_id, resident__removed_at=None).values("user")
    return verified.union(followers(change.cycle, happening.at))


def _nothing_else_since(happening: Happened, reader: Any) -> bool:
    """Asked again as it goes: of a vote that was paused at night and resumed, nobody hears that it is paused."""
    change: CalendarChange = happening.subject
    later = CalendarChange.objects.filter(cycle=change.cycle_id, pk__gt=change.pk)
    return not later.exclude(kind=CHANGES.MOVED).exists()


# What is said --------------------------------------------------------------------------------------------------------


def _change(happening: Happened) -> dict[str, str]:
    change: CalendarChange = happening.subject
    window = change.cycle.window(Stage.VOTING)
    return {
        "cycle": str(change.cycle),
        "reason": change.reason,
        "until": end_words(window.closes) if window and window.closes else "–",
    }


def _moves(happening: Happened) -> dict[str, str]:
    change: CalendarChange = happening.subject
    lines = [f"{each.name}: {_dates(each.now)}" for each in change.moved]
    if Dated.OBJECTIONS in change.dates:
        until = change.dates[Dated.OBJECTIONS][1]
        lines.append(
            _("Objections to the vote: until %s") % end_words(datetime.fromisoformat(until))
            if until
            else _("Objections to the vote: no date")
        )
    if Dated.DECISIONS in change.dates:
        from_ = change.dates[Dated.DECISIONS][1]
        lines.append(
            _("The committee’s decisions are public from %s") % words(datetime.fromisoformat(from_))
            if from_
            else _("The committee’s decisions are public from the close of the review")
        )
    return {"cycle": str(change.cycle), "reason": change.reason, "dates": "\n".join(lines)}


def _dates(window: Window | None) -> str:
    if window is None:
        return _("no longer in the calendar")
    if window.closes is None:
        return _("from %s") % words(window.opens)
    return _("from %(opens)s to %(closes)s") % {"opens": words(window.opens), "closes": end_words(window.closes)}


# The kinds -----------------------------------------------------------------------------------------------------------

EXAMPLES: dict[str, Any] = {
    "cycle": gettext_lazy("Budget 2027"),
    "reason": gettext_lazy("The site was away for a day."),
    "until": gettext_lazy("Sunday 25 April, 20:00 (UTC+2)"),
    "dates": gettext_lazy("Voting: from Monday 5 April, 08:00 (UTC+2) to Sunday 25 April, 20:00 (UTC+2)"),
}


def _telling(*names: str, **more: Any) -> Telling:
    ordinary: dict[str, Any] = {
        "group": Group.VOTE,
        "about": CalendarChange,
        "placeholders": {name: EXAMPLES[name] for name in ("cycle", "reason", *names)},
        "needs": frozenset({"reason"}),
        "says": _change,
        "button": gettext_lazy("See the calendar"),
        "leads_to": lambda happening: happening.subject.cycle.get_absolute_url(),
        "readers": _readers,
        "may_read": _nothing_else_since,
        "default": Way.AT_ONCE,
    }
    return Telling(**ordinary | more)


TOLD = {
    Kind.VOTE_PAUSED: _telling(
        title=gettext_lazy("A vote is paused"),
        subject=gettext_lazy("{cycle}: the vote is paused"),
        text=gettext_lazy(
            "Nobody can vote in {cycle} for now. The public reason:\n\n{reason}\n\nBallots that were cast stay in the "
            "box. Once the vote is resumed it lasts as much longer as it was paused."
        ),
    ),
    Kind.VOTE_RESUMED: _telling(
        "until",
        title=gettext_lazy("A vote is resumed"),
        subject=gettext_lazy("{cycle}: the vote goes on"),
        text=gettext_lazy("You can vote in {cycle} again, until {until}. The public reason:\n\n{reason}"),
        needs=frozenset({"until", "reason"}),
    ),
    Kind.VOTE_EXTENDED: _telling(
        "until",
        title=gettext_lazy("A vote goes on for longer"),
        subject=gettext_lazy("{cycle}: the vote goes on for longer"),
        text=gettext_lazy("You can vote in {cycle} until {until}, later than was said. The public reason:\n\n{reason}"),
        needs=frozenset({"until", "reason"}),
    ),
    Kind.VOTE_ENDED: _telling(
        title=gettext_lazy("A vote was ended early"),
        subject=gettext_lazy("{cycle}: the vote was ended before its date"),
        text=gettext_lazy(
            "The vote in {cycle} was ended before its date; nobody can vote in it any more. The public reason:\n\n"
            "{reason}\n\nBallots that were cast are counted."
        ),
    ),
    Kind.CALENDAR_MOVED: _telling(
        "dates",
        title=gettext_lazy("Dates of a round were moved"),
        subject=gettext_lazy("{cycle}: other dates"),
        text=gettext_lazy("Dates of {cycle} have changed:\n\n{dates}\n\nThe public reason:\n\n{reason}"),
        needs=frozenset({"dates", "reason"}),
        says=_moves,
        may_read=lambda happening, reader: True,  # a calendar is public, and each move has a reason of its own
    ),
}


def register() -> None:
    hears(News.CALENDAR_CHANGED, changed)
    for kind, telling in TOLD.items():
        tells(kind, telling)
