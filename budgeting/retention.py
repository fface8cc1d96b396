"""What is kept of people, and until when: each room says so here when the site starts, and the worker forgets it.

The days are those of the design's notes on the GDPR (docs/decisions/0028); a page of the desk shows all of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, Q
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from budgeting.models import Cycle, Forgotten
from budgeting.registry import Deed, why_not
from budgeting.stages import Stage

DAYS = timedelta(days=30)
"""How long most is kept after it has served."""

ONCE_SERVED = _("30 days after objections to the vote, once every contest is counted or closed")
"""Until when what `served` says is kept, in words."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is kept of people.

    name
        Stands in the database.
    what, until
        Says it on the desk: "Sessions", "until they end".
    forget
        Deletes what is over at that moment, in the caller's transaction. How many rows that were.
    """

    name: str
    what: Promise
    until: Promise
    forget: Callable[[datetime], int]


_kept: list[Kept] = []


def keeps(*kept: Kept) -> None:
    """Called at start-up by the room that keeps it."""
    _kept.extend(kept)


def all_kept() -> list[tuple[Kept, Forgotten | None]]:
    """Everything that is kept for a time, and when it was last looked through."""
    looked = {row.name: row for row in Forgotten.objects.all()}
    return [(kept, looked.get(kept.name)) for kept in _kept]


def forget(at: datetime) -> None:
    """Forget what is over. Where one room fails the others go on; raises ExceptionGroup in the end."""
    failures = []
    for kept in _kept:
        try:
            with transaction.atomic():
                Forgotten.note(kept.name, kept.forget(at), at=at)
        except Exception as failure:
            failure.add_note(kept.name)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("not everything was forgotten", failures)


def served(at: datetime) -> list[Cycle]:
    """The cycles whose residents need no longer be known: 30 days after objections to the vote, all being settled.

    Where no time for objections is set, 30 days after the vote has closed.
    """
    closes = Min("phases__closes", filter=Q(phases__stage=Stage.VOTING))
    over = Cycle.objects.annotate(over=Coalesce(F("objections_until"), closes)).filter(over__lte=at - DAYS)
    return [cycle for cycle in over if not why_not(Deed.FORGET_RESIDENTS, cycle)]
