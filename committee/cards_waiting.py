"""The cards that wait for a member: those of the steps that are on, of what is theirs to look at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from budgeting.people import Person
from committee.at_the_desk import Desk
from committee.calendar import Kind
from committee.models import Assignment, Card, Question, Step
from committee.steps import why_not_now

Closes = Mapping[int, datetime]


def to_fill_in(desk: Desk) -> list[tuple[Kind, Closes, "QuerySet[Any]"]]:
    """By step that is on, in order: the proposals of which this member has not handed in a card they can hand in now.

    With when the step closes, by cycle, where it has dates. The proposals may be none, and may be many.
    """
    cycles = {contest.cycle_id for contest in desk.contests}
    asked = set(Question.objects.filter(cycle__in=cycles, retired_at=None).values_list("cycle", "step"))
    dated: dict[int, dict[str, Step]] = {cycle: {} for cycle in cycles}
    for step in Step.objects.filter(cycle__in=cycles):
        dated[step.cycle_id][step.kind] = step
    found: list[tuple[Kind, Closes, QuerySet[Any]]] = []
    for kind in Kind:
        on = {
            cycle: steps.get(kind.value)
            for cycle, steps in dated.items()
            if (cycle, kind.value) in asked and not why_not_now(kind, steps, desk.at)
        }
        if on:
            by_two = [cycle for cycle, step in on.items() if step and step.by_two]
            closes = {cycle: step.closes for cycle, step in on.items() if step}
            rows = desk.undecided.filter(_waits(kind, desk.person, by_two), contest__cycle__in=on)
            found.append((kind, closes, rows))
    return found


def _waits(kind: Kind, person: Person, by_two: list[int]) -> Q:
    """Not handed in by this member yet, unless it is others' to do; or handed in by another, and not confirmed."""
    cards = Card.objects.handed_in().filter(proposal=OuterRef("pk"), step=kind.value)
    theirs = cards.exclude(member=person.pk)
    is_by_two = Q(contest__cycle__in=by_two)
    is_to_others = Q(pk__in=Assignment.objects.to_others(person))
    to_fill_in = ~Exists(cards.filter(member=person.pk)) & ~is_to_others & ~(is_by_two & Exists(theirs))
    return to_fill_in | (is_by_two & Exists(theirs.filter(confirmed_at=None)))
