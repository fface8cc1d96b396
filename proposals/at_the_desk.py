"""What waits in this room for those who work for the budget, for the desk and for the mail of the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from budgeting.guards import oversees
from budgeting.people import Person
from proposals.models import AuthorsAnswer, Complaint, Hiding, Proposal
from proposals.models.hiding import A_WHOLE
from proposals.telling.hidden import what

QUOTED = 90  # characters of what it is about
ABOUT = ("proposal__contest__district", "proposal__contest__cycle", "proposal__cycle", "comment", "photo", "version")
PARTS_HIDDEN = ("comment__hiding", "photo__hiding", "version__hiding", "proposal__hiding")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the list: since when, what waits, and what was said. `until`: it lapses then."""

    at: datetime
    words: str
    proposal: Proposal
    url: str
    said: str
    until: datetime | None = None
    is_mine: bool = False  # whoever is asked hid it: another confirms


def reported_and_hidden(person: Person, at: datetime) -> list[Waiting]:
    """What must not stand, the oldest first: for a clerk reports, answers of authors and hidings that wait for a second
    person; for whoever else confirms acts of two, these.
    """
    found: list[Waiting] = []
    if person.is_clerk:
        found += [*_reported(), *_answered()]
    if oversees(person):
        found += _alone(person, at)
    return sorted(found, key=lambda one: one.at)


def _reported() -> Iterator[Waiting]:
    """Each thing once, by its first report, with what all of them say."""
    things: dict[Any, list[Complaint]] = {}
    for complaint in Complaint.objects.filter(settled_at=None).select_related(*ABOUT, *PARTS_HIDDEN):
        things.setdefault(complaint.thing, []).append(complaint)
    for thing, complaints in things.items():
        said = " / ".join(complaint.reason for complaint in complaints)
        yield _line(complaints[0], _("Reported: %s"), thing, said)


def _answered() -> Iterator[Waiting]:
    related = [f"hiding__{name}" for name in (*ABOUT, *PARTS_HIDDEN)]
    for answer in AuthorsAnswer.objects.filter(read_at=None).select_related(*related):
        yield _line(answer, _("Its author answers: %s"), answer.hiding.thing, answer.text)


def _alone(person: Person, at: datetime) -> Iterator[Waiting]:
    alone = Hiding.objects.filter(A_WHOLE, confirmed_at=None, ended_at=None).select_related("ground", *ABOUT)
    for hiding in alone.prefetch_related("proposal__cycle__phases"):
        if not hiding.has_lapsed(at):
            name, mine = _("For a second person: %s"), hiding.by_id == person.pk
            yield _line(hiding, name, hiding.proposal, hiding.reason, until=hiding.ends_alone_at, is_mine=mine)


def _line(row: Any, words: str, thing: Any, said: str, **more: Any) -> Waiting:
    named = Truncator(what(thing)).chars(QUOTED)
    return Waiting(row.at, words % named, thing.whole, thing.page("hiding"), said, **more)
