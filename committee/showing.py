"""What members see of cards: their own at once, those of others once they cannot be led by them any more.

That is once they have handed in their own, or have none to fill in, or nobody can hand in one any more. The chair sees
them as they come.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db.models import Prefetch
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from budgeting.people import Person
from budgeting.stages import Act
from committee import cards, scoring
from committee.calendar import Kind
from committee.cards import Typed
from committee.members import presiding
from committee.models import Answer, Card, Question, Step
from lib import money
from proposals.models import Proposal


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in words, and whose it is."""

    member: str
    answer: str
    comment: str


@dataclass(frozen=True, slots=True)
class Told:
    """A question, what the answers come to where that can be said, and each answer."""

    question: Question
    comes_to: str
    said: list[Said]


@dataclass(slots=True)
class StepTold:
    """The cards of a step, as far as whoever asks sees them: without `shows` their own only."""

    step: Kind
    dates: Step | None
    expected: int
    shows: bool
    mine: Card | None
    is_for_me: bool = True
    """Is it theirs to fill in, and not assigned to others?"""
    to_confirm: Card | None = None
    """The card of another that waits for whoever asks to confirm it."""
    cards: list[Card] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    points: list[tuple[Card, int, int]] = field(default_factory=list)
    average: str = ""

    @property
    def number(self) -> int:
        return len(self.cards)

    @property
    def is_anothers(self) -> bool:
        """Has another filled in the one card there is, so that nothing is left to fill in?"""
        return bool(self.dates and self.dates.by_two and self.cards and self.mine is None)


def steps_told(proposal: Proposal, *, by: Person, at: datetime) -> list[StepTold]:
    """Of each step that has questions, what this member sees."""
    questions = list(Question.objects.filter(cycle=proposal.cycle_id))
    handed_in = cards_of(proposal)
    drafts = Card.objects.filter(proposal=proposal, member=by.pk, handed_in_at=None)
    mine = {card.step: card for card in (*drafts, *(card for card in handed_in if card.member_id == by.pk))}
    dated = cards.steps_of(proposal)
    fill = set(cards.who_fills(proposal).values_list("pk", flat=True))
    chair = presiding(proposal)
    chairs = chair is not None and chair.pk == by.pk
    found = []
    for step in Kind:
        asked = [question for question in questions if question.step == step.value]
        theirs = [card for card in handed_in if card.step == step.value]
        if not theirs and all(question.retired_at for question in asked):
            continue
        by_two = cards.is_by_two(step, dated)
        own = mine.get(step.value)
        is_done = chairs or by.pk not in fill or bool(own and own.handed_in_at) or bool(by_two and theirs)
        shows = is_done or _is_over(proposal, dated.get(step.value), at)
        told = StepTold(step, dated.get(step.value), 1 if by_two else len(fill), shows, own, by.pk in fill)
        if shows:
            _fill(told, asked, theirs, proposal.cycle.currency)
            told.to_confirm = next(
                (card for card in theirs if by_two and not cards.why_not_confirm(card, dated, by=by, at=at)), None
            )
        found.append(told)
    return found


def cards_of(proposal: Proposal) -> list[Card]:
    """Those that were handed in, with their answers."""
    answers = Prefetch("answers", Answer.objects.select_related("question"))
    found = Card.objects.handed_in().filter(proposal=proposal)
    return list(found.select_related("member", "confirmed_by").prefetch_related(answers))


def _is_over(proposal: Proposal, dates: Step | None, at: datetime) -> bool:
    """Can nobody hand in a card any more, and so nobody be led by what others wrote?"""
    return dates.closes <= at if dates else not proposal.is_open_for(Act.DECIDE, at)


def _fill(told: StepTold, asked: Sequence[Question], theirs: list[Card], currency: str) -> None:
    told.cards = theirs
    told.told = answers_told(asked, theirs, currency)
    for card in theirs:
        got, of = scoring.points(
            (answer.number, answer.question.most or 0, answer.question.weight)
            for answer in card.answers.all()
            if answer.question.kind == Question.Answers.SCORE and answer.number is not None
        )
        if of:
            told.points.append((card, got, of))
    if len(told.points) > 1:
        told.average = in_figures(Fraction(sum(got for _card, got, _of in told.points), len(told.points)))


def answers_told(asked: Iterable[Question], theirs: Iterable[Card], currency: str) -> list[Told]:
    """Question by question what is on these cards; a question that nobody has answered is left out."""
    found = []
    for question in asked:
        given = [
            (card, answer) for card in theirs for answer in card.answers.all() if answer.question_id == question.pk
        ]
        if given:
            said = [
                Said(str(card.member), said_by(answer, question, currency), answer.comment) for card, answer in given
            ]
            found.append(Told(question, comes_to(question, [answer for _card, answer in given], currency), said))
    return found


def said_by(answer: Answer, question: Question, currency: str) -> str:
    """An answer in words."""
    if question.kind == Question.Answers.YES_NO and answer.value in Question.Said.values:
        return str(Question.Said(answer.value).label)
    if answer.number is None:
        return answer.value
    if question.kind == Question.Answers.AMOUNT:
        return money.written(answer.number, currency)
    return _("%(score)d of %(most)d") % {"score": answer.number, "most": question.most}


def comes_to(question: Question, answers: Sequence[Answer], currency: str) -> str:
    """The average and the spread of several scores or amounts, or how often each answer was given."""
    if len(answers) < 2:
        return ""
    numbers = [answer.number for answer in answers if answer.number is not None]
    spread = scoring.spread(numbers)
    if spread and spread.least == spread.most:
        return _("All: %s") % said_by(answers[0], question, currency)
    if spread and question.kind == Question.Answers.SCORE:
        said = {"average": in_figures(spread.average), "least": spread.least, "most": spread.most}
        return _("On average %(average)s, from %(least)d to %(most)d") % said
    if spread:
        amounts = (round(spread.average), spread.least, spread.most)
        return _("On average {}, from {} to {}").format(*(money.written(amount, currency) for amount in amounts))
    given = [said_by(answer, question, currency) for answer in answers]
    return ", ".join(f"{answer}: {given.count(answer)}" for answer in dict.fromkeys(given) if answer)


def in_figures(number: Fraction) -> str:
    """With one decimal, as the reader's language writes it."""
    return number_format(Decimal(round(number * 10)) / 10, decimal_pos=1)


def saved_otherwise(
    answers: Mapping[int, Answer], questions: Iterable[Question], typed: Typed, currency: str
) -> list[tuple[Question, Said]]:
    """The answers that are kept otherwise than they were typed here."""
    return [
        (question, Said("", said_by(answer, question, currency), answer.comment))
        for question in questions
        if (answer := answers.get(question.pk)) and typed.get(question.pk, ("", "")) != (answer.value, answer.comment)
    ]
