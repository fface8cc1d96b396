"""A member fills in a card: a draft as they type, handed in once it is complete, taken back, confirmed by another.

A draft is kept whatever the calendar says, so that nothing typed is lost; handing in has its time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.people import Person
from committee.calendar import Kind
from committee.members import entitled, why_not_decide, why_not_look
from committee.models import Answer, Assignment, Card, Resolution, Step
from committee.models.sealed import new_salt
from committee.steps import why_not_now
from lib.refusal import Refused, allow, require
from proposals.models import Proposal

Typed = Mapping[int, tuple[str, str]]
"""What was typed, by the key of its question: the answer and the comment."""


class SavedElsewhere(Refused):
    """The same card was saved in another window since this one was opened."""


def who_fills(proposal: Proposal) -> "models.QuerySet[Any]":
    """The members who have a card to fill in for it: those it is assigned to, else all who may vote on it."""
    members = entitled(proposal)
    assigned = members.filter(pk__in=Assignment.objects.standing().filter(proposal=proposal).values("member"))
    return assigned if assigned.exists() else members


def steps_of(proposal: Proposal) -> dict[str, Step]:
    """Those with dates, by kind."""
    return {step.kind: step for step in Step.objects.filter(cycle=proposal.cycle_id)}


def is_by_two(step: Kind, dated: Mapping[str, Step]) -> bool:
    """Is this card filled in by one member and confirmed by another?"""
    return step.value in dated and dated[step.value].by_two


def why_not_hand_in(proposal: Proposal, step: Kind, dated: Mapping[str, Step], *, by: Person, at: datetime) -> str:
    """Why this member hands in no card of that step now, in a sentence; empty if they may."""
    if sentence := why_not_touch(proposal, step, dated, by=by, at=at):
        return sentence
    fill = {member.pk: str(member) for member in who_fills(proposal)}
    if by.pk not in fill:
        return _("This proposal is assigned to %s: they fill in its cards.") % ", ".join(fill.values())
    return ""


def why_not_touch(proposal: Proposal, step: Kind, dated: Mapping[str, Step], *, by: Person, at: datetime) -> str:
    """Why this member changes nothing about the cards of that step now, in a sentence; empty if they may."""
    if sentence := why_not_decide(proposal, by=by, at=at):
        return sentence
    if Resolution.objects.filter(motion__proposal=proposal, void="").exists():
        return _("The committee has decided on this proposal.")
    return why_not_now(step, dated, at)


@transaction.atomic
def keep(
    proposal: Proposal,
    step: Kind,
    typed: Typed,
    *,
    version: int,
    window: str = "",
    is_pressed: bool = False,
    by: Person,
    at: datetime,
) -> Card:
    """Keep what a member has typed so far as the draft of their card. Raises Refused.

    Raises SavedElsewhere where the card is no longer the `version` they opened, and this would undo what was saved
    since. What a `window` saves by itself comes one by one; when a button is pressed in it, one of those may still be
    under way, and is older.
    """
    allow(why_not_look(proposal, by=by))
    mine = {"proposal": proposal, "step": step.value, "member_id": by.pk}
    card, _is_new = Card.objects.get_or_create(**mine, defaults={"saved_at": at, "salt": new_salt()})
    card = Card.objects.select_for_update(of=("self",)).get(pk=card.pk)
    require(card.handed_in_at is None, _("You have handed in this card. Take it back to change it."))
    kept = {answer.question_id: answer for answer in card.answers.all()}
    said = {key: (answer.value, answer.comment) for key, answer in kept.items()}
    changed = {key: words for key, words in typed.items() if words != said.get(key, ("", ""))}
    if not changed:
        return card
    is_same_window = is_pressed and window and window == card.window
    if version != card.version and not is_same_window:
        raise SavedElsewhere(
            _("This card was saved in another window since you opened it here. What you typed is not lost: see below.")
        )
    for key, (value, comment) in changed.items():
        if value or comment:
            text = {"value": value, "comment": comment, "number": None}
            Answer.objects.update_or_create(card=card, question_id=key, defaults=text)
        else:
            kept[key].delete()
    card.version, card.saved_at, card.window = card.version + 1, at, window
    card.save(update_fields=["version", "saved_at", "window"])
    return card


@transaction.atomic
def hand_in(card: Card, numbers: Mapping[int, int], *, by: Person, at: datetime) -> None:
    """Hand in a card as it was kept last; `numbers`: its scores and amounts by question. Raises Refused."""
    proposal, step = card.proposal, Kind(card.step)
    proposal.hold()
    dated = steps_of(proposal)
    allow(why_not_hand_in(proposal, step, dated, by=by, at=at))
    kept = Card.objects.select_for_update(of=("self",)).get(pk=card.pk)
    require(kept.handed_in_at is None, _("You have handed in this card. Take it back to change it."))
    if kept.version != card.version:
        raise SavedElsewhere(_("This card was saved in another window just now. Look at it again, then hand it in."))
    if is_by_two(step, dated):
        other = Card.objects.handed_in().filter(proposal=proposal, step=card.step).select_related("member").first()
        sentence = _("%s has handed in this card. Confirm it, or write beside it what you miss.")
        require(other is None, sentence % (other and other.member))
    answers = list(card.answers.all())
    for answer in answers:
        answer.number, answer.salt = numbers.get(answer.question_id), new_salt()
    Answer.objects.bulk_update(answers, ["number", "salt"])
    card.handed_in_at, card.salt = at, new_salt()
    card.save(update_fields=["handed_in_at", "salt"])
    by.record(Done.CARD_HANDED_IN, on=card, digest=card.digest)


def why_not_take_back(card: Card, dated: Mapping[str, Step], *, by: Person, at: datetime) -> str:
    """Why a card that was handed in stays so, in a sentence; empty if its member may take it back."""
    if card.member_id != by.pk:
        return _("Only its member takes a card back.")
    if card.proposal.motions.exists():
        return _("A decision has been put to the vote: the cards stay as they are.")
    others = Card.objects.handed_in().filter(proposal=card.proposal_id, step=card.step).exclude(pk=card.pk)
    if others.exists():  # whoever has handed in reads them, and nobody's card is to follow another's
        return _("Another card is handed in, which you can read: yours stays as it is. Add what has changed as a note.")
    return why_not_touch(card.proposal, Kind(card.step), dated, by=by, at=at)


@transaction.atomic
def take_back(card: Card, *, by: Person, at: datetime) -> None:
    """Make it a draft again; who had confirmed it has not any more. Raises Refused."""
    card.proposal.hold()
    card.refresh_from_db(from_queryset=Card.objects.select_for_update(of=("self",)), fields=["handed_in_at"])
    require(card.handed_in_at, _("This card is a draft."))
    allow(why_not_take_back(card, steps_of(card.proposal), by=by, at=at))
    card.handed_in_at = card.confirmed_at = card.confirmed_by = None
    card.save(update_fields=["handed_in_at", "confirmed_at", "confirmed_by"])
    by.record(Done.CARD_TAKEN_BACK, on=card)


def why_not_confirm(card: Card, dated: Mapping[str, Step], *, by: Person, at: datetime) -> str:
    """Why this member does not confirm another's card, in a sentence; empty if they may."""
    if not is_by_two(Kind(card.step), dated):
        return _("This card needs nobody to confirm it.")
    if card.member_id == by.pk:
        return _("Another member confirms your card.")
    if card.confirmed_at:
        return _("This card is confirmed.")
    return why_not_touch(card.proposal, Kind(card.step), dated, by=by, at=at)


@transaction.atomic
def confirm(card: Card, *, version: int | None = None, by: Person, at: datetime) -> None:
    """Agree with another member's card: from then on it counts. `version`: as they have read it. Raises Refused."""
    card.proposal.hold()
    card.refresh_from_db(from_queryset=Card.objects.select_for_update(of=("self",)))
    require(card.handed_in_at, _("This card is a draft."))
    allow(why_not_confirm(card, steps_of(card.proposal), by=by, at=at))
    is_as_read = version in (None, card.version)
    require(is_as_read, _("This card has been changed since you read it. Read it again before you confirm it."))
    card.confirmed_at, card.confirmed_by_id = at, by.pk
    card.save(update_fields=["confirmed_at", "confirmed_by"])
    by.record(Done.CARD_CONFIRMED, on=card, digest=card.digest)
