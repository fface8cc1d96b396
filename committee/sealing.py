"""Public answers, sealed once the committee has voted and opened with its decision, so that anybody can check them.

A card names its member in the log, and public answers have no names. So they are sealed apart from the cards: one
digest over the digests of them all, sorted, when a vote is over and no card is changed any more. What was changed
before that, on any card, shows against the digest that the log has since it was handed in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audit.acts import Done
from audit.models import AuditEvent, reference
from committee.models import Answer, Card, Motion, SealedAnswers
from committee.models.sealed import new_salt
from committee.public_answers import answers_that_count
from proposals.models import Proposal


def seal(motion: Motion) -> dict[str, str]:
    """Keep which public answers there are; what the log says of it: their common digest, or nothing without any."""
    cards = Card.objects.handed_in().filter(proposal=motion.proposal_id)
    public = Answer.objects.filter(card__in=cards, question__is_public=True).exclude(salt=b"")
    digests = sorted(answer.digest for answer in public.select_related("question"))
    if not digests:
        return {}
    return {"answers": SealedAnswers.objects.create(motion=motion, digests=digests, salt=new_salt()).digest}


@dataclass(frozen=True, slots=True)
class Opened:
    """The sealed answers of a motion, and those that are public as they stand now."""

    sealed: SealedAnswers
    answers: list[Answer]

    @property
    def changed(self) -> list[Answer]:
        """Those that were not sealed as they stand now."""
        return [answer for answer in self.answers if answer.digest not in self.sealed.digests]

    @property
    def facts(self) -> dict[str, Any]:
        """All it takes to reckon them again: what is public of them in full, the others as digests alone."""
        answers = [{"salt": answer.salt_in_words, **answer.content()} for answer in self.answers]
        return {"salt": self.sealed.salt_in_words, **self.sealed.content(), "public": answers}


def opened(proposal: Proposal) -> dict[int, Opened]:
    """What was sealed on it, by motion; answers in the order of their digests, which is nobody's."""
    sealed = SealedAnswers.objects.filter(motion__proposal=proposal).select_related("motion")
    counted = sorted((each for each in answers_that_count(proposal) if each.salt), key=lambda answer: answer.digest)
    return {each.motion_id: Opened(each, counted) for each in sealed}


def open_with(motion: Motion) -> None:
    """In the transaction that makes the decision public."""
    if found := opened(motion.proposal).get(motion.pk):
        AuditEvent.append(Done.ANSWERS_PUBLISHED, by=None, on=found.sealed, **found.facts)


def altered_cards() -> Iterator[Card]:
    """The cards that are not as they were when they were handed in, by what the log has of it."""
    done = AuditEvent.objects.filter(action=Done.CARD_HANDED_IN).order_by("number").values_list("object", "facts")
    latest = {card: facts["digest"] for card, facts in done}
    for card in Card.objects.exclude(handed_in_at=None).iterator():
        if latest.get(reference(card)) != card.digest:
            yield card
