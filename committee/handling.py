"""What a department does with a question it was handed: accept it, hand it on, give it back, answer it.

Somebody who has it no longer, or whose role has ended, is told so in a sentence and changes nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from budgeting.stages import Act
from committee import departments
from committee.interests import why_concerned
from committee.models import Department, Finding, FindingDraft, MayHand, Opinion, Station
from committee.models.sealed import new_salt
from lib.one_line import says_something
from lib.refusal import allow, require
from notices.kinds import Kind
from notices.models import Happening

DONE = {
    Station.Kind.ACCEPTED: Done.OPINION_ACCEPTED,
    Station.Kind.FORWARDED: Done.OPINION_FORWARDED,
    Station.Kind.RETURNED: Done.OPINION_RETURNED,
    Station.Kind.ANSWERED: Done.OPINION_ANSWERED,
}


def way_of(opinion: Opinion) -> list[Department]:
    """The departments through whose hands it came to where it is, which is the last; empty if none has it."""
    hands: list[Department] = []
    for station in opinion.stations.select_related("department").order_by("place"):
        if station.kind in (Station.Kind.ASKED, Station.Kind.FORWARDED) and station.department:
            hands.append(station.department)
        elif station.kind == Station.Kind.RETURNED:
            hands.pop()
        elif station.kind == Station.Kind.ANSWERED:
            return []
    return hands


def why_not_handle(opinion: Opinion, *, by: Person, at: datetime) -> str:
    """Why this person does nothing with it now, in a sentence; empty if they may."""
    hands = way_of(opinion)
    if not by.is_department:
        return _("Your role in the administration has ended: this is no longer yours to answer.")
    if not hands or not departments.of(by).filter(pk=hands[-1].pk).exists():
        return _("Your department has it no longer.")
    if opinion.proposal.is_by(by):
        return _("Nobody gives an opinion on a proposal of their own.")
    if sentence := why_concerned(opinion.proposal, by):
        return sentence
    if not opinion.proposal.is_open_for(Act.DECIDE, at):
        return _("The review is over for this proposal: nobody waits for an answer any more.")
    return ""


@transaction.atomic
def accept(opinions: Iterable[Opinion], *, by: Person, at: datetime) -> None:
    """This person looks after them, by name; what they have accepted already stays so. Raises Refused."""
    for opinion, hands in _held(opinions, by=by, at=at):
        last = opinion.stations.latest("place")
        if (last.kind, last.by_id) != (Station.Kind.ACCEPTED, by.pk):
            _go_on(opinion, Station.Kind.ACCEPTED, hands[-1], by=by, at=at)


@transaction.atomic
def forward(opinions: Iterable[Opinion], to: Department, *, by: Person, at: datetime, reason: str) -> None:
    """Hand them on to another department, where the clerk has opened that way. Raises Refused, and hands on none."""
    require(says_something(reason), _("Say in a few words why."))
    to = Department.objects.select_for_update(no_key=True).get(pk=to.pk)
    require(to.ended_at is None, _("%s is asked nothing more.") % to)
    for opinion, hands in _held(opinions, by=by, at=at):
        may = MayHand.objects.filter(department=hands[-1], to=to).exists()
        require(may, _("%(one)s hands nothing on to %(other)s.") % {"one": hands[-1], "other": to})
        station = _go_on(opinion, Station.Kind.FORWARDED, to, by=by, at=at, reason=reason)
        Happening.note(Kind.OPINION_ASKED, station, at=at, by=by)


@transaction.atomic
def give_back(opinions: Iterable[Opinion], *, by: Person, at: datetime, reason: str) -> None:
    """Return each to the department that handed it on, or else to whoever asked. Raises Refused, and returns none."""
    require(says_something(reason), _("Say in a few words why."))
    for opinion, hands in _held(opinions, by=by, at=at):
        to = hands[-2] if len(hands) > 1 else None
        station = _go_on(opinion, Station.Kind.RETURNED, to, by=by, at=at, reason=reason)
        Happening.note(Kind.OPINION_ASKED if to else Kind.OPINION_BACK, station, at=at, by=by)


@transaction.atomic
def answer(
    opinion: Opinion,
    *,
    by: Person,
    at: datetime,
    verdict: str,
    words: str,
    cost: int | None = None,
    upkeep: int | None = None,
    begins: date | None = None,
) -> Finding:
    """What the department finds, once and for all. `cost` and `upkeep` in minor units. Raises Refused."""
    [(opinion, hands)] = _held([opinion], by=by, at=at)
    said: dict[str, Any] = {"verdict": verdict, "words": words.strip(), "cost": cost, "upkeep": upkeep}
    finding = Finding(opinion=opinion, department=hands[-1], begins=begins, by_id=by.pk, at=at, salt=new_salt(), **said)
    finding.full_clean(exclude=["opinion", "department", "by", "salt"])
    finding.save(force_insert=True)
    station = _go_on(opinion, Station.Kind.ANSWERED, hands[-1], by=by, at=at, digest=finding.digest)
    FindingDraft.objects.filter(opinion=opinion).delete()
    Happening.note(Kind.OPINION_BACK, station, at=at, by=by)
    return finding


@transaction.atomic
def keep_draft(opinion: Opinion, typed: dict[str, str], *, by: Person, at: datetime) -> None:
    """What this person has typed so far; nobody else sees it. Raises Refused."""
    [(opinion, _hands)] = _held([opinion], by=by, at=at)
    FindingDraft.objects.update_or_create(opinion=opinion, by_id=by.pk, defaults={"typed": typed, "saved_at": at})


def _held(opinions: Iterable[Opinion], *, by: Person, at: datetime) -> list[tuple[Opinion, list[Department]]]:
    """Locked, and with the way each came. Raises Refused if one of them is not this person's to handle."""
    keys = sorted(each.pk for each in opinions)
    with connection.cursor() as cursor:  # not their rows: these only grow, and whoever acts may lock none of them
        cursor.execute("SELECT committee_goes_on_with(key) FROM unnest(%s) AS key", [keys])
    found = list(Opinion.objects.filter(pk__in=keys).order_by("pk").select_related("proposal__cycle"))
    for opinion in found:
        allow(why_not_handle(opinion, by=by, at=at))
    return [(opinion, way_of(opinion)) for opinion in found]


def _go_on(
    opinion: Opinion,
    kind: Station.Kind,
    department: Department | None,
    *,
    by: Person,
    at: datetime,
    reason: str = "",
    digest: str = "",
) -> Station:
    """The next station, in the log by a digest alone: its own, or that of what was found."""
    station = Station.objects.create(
        opinion=opinion,
        place=opinion.stations.count() + 1,
        kind=kind,
        department=department,
        reason=reason.strip(),
        by_id=by.pk,
        at=at,
        salt=new_salt(),
    )
    by.record(DONE[kind], on=opinion, digest=digest or station.digest)
    return station
