"""Draws that decide by lot: announced in advance, and what was drawn entered once, by two people."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.models import reference
from ballots.models import BallotPaper, Opening
from budgeting.models import Contest, Cycle, Draw
from budgeting.people import Person
from budgeting.two import Two
from lib.refusal import allow, require

NOTICE = timedelta(hours=24)
"""So long before it takes place a draw is announced, once there is a ballot paper it may decide about."""

LONGEST = timedelta(days=366)
"""So far ahead it takes place at most: once a paper is frozen it stands until then, and a tie waits for it."""


def announce(draw: Draw, *, by: Person, at: datetime) -> None:
    """Announce a draw while nothing asks for two. Raises Refused as `takes_two` and `why_not_announce` say."""
    allow(takes_two(draw, at))
    draw.announced_by_id = by.pk
    _store(draw, by=by, at=at)


def announce_late(draw: Draw, *, by: Two, at: datetime) -> None:
    """Announce a draw for a tie that nothing else decides, or one that did not take place. Raises Refused likewise."""
    draw.announced_by_id, draw.announced_with_id = by.keys
    _store(draw, by=by, at=at)


@transaction.atomic
def _store(draw: Draw, *, by: Person | Two, at: datetime) -> None:
    allow(why_not_announce(draw, at))
    draw.announced_at = at
    draw.save(force_insert=True)
    facts = {"use": draw.use, "what": draw.what, "drawn_by": draw.drawn_by, "reason": draw.reason}
    facts |= {"of": reference(draw.contest or draw.cycle), "takes_place": draw.takes_place.isoformat()}
    by.record(Done.DRAW_ANNOUNCED, on=draw, **facts)


def takes_two(draw: Draw, at: datetime) -> str:
    """Why two people announce this draw, in a sentence; empty if one does.

    Whoever may know what an earlier draw has given, or on which paper it decides, chooses no other alone.
    """
    papers = BallotPaper.objects.filter(contest__cycle=draw.cycle_id)
    if (papers.filter(contest=draw.contest_id) if draw.contest_id else papers).exists():
        return _("A ballot paper is frozen: two people announce a draw from now on.")
    if _others(draw).filter(takes_place__lte=at).exists():
        return _("The moment of a draw that was announced is past: two people announce another.")
    return ""


def why_not_announce(draw: Draw, at: datetime) -> str:
    """Why this draw cannot be announced now, in a sentence; empty if it can."""
    if draw.takes_place < at:
        return _("That moment is past. A draw is announced before it takes place.")
    if draw.takes_place > at + LONGEST:
        return _("That is more than a year away: look at the year.")
    same = {name: getattr(draw, name) for name in ("cycle", "contest", "use", "what", "drawn_by", "takes_place")}
    if Draw.objects.filter(**same).exists():
        return _("This draw has been announced already.")
    if not takes_two(draw, at):
        return ""
    if draw.use == Draw.Use.NUMBERS and not _concerned(draw).exists():
        return _("The ballot numbers are drawn already: the papers are frozen.")
    if not draw.reason.strip():
        return _("Say why it is announced only now: everybody will ask.")
    if draw.takes_place < at + NOTICE:
        return _("From now on a draw takes place 24 hours after it is announced, at least.")
    if other := _others(draw).filter(~Q(seed="") | Q(takes_place__gt=at)).first():
        return _("A draw has been announced: %s. It stands.") % other.what
    return ""


def _others(draw: Draw) -> QuerySet[Draw]:
    """The draws there are that decide the same, for some contest for which this one would."""
    here = Q(contest=None) | Q(contest=draw.contest_id) if draw.contest_id else Q()
    return Draw.objects.filter(here, cycle=draw.cycle_id, use=draw.use)


def why_not_enter(draw: Draw, at: datetime) -> str:
    """Why the seed of this draw cannot be entered now, in a sentence; empty if it can."""
    if draw.is_drawn:
        return _("What was drawn has been entered already.")
    if at < draw.takes_place:
        return _("It has not been drawn yet.")
    if Opening.objects.filter(cycle=draw.cycle_id, at__gte=draw.takes_place).exists():
        return _("The box was opened before what had been drawn was entered. It is too late.")
    return ""


@transaction.atomic
def enter(draw: Draw, *, seed: str, source: str, by: Two, at: datetime) -> None:
    """Enter what was drawn, for good. Raises Refused as `why_not_enter` says, or without a seed or its source."""
    draw = Draw.objects.select_for_update().get(pk=draw.pk)
    allow(why_not_enter(draw, at))
    require(seed.strip() and source.strip(), _("Say what was drawn, and where anyone can look it up."))
    draw.seed, draw.source, draw.entered_at = seed.strip(), source.strip(), at
    draw.entered_by_id, draw.entered_with_id = by.keys
    draw.save()
    by.record(Done.SEED_ENTERED, on=draw, seed=draw.seed, source=draw.source)


def due(cycle: Cycle, at: datetime) -> list[Draw]:
    """The draws that have taken place and whose seed nobody has entered: the box stays shut until then."""
    return [draw for draw in Draw.objects.filter(cycle=cycle, seed="", takes_place__lte=at) if _decides(draw)]


def _decides(draw: Draw) -> bool:
    """Is there a contest on which it can still decide, and for which no later one has taken its place?"""
    return any(Draw.announced_for(contest, draw.use) == draw for contest in _concerned(draw))


def overtaken(draws: Sequence[Draw], contests: Iterable[Contest]) -> set[int]:
    """The keys of those by which no contest goes any more; `draws` are all of a cycle, in order."""
    latest = {(each.pk, draw.use): draw.pk for each in contests for draw in draws if draw.contest_id in (None, each.pk)}
    return {draw.pk for draw in draws} - set(latest.values())


def _concerned(draw: Draw) -> QuerySet[Contest]:
    """The contests it can still decide on: the numbers on a frozen paper are drawn already."""
    of = {"pk": draw.contest_id} if draw.contest_id else {"cycle": draw.cycle_id}
    return Contest.objects.filter(**of, **({"paper": None} if draw.use == Draw.Use.NUMBERS else {}))


def seed_for_ties(contest: Contest) -> str | None:
    """What ties of this contest are decided by, if that has been drawn."""
    draw = Draw.announced_for(contest, Draw.Use.TIES)
    return draw.seed or None if draw else None


def as_file(cycle: Cycle) -> str:
    """All draws of a cycle in the order in which they were announced, also those that another took the place of: the
    last that is for a contest, or for the whole cycle, decides. Nobody is named who announced or entered one."""
    announced = Draw.objects.filter(cycle=cycle).select_related("contest__district")
    told = {"version": 1, "cycle": cycle.slug, "draws": [_told(draw) for draw in announced]}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _told(draw: Draw) -> dict[str, Any]:
    return {
        "use": draw.use,
        "contest": draw.contest and draw.contest.slug,
        "what": draw.what,
        "drawn_by": draw.drawn_by,
        "announced_at": draw.announced_at.isoformat(),
        "announced_by_two": draw.announced_with_id is not None,
        "reason": draw.reason,
        "takes_place": draw.takes_place.isoformat(),
        "seed": draw.seed or None,
        "source": draw.source,
        "entered_at": draw.entered_at and draw.entered_at.isoformat(),
    }
