"""The cards of a member as the rows of a spreadsheet: one for each proposal and step that is theirs to fill in."""

import re
from dataclasses import dataclass, field
from itertools import product

from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import constant_time_compare, salted_hmac

from budgeting.models import Cycle
from budgeting.people import Person
from committee.calendar import Kind
from committee.cards import Typed
from committee.looking import may_look_at
from committee.models import Assignment, Card, Question
from proposals.models import Proposal

MARK = re.compile(r"v([0-9]{1,9})-([0-9a-f]{12})")


@dataclass(slots=True)
class CardRow:
    """A card as it is kept, or would be; and, while a sheet is read, what is typed on it otherwise."""

    member: int
    proposal: Proposal
    step: Kind
    card: Card | None
    kept: Typed
    typed: dict[int, tuple[str, str]] = field(default_factory=dict)

    @property
    def version(self) -> int:
        return self.card.version if self.card else 0

    @property
    def is_handed_in(self) -> bool:
        return self.card is not None and self.card.handed_in_at is not None

    @property
    def mark(self) -> str:
        """Whose card it is and how often it was saved, in a word that nobody types and no spreadsheet reckons with."""
        return self._mark(self.version)

    def _mark(self, version: int) -> str:
        words = f"{self.member}:{self.proposal.pk}:{self.step.value}:{version}"
        return f"v{version}-{salted_hmac('committee.card_rows', words).hexdigest()[:12]}"

    def version_of(self, mark: str) -> int | None:
        """Which version of this card was taken away; None if the mark is of no card of this member's."""
        found = MARK.fullmatch(mark)
        if found is None or not constant_time_compare(self._mark(int(found[1])), mark):
            return None
        return int(found[1])

    def answer(self, question: int) -> tuple[str, str]:
        """As typed, else as kept."""
        return self.typed.get(question) or self.kept.get(question, ("", ""))


def questions_of(cycle: Cycle) -> list[Question]:
    """Step by step in order, those asked no more at the end."""
    order = [kind.value for kind in Kind]
    questions = Question.objects.filter(cycle=cycle)
    places = {each: (order.index(each.step), each.place, each.pk) for each in questions}
    return sorted(questions, key=lambda each: (each.retired_at is not None, places[each]))


def rows_of(person: Person, cycle: Cycle, questions: list[Question]) -> list[CardRow]:
    """What is assigned to this member, or to nobody, and what they have begun; in a handful of statements."""
    begun = Exists(Card.objects.filter(proposal=OuterRef("pk"), member=person.pk))
    theirs = may_look_at(person, cycle).filter(~Q(pk__in=Assignment.objects.to_others(person)) | Q(begun))
    proposals = theirs.select_related("contest__district", "contest__cycle", "cycle").order_by("number")
    own = Card.objects.filter(member=person.pk, proposal__in=theirs.values("pk")).prefetch_related("answers")
    cards = {(card.proposal_id, card.step): card for card in own}
    steps = [kind for kind in Kind if any(each.step == kind.value and not each.retired_at for each in questions)]
    every = product(proposals, steps)
    return [_row(person, proposal, step, cards.get((proposal.pk, step.value))) for proposal, step in every]


def _row(person: Person, proposal: Proposal, step: Kind, card: Card | None) -> CardRow:
    answers = card.answers.all() if card else ()
    return CardRow(person.pk, proposal, step, card, {each.question_id: (each.value, each.comment) for each in answers})
