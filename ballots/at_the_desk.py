"""What waits at the ballot boxes, for the desk and for the mail of the day."""

from datetime import datetime

from django.db.models import Q

from ballots.checklist import Checklist, Step, checklists
from ballots.models import KeyShare
from budgeting.guards import oversees
from budgeting.models import Cycle
from budgeting.people import Person
from budgeting.stages import Stage

OF_THE_HOLDERS = frozenset({Step.REHEARSAL, Step.OPENING, Step.DESTRUCTION})
OF_THE_CALENDAR = frozenset({Step.REVIEW, Step.VOTE, Step.NOTHING})  # nobody can do anything about these but wait


def boxes(person: Person, at: datetime) -> list[Checklist]:
    """The boxes at which something waits, for who may look at them."""
    if not oversees(person):
        return []
    due = Cycle.objects.filter(
        Q(box_key__isnull=False, box_key__destruction=None) | Q(phases__stage=Stage.VOTING.value, phases__closes__gt=at)
    )
    return [box for box in checklists(list(due.distinct().prefetch_related("phases")), at) if box.is_due]


def boxes_for(person: Person, at: datetime) -> list[Checklist]:
    """Those at which something waits for this person: a clerk, or where it is their part a holder of the key."""
    held = set(KeyShare.objects.filter(holder=person.pk).values_list("key__cycle", flat=True))
    return [
        box
        for box in boxes(person, at)
        if box.waits_for not in OF_THE_CALENDAR
        and (
            person.is_clerk or box.waits_for is Step.PAUSE or (box.waits_for in OF_THE_HOLDERS and box.cycle.pk in held)
        )
    ]
