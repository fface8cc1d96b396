"""What everybody reads of the cards of a proposal, once the decision on it is public: without the names of members."""

from datetime import datetime

from django.utils.translation import gettext as _

from budgeting.sections import Section
from committee.addresses import page_on
from committee.calendar import Kind
from committee.models import Answer, Card, Step
from committee.showing import Told, answers_told, cards_of
from proposals.models import Decision, Proposal


def is_decided(proposal: Proposal, at: datetime) -> bool:
    """Has the committee's decision on it been public since then? A correction that is asked for is none."""
    decisions = proposal.decisions.filter(at__lte=at).exclude(outcome=Decision.Outcome.RETURN)
    return decisions.exists()


def public_answers(proposal: Proposal, at: datetime) -> list[Told]:
    """Question by question; nothing before the decision is public."""
    if not is_decided(proposal, at):
        return []
    theirs = _cards_that_count(proposal)
    asked = {answer.question_id: answer.question for answer in _public_on(theirs)}
    order = [kind.value for kind in Kind]
    in_order = sorted(asked.values(), key=lambda question: (order.index(question.step), question.place, question.pk))
    return answers_told(in_order, theirs, proposal.cycle.currency)


def answers_that_count(proposal: Proposal) -> list[Answer]:
    """Those everybody reads once the decision is public."""
    return _public_on(_cards_that_count(proposal))


def _cards_that_count(proposal: Proposal) -> list[Card]:
    """A card by two members counts once it is confirmed."""
    by_two = set(Step.objects.filter(cycle=proposal.cycle_id, by_two=True).values_list("kind", flat=True))
    return [card for card in cards_of(proposal) if card.step not in by_two or card.confirmed_at]


def _public_on(cards: list[Card]) -> list[Answer]:
    return [answer for card in cards for answer in card.answers.all() if answer.question.is_public]


def on_the_page(proposal: Proposal, at: datetime) -> Section | None:
    """For the page of the proposal."""
    told = public_answers(proposal, at)
    if not told:
        return None
    return Section(
        heading=_("What the committee looked at"),
        parts=[(each.question.text, _said(each)) for each in told],
        links=[(_("The assessment as a PDF"), page_on("assessment", proposal))],
    )


def _said(told: Told) -> list[str]:
    """What the answers come to, then each, the same one once with how often it was given."""
    several = [told.comes_to] if told.comes_to else []
    alone = [said.answer for said in told.said] if len(told.said) == 1 else []
    return several + alone + [said.comment for said in told.said if said.comment]
