"""A card as a form: a field for each question's answer, and one for its comment."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from committee.models import Answer, Question
from lib.forms import MoneyField
from lib.typed import without_nul

LONGEST_COMMENT = 4_000  # characters
MOST_NAMED = 11  # answers in a sentence that refuses another
FIELD = re.compile(r"question-(\d{1,15})(-comment)?")


def name_of(question: int) -> str:
    return f"question-{question}"


def typed_in(data: QueryDict, questions: Sequence[Question]) -> dict[int, tuple[str, str]]:
    """What was typed on a card, as it was typed: nothing of it has to be complete or right."""
    found = {}
    for question in questions:
        name = name_of(question.pk)
        if name in data or f"{name}-comment" in data:
            found[question.pk] = (_text(data, name), _text(data, f"{name}-comment"))
    return found


def everything_typed(data: QueryDict) -> list[str]:
    """Whatever was typed into the fields of a card, to give it back to who may see the card no more."""
    return [text for name in data if FIELD.fullmatch(name) and (text := _text(data, name))]


def _text(data: QueryDict, name: str) -> str:
    """A browser sends the ends of lines in its own way; a field and the database know one."""
    return without_nul(data.get(name, "")).replace("\r\n", "\n").strip()


Kept = Mapping[int, Answer | tuple[str, str]]
"""By question what is kept of its answer, or was typed."""


class CardForm(forms.Form):
    """What has to be complete to be handed in. `answers`: what is kept so far, by question."""

    def __init__(self, questions: Sequence[Question], currency: str, answers: Kept, data: Any = None) -> None:
        super().__init__(data, initial=_initial(answers))
        self.questions = [question for question in questions if not question.retired_at]
        for question in self.questions:
            name = name_of(question.pk)
            self.fields[name] = field_of(question, currency)
            self.fields[f"{name}-comment"] = comment_field_of(question)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for question in self.questions:
            name = name_of(question.pk)
            if cleaned.get(name) in question.comment_on and not cleaned.get(f"{name}-comment"):
                self.add_error(f"{name}-comment", _("This answer needs a comment."))
        return cleaned

    @property
    def rows(self) -> list[tuple[Question, forms.BoundField, forms.BoundField]]:
        """Question by question the field of its answer, and that of its comment."""
        names = [(question, name_of(question.pk)) for question in self.questions]
        return [(question, self[name], self[f"{name}-comment"]) for question, name in names]

    @property
    def numbers(self) -> dict[int, int]:
        """The scores and amounts, by question."""
        in_figures = (Question.Answers.SCORE, Question.Answers.AMOUNT)
        of = [question for question in self.questions if question.kind in in_figures]
        return {question.pk: int(self.cleaned_data[name_of(question.pk)]) for question in of}


def _initial(answers: Kept) -> dict[str, str]:
    initial: dict[str, str] = {}
    for key, answer in answers.items():
        value, comment = (answer.value, answer.comment) if isinstance(answer, Answer) else answer
        initial |= {name_of(key): value, f"{name_of(key)}-comment": comment}
    return initial


def field_of(question: Question, currency: str) -> forms.Field:
    labelled = {"label": question.text, "help_text": question.help_text}
    if question.kind == Question.Answers.AMOUNT:
        return MoneyField(currency=currency, **labelled)
    if question.kind == Question.Answers.SCORE:
        choices = [(str(score), str(score)) for score in range((question.most or 0) + 1)]
        widget = forms.RadioSelect(attrs={"class": "in-a-row"}) if len(choices) <= 11 else forms.Select()
        return forms.ChoiceField(choices=choices, widget=widget, **labelled, error_messages=_which(choices))
    choices = [(line, line) for line in question.choices]
    if question.kind == Question.Answers.YES_NO:
        choices = [(said.value, str(said.label)) for said in Question.Said]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **labelled, error_messages=_which(choices))


def _which(choices: Sequence[tuple[str, str]]) -> dict[str, str]:
    """For whoever fills in a sheet and does not see them; of many the first and the last."""
    answers = [label for _value, label in choices]
    shown = answers if len(answers) <= MOST_NAMED else [answers[0], "…", answers[-1]]
    named = ", ".join(shown).replace("%", "%%")
    return {
        "invalid_choice": _("“%(value)s” is none of the answers: %(named)s.") % {"value": "%(value)s", "named": named}
    }


def comment_field_of(question: Question) -> forms.Field:
    needed = [str(Question.Said(said).label) for said in question.comment_on]
    return forms.CharField(
        label=_("Comment: %s") % question.text,
        required=False,
        max_length=LONGEST_COMMENT,
        help_text=_("Needed with: %s.") % ", ".join(needed) if needed else "",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
