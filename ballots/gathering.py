"""Where a ceremony of the key stands, for the clerk who began it and the holders who wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import QuerySet

from ballots.ceremony import has_enough, is_lost
from ballots.models import Ceremony, Envelope, Part
from budgeting.models import Cycle
from budgeting.people import Person

IS_THERE_WITHIN = timedelta(seconds=30)


class State(StrEnum):
    PREPARED = "prepared"  # its program is being started
    NOT_TAKEN_UP = "not taken up"  # and nobody starts it
    LOST = "lost"
    GATHERING = "gathering"
    AT_WORK = "at work"
    ENDED = "ended"


@dataclass(frozen=True)
class Gathering:
    """A ceremony, and who has come."""

    ceremony: Ceremony
    state: State
    parts: list[Part]

    @property
    def may_be_broken_off(self) -> bool:
        return self.is_on and self.state is not State.AT_WORK

    @property
    def is_on(self) -> bool:
        """Will it change by what others do? Then a page that shows it looks again."""
        return self.state not in {State.LOST, State.ENDED}

    def asks(self, person: Person) -> bool:
        """Is something asked of this person in it?"""
        return any(part.holder_id == person.pk and part.done_at is None for part in self.parts)

    @property
    def envelopes(self) -> int:
        """How many there are to be opened."""
        return Envelope.objects.counted().filter(contest__cycle=self.ceremony.cycle).count()


def gathering_of(ceremony: Ceremony, at: datetime) -> Gathering:
    parts = list(ceremony.parts.select_related("holder"))
    return Gathering(ceremony, _state(ceremony, parts, at), parts)


def last_of(cycle: Cycle, at: datetime) -> Gathering | None:
    """The last ceremony of a cycle's box, be it on or over."""
    last = cycle.ceremonies.select_related("cycle", "begun_by").last()
    return gathering_of(last, at) if last else None


def _state(ceremony: Ceremony, parts: list[Part], at: datetime) -> State:
    if not ceremony.is_on:
        return State.ENDED
    if not ceremony.keeper:
        return State.PREPARED if at < ceremony.begun_at + IS_THERE_WITHIN else State.NOT_TAKEN_UP
    if is_lost(ceremony):
        return State.LOST
    return State.AT_WORK if has_enough(ceremony, parts) else State.GATHERING


def asked_of(person: Person) -> QuerySet[Part]:
    """The parts in ceremonies that wait for this person."""
    waiting = Part.objects.filter(holder=person.pk, done_at=None, ceremony__ended_at=None)
    return waiting.select_related("ceremony__cycle").order_by("ceremony")
