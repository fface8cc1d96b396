"""How the work of the committees goes, in figures: how long each step takes, what each member has, what is shortlisted.

Who reads what of it is said here; the figures themselves are reckoned in figures.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from budgeting.models import Cycle
from budgeting.people import Person
from committee.figures import Load, Pace, Share, by_district, by_ground, decided_among, loads, paces
from committee.looking import may_look_at
from proposals.models import Proposal


@dataclass(slots=True)
class Statistics:
    paces: list[Pace] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    districts: list[Share] = field(default_factory=list)
    grounds: list[Share] = field(default_factory=list)

    def as_rows(self) -> Iterator[list[Any]]:
        """Below the `header`, for a spreadsheet."""
        for pace in self.paces:
            yield [_("time until"), pace.until, pace.number, "", pace.days]
        for load in self.loads:
            yield [_("done by"), load.member, load.done, load.assigned, ""]
            yield [_("overdue with"), load.member, load.overdue, load.assigned, ""]
        for share in self.districts:
            yield [_("shortlisted in"), share.name, share.number, share.of, ""]
        for share in self.grounds:
            yield [_("decided on the ground"), share.name, share.number, share.of, ""]


def header() -> list[str]:
    return [_("what"), _("of"), _("how many"), _("of how many"), _("median of days")]


def for_staff(person: Person, cycle: Cycle, at: datetime) -> Statistics:
    """For a member, over what they may look at; for a clerk, over all, but of decisions those that are public.

    What is resolved and not public yet counts for members alone, and never with what they take no part in.
    """
    may_look = may_look_at(person, cycle)
    counted = Proposal.objects.submitted().of_cycle(cycle).filter(withdrawal=None) if person.is_clerk else may_look
    decided = decided_among(counted, may_look, at)
    return Statistics(paces(counted, decided), loads(counted, cycle, at), by_district(decided), by_ground(decided))


def for_everybody(cycle: Cycle, at: datetime) -> Statistics:
    """Over what is decided in public, and with no word of who does how much."""
    in_view = Proposal.objects.in_view(at).of_cycle(cycle).filter(withdrawal=None)
    decided = decided_among(in_view, Proposal.objects.none(), at)
    return Statistics(paces(decided, decided), [], by_district(decided), by_ground(decided))
