"""Questions to start from, in the language of whoever asks for them: what most cities look at."""

from typing import Any

from django.utils.translation import gettext as _

from budgeting.models import Cycle
from committee.calendar import Kind
from committee.models import Question

YES_NO = Question.Answers.YES_NO
SCORE = {"kind": Question.Answers.SCORE, "most": 5}
WITH_NO = [Question.Said.NO]


def ready_made(cycle: Cycle) -> list[Question]:
    """A formal check of five questions and an assessment of eight, not saved yet."""
    cards = {Kind.FORMAL: _formal(), Kind.ASSESSMENT: _assessment()}
    return [
        Question(cycle=cycle, step=step.value, place=10 * place, **asked)
        for step, questions in cards.items()
        for place, asked in enumerate(questions, start=1)
    ]


def _formal() -> list[dict[str, Any]]:
    asked = [
        (_("Is the place on land or in a building of the city?"), _("Or of somebody who has agreed in writing.")),
        (_("Is it the city's task to build and to run this?"), _("Not of the state, of a company or of one person.")),
        (_("Is it open to everybody, free of charge?"), _("At set hours is enough.")),
        (_("Can it be built within two years?"), _("With permits and tenders.")),
        (_("Does it cost no more than there is?"), _("As its author wrote; the assessment looks closer.")),
    ]
    return [
        {"text": text, "help_text": why, "kind": YES_NO, "comment_on": WITH_NO, "is_public": True}
        for text, why in asked
    ]


def _assessment() -> list[dict[str, Any]]:
    ways = [_("By the city's own people"), _("By a company"), _("Together with residents")]
    return [
        {
            "text": _("Is it allowed by law and by the plans of the city?"),
            "help_text": _("Zoning, listed buildings, protected nature, safety."),
            "kind": YES_NO,
            "comment_on": WITH_NO,
            "is_public": True,
        },
        {
            "text": _("What would it cost to build?"),
            "help_text": _("With planning, tax and a reserve."),
            "kind": Question.Answers.AMOUNT,
            "is_public": True,
        },
        {
            "text": _("What would it cost in a year to keep up?"),
            "help_text": _("Cleaning, repairs, energy, people. Write 0 for nothing."),
            "kind": Question.Answers.AMOUNT,
            "is_public": True,
        },
        {
            "text": _("Who could carry it out?"),
            "kind": Question.Answers.CHOICE,
            "lines": "\n".join(ways),
            "is_public": True,
        },
        {
            **SCORE,
            "text": _("How many people does it serve?"),
            "help_text": _("0: one household. 5: the whole district, every day."),
            "weight": 2,
        },
        {
            **SCORE,
            "text": _("Does it serve those who have least?"),
            "help_text": _("Streets without green, people with little money, children, the old, the disabled."),
            "weight": 2,
        },
        {
            **SCORE,
            "text": _("Is it good for climate and nature?"),
            "help_text": _("0: it harms. 5: shade, water, soil, fewer cars."),
        },
        {
            **SCORE,
            "text": _("How sure is it to succeed?"),
            "help_text": _("Permits, neighbours, ground, money from elsewhere."),
        },
    ]
