"""What a spreadsheet changes on cards, in words: question by question before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from committee.calendar import Kind
from committee.models import Question
from proposals.models import Proposal


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """An answer with its comment as it is, and as it would be; empty: none."""

    question: str
    before: tuple[str, str]
    after: tuple[str, str]


@dataclass(frozen=True, slots=True)
class CardChange:
    """What becomes of a card."""

    proposal: Proposal
    step: Kind
    answers: list[AnswerChange]


def changes_told(changes: Sequence[Mapping[str, Any]]) -> list[CardChange]:
    """Of changes as CardImport keeps them; in two statements."""
    keys = {int(key) for each in changes for key in each["after"]}
    questions = Question.objects.in_bulk(keys)
    related = ("contest__district", "contest__cycle")
    proposals = Proposal.objects.select_related(*related).in_bulk([each["proposal"] for each in changes])
    return [
        CardChange(
            proposals[each["proposal"]],
            Kind(each["step"]),
            [
                AnswerChange(
                    questions[int(key)].text,
                    _in_words(questions[int(key)], each["before"][key]),
                    _in_words(questions[int(key)], after),
                )
                for key, after in each["after"].items()
            ],
        )
        for each in changes
    ]


def _in_words(question: Question, answer: Sequence[str]) -> tuple[str, str]:
    value, comment = answer
    if question.kind == Question.Answers.YES_NO and value in Question.Said.values:
        value = str(Question.Said(value).label)
    return value, comment
