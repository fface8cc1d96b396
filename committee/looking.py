"""Which proposals of a cycle a member may look at: the same as members.why_not_look, of many at once."""

from typing import Any

from django.db import models

from budgeting.models import Cycle, District
from budgeting.people import Person
from committee.interests import of_interest_to
from committee.members import steps_in_for
from proposals.models import Proposal


def districts_of(person: Person, cycle: Cycle) -> list[District]:
    """Those whose committee this person is on."""
    here = District.objects.filter(contests__cycle=cycle).distinct().order_by("name")
    return [each for each in here if person.is_committee_for(each)]


def may_look_at(person: Person, cycle: Cycle) -> "models.QuerySet[Any]":
    """Without their own, and without those on which they are recused; also where they have stepped in."""
    theirs = models.Q(contest__district__in=districts_of(person, cycle)) | models.Q(pk__in=steps_in_for(person))
    found = Proposal.objects.submitted().of_cycle(cycle).filter(theirs, withdrawal=None)
    return found.exclude(pk__in=of_interest_to(person))
