"""The cards that wait for a member: those of the steps that are on, of what is theirs to look at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from budgeting.people import Person
from committee.at_the_desk import to_others, undecided
from committee.calendar import Kind
from committee.models import Card, Question, Step
from committee.steps import why_not_now

Closes = Mapping[int, datetime]


def to_fill_in(person: Person, at: datetime) -> list[tuple[Kind, Closes, "QuerySet[Any]"]]:
    """By step that is on, in order: the proposals of which this member has not handed in a card they can hand in now.

    With when the step closes, by cycle, where it has dates. The proposals may be none, and may be many.
    """
    contests, rows = undecided(person, at)
    cycles = {contest.cycle_id for contest in contests}
    asked = set(Question.objects.filter(cycle__in=cycles, retired_at=None).values_list("cycle", "step"))
    dated: dict[int, dict[str, Step]] = {cycle: {} for cycle in cycles}
    for step in Step.objects.filter(cycle__in=cycles):
        dated[step.cycle_id][step.kind] = step
    found: list[tuple[Kind, Closes, QuerySet[Any]]] = []
    for kind in Kind:
        on = [cycle for cycle in cycles if (cycle, kind.value) in asked and not why_not_now(kind, dated[cycle], at)]
        if on:
            by_two = [cycle for cycle in on if kind.value in dated[cycle] and dated[cycle][kind.value].by_two]
            closes = {cycle: dated[cycle][kind.value].closes for cycle in on if kind.value in dated[cycle]}
            found.append((kind, closes, rows.filter(_waits(kind, person, by_two), contest__cycle__in=on)))
    return found


def _waits(kind: Kind, person: Person, by_two: list[int]) -> Q:
    """Not handed in by this member yet, unless it is others' to do; or handed in by another, and not confirmed."""
    cards = Card.objects.handed_in().filter(proposal=OuterRef("pk"), step=kind.value)
    theirs = cards.exclude(member=person.pk)
    is_by_two = Q(contest__cycle__in=by_two)
    to_fill_in = ~Exists(cards.filter(member=person.pk)) & ~Q(pk__in=to_others(person)) & ~(is_by_two & Exists(theirs))
    return to_fill_in | (is_by_two & Exists(theirs.filter(confirmed_at=None)))
