"""The columns of a spreadsheet of cards: how each is written, and how it is read again, in any language of the site."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import fields
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from committee.calendar import Kind
from committee.forms.cards import comment_field_of, field_of
from committee.models import Question
from committee.sheets.rows import CardRow
from lib.spreadsheets import guarded, unguarded

QUESTION = re.compile(r"([0-9]{1,15})(b?)\. ")  # how the title of a question's column begins, and of its comments'
AROUND = re.compile(r"\A[\s\ufeff]+|[\s\ufeff]+\Z")
FIGURES = re.compile(r"0|[1-9][0-9]{0,14}")
FIXED = {
    "number": gettext_lazy("Number"),
    "district": gettext_lazy("District"),
    "title": gettext_lazy("Title"),
    "step": gettext_lazy("Step"),
    "state": gettext_lazy("State"),
    "mark": gettext_lazy("Mark (leave it as it is)"),
}


def in_every_language(word: Any) -> set[str]:
    """How it is written in the languages of the site, without capitals."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(str(word).casefold())
    return found


def said_in_words() -> dict[str, str]:
    """By its words in any language what an answer of yes or no is."""
    return {word: said.value for said in Question.Said for word in in_every_language(said.label)}


def plain(text: str) -> str:
    """As it comes back from a spreadsheet: without what none can hold, with one kind of line's end, and no blanks."""
    held = ILLEGAL_CHARACTERS_RE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return AROUND.sub("", held)


def as_cell(text: str) -> str | int:
    """Figures as a number, so that they can be reckoned with; anything else as a text that runs nowhere."""
    return int(text) if FIGURES.fullmatch(text) else guarded(plain(text))


class About(fields.Field):
    """What a row is about: written, and looked up when it is read, but never changed."""

    def export(self, instance: CardRow, **options: Any) -> str | int:
        proposal, card = instance.proposal, instance.card
        match self.column_name:
            case "number":
                return as_cell(str(proposal.number))
            case "district":
                return as_cell(str(proposal.contest.district))
            case "title":
                return as_cell(proposal.title)
            case "step":
                return str(instance.step.label)
            case "state":
                return _("handed in") if instance.is_handed_in else _("a draft") if card else _("not begun")
        return instance.mark

    def save(self, instance: CardRow, row: dict[str, str], is_m2m: bool = False, **options: Any) -> None:
        """Nothing of it is anybody's to change here."""


class Answered(fields.Field):
    """A question's answer, or the comment on it."""

    def __init__(self, question: Question, *, is_comment: bool, currency: str) -> None:
        name = f"{question.pk}b" if is_comment else str(question.pk)
        super().__init__(attribute=name, column_name=name)
        self.question, self.part = question, int(is_comment)
        self.form_field = comment_field_of(question) if is_comment else field_of(question, currency)
        self.form_field.required = False
        self.is_in_words = not is_comment and question.kind == Question.Answers.YES_NO
        self.words = said_in_words() if self.is_in_words else {}

    @property
    def title(self) -> str:
        if self.part:
            return f"{self.column_name}. {_('Comment')}"
        return plain(f"{self.column_name}. {self.question.text}")

    def export(self, instance: CardRow, **options: Any) -> str | int:
        text = instance.answer(self.question.pk)[self.part]
        if self.is_in_words and text in Question.Said.values:
            return as_cell(str(Question.Said(text).label))
        return as_cell(text)

    def save(self, instance: CardRow, row: dict[str, str], is_m2m: bool = False, **options: Any) -> None:
        """Type it on the card. Raises ValueError with a sentence for what cannot be taken and differs from the card."""
        cell = row[self.column_name]
        answer = list(instance.answer(self.question.pk))
        if plain(cell) == plain(str(self.export(instance))):
            return
        value = self._read(plain(unguarded(cell)), cell, instance)
        if value != plain(answer[self.part]):
            self._check(instance)
            answer[self.part] = value
            instance.typed[self.question.pk] = (answer[0], answer[1])

    def _read(self, text: str, cell: str, instance: CardRow) -> str:
        if self.question.step != instance.step.value:
            raise ValueError(_("This question stands on another card: “%s”.") % Kind(self.question.step).label)
        if cell.startswith("="):
            raise ValueError(_("Formulas are not read. Write what it comes to."))
        text = self.words.get(text.casefold(), text)
        try:
            self.form_field.clean(text)
        except ValidationError as fault:
            raise ValueError(" ".join(fault.messages)) from None
        return text

    def _check(self, instance: CardRow) -> None:
        if self.question.retired_at:
            raise ValueError(_("This question is asked no more."))
        if instance.is_handed_in:
            raise ValueError(_("You have handed in this card. Take it back to change it."))
