"""The steps of a review: a clerk sets their dates, and what may be done at which of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from budgeting.models import Cycle
from budgeting.people import Person
from budgeting.stages import Stage
from budgeting.templatetags.dates import words
from budgeting.within import Part
from committee.calendar import Kind, StepWindow, Wrong, decides_from, errors
from committee.models import Step
from lib.refusal import Refused, require

SENTENCES = {
    Wrong.EMPTY: gettext_lazy("“%(earlier)s” has to open before it closes."),
    Wrong.OUTSIDE: gettext_lazy("“%(earlier)s” has to lie within the review."),
    Wrong.BACKWARDS: gettext_lazy("“%(later)s” comes after “%(earlier)s”, so it cannot open before it."),
    Wrong.OVERLAPPING: gettext_lazy("“%(earlier)s” is still on when “%(later)s” opens. Close it first."),
}


def faults(cycle: Cycle, steps: Iterable[StepWindow]) -> list[str]:
    """What is wrong with these steps of a cycle's review, a sentence each."""
    return [
        SENTENCES[wrong] % {"earlier": earlier.label, "later": later.label}
        for wrong, earlier, later in errors(steps, cycle.window(Stage.REVIEWING))
    ]


@transaction.atomic
def set_steps(cycle: Cycle, steps: list[StepWindow], *, by_two: bool, by: Person) -> None:
    """The steps of a cycle are these from now on, and no others. Raises Refused with a sentence for each fault.

    `by_two`: the card of the formal check is filled in by one member and confirmed by another.
    """
    require(by.is_clerk, _("Only clerks set the steps of the review."))
    Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    require(cycle.window(Stage.REVIEWING), _("Set the dates of the review first."))
    if wrong := faults(cycle, steps):
        raise Refused(wrong)
    is_formal = any(step.kind is Kind.FORMAL for step in steps)
    require(is_formal or not by_two, _("Another member confirms the card of the formal check: give it its dates."))
    Step.objects.filter(cycle=cycle).delete()
    Step.objects.bulk_create(
        Step(
            cycle=cycle,
            kind=step.kind.value,
            opens=step.opens,
            closes=step.closes,
            by_two=by_two and step.kind is Kind.FORMAL,
        )
        for step in steps
    )
    by.record(Done.STEPS_SET, on=cycle, steps=_dates(steps), by_two=by_two)


def parts(cycle: Cycle) -> list[Part]:
    """The steps as everybody reads them in the calendar of the cycle, under its review."""
    return [Part(Stage.REVIEWING, str(step.kind.label), step.opens, step.closes) for step in Step.windows(cycle)]


def move_along(cycle: Cycle, stage: Stage, span: timedelta, *, by: Person) -> None:
    """The review moves, and its steps with it by the same span."""
    steps = Step.objects.filter(cycle=cycle)
    if stage is Stage.REVIEWING and steps.update(opens=F("opens") + span, closes=F("closes") + span):
        by.record(
            Done.STEPS_SET, on=cycle, steps=_dates(Step.windows(cycle)), by_two=steps.filter(by_two=True).exists()
        )


def _dates(steps: Iterable[StepWindow]) -> dict[str, list[str]]:
    return {step.kind.value: [step.opens.isoformat(), step.closes.isoformat()] for step in steps}


def why_not_now(step: Kind, dated: Mapping[str, Step], at: datetime) -> str:
    """Why the cards of a step are not handed in at that moment, in a sentence; empty if they are.

    A step without dates lasts as long as the review.
    """
    if step.value not in dated:
        return ""
    window = dated[step.value].window()
    said = {"step": step.label, "moment": words(window.opens if at < window.opens else window.closes)}
    if at < window.opens:
        return _("“%(step)s” begins on %(moment)s.") % said
    if at >= window.closes:
        return _("“%(step)s” ended on %(moment)s.") % said
    return ""


def why_not_put_to_the_vote(cycles: Iterable[Cycle], at: datetime) -> dict[int, str]:
    """Of those cycles in which nothing is put to the vote before the step of decisions, why not, in a sentence."""
    windows: dict[int, list[StepWindow]] = {}
    for step in Step.objects.filter(cycle__in=cycles):
        windows.setdefault(step.cycle_id, []).append(step.window())
    begins = {cycle: moment for cycle, steps in windows.items() if (moment := decides_from(steps)) and at < moment}
    sentence = _("Decisions are put to the vote from %s on: first comes what is asked on the cards.")
    return {cycle: sentence % words(moment) for cycle, moment in begins.items()}
