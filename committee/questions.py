"""A clerk makes the questions of the cards: one by one, or a whole set to start from."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.models import Cycle
from budgeting.people import Person
from committee.models import Question
from committee.ready_made import ready_made
from lib.refusal import allow, require


def why_not_change(question: Question) -> str:
    """Why a question stays as it is, in a sentence; empty if it may be changed."""
    if question.retired_at:
        return _("This question is asked no more.")
    if question.has_answers:
        return _("Members have answered this question, so it is not changed. Retire it, and write a new one.")
    return ""


@transaction.atomic
def write(question: Question, *, by: Person) -> Question:
    """Make a question, or change one that nobody has answered. Raises ValidationError."""
    require(by.is_clerk, _("Only clerks write the questions of the cards."))
    is_new = question.pk is None
    if not is_new:
        allow(why_not_change(Question.objects.select_for_update().get(pk=question.pk)))
    question.full_clean(exclude=["cycle"])
    question.save()
    by.record(Done.MADE if is_new else Done.CHANGED, on=question, **_facts(question))
    return question


@transaction.atomic
def retire(question: Question, *, by: Person, at: datetime) -> None:
    """Ask it no more; the answers there are stay. Raises Refused."""
    require(by.is_clerk, _("Only clerks write the questions of the cards."))
    retired = Question.objects.filter(pk=question.pk, retired_at=None).update(retired_at=at)
    require(retired, _("This question is asked no more."))
    by.record(Done.QUESTION_RETIRED, on=question, text=question.text)


@transaction.atomic
def start_from_the_set(cycle: Cycle, *, by: Person) -> int:
    """Write the ready-made questions, in the language of whoever asks; how many. Only where there is none yet."""
    Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    is_empty = not Question.objects.filter(cycle=cycle, retired_at=None).exists()
    require(is_empty, _("There are questions already. Change those, or retire them first."))
    made = [write(question, by=by) for question in ready_made(cycle)]
    return len(made)


def _facts(question: Question) -> dict[str, Any]:
    names = ("step", "place", "text", "help_text", "kind", "comment_on", "most", "weight", "lines", "is_public")
    return {name: getattr(question, name) for name in names}
