"""A member's answers from a spreadsheet: looked at, taken over as drafts, and undone as a whole.

No card is handed in by it: that stays an act of its own, card by card.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.models import Cycle
from budgeting.people import Person
from committee.calendar import Kind
from committee.looking import may_look_at
from committee.models import Answer, Card, CardImport, Question
from committee.models.card_import import LONGEST_NAME
from committee.models.sealed import new_salt
from committee.sheets import files
from committee.sheets.files import Fault
from committee.sheets.rows import CardRow
from committee.sheets.sheet import CardSheet
from lib.refusal import Refused, require

KEPT = timedelta(days=1)  # what nobody confirmed

Change = Mapping[str, Any]
"""As in CardImport.changes."""


class Faulty(Refused):
    """Nothing of the file is taken; `faults` says line by line why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(_("Nothing was changed: the spreadsheet cannot be taken as it is."))
        self.faults = faults


@transaction.atomic
def look(cycle: Cycle, file: IO[bytes], name: str, *, by: Person, at: datetime) -> CardImport:
    """What the file would change, and nothing is changed. Replaces what waits of this member.

    Raises TableError, Faulty, or Refused where it changes nothing.
    """
    reading = files.read(file, CardSheet(by, cycle))
    if reading.faults:
        raise Faulty(sorted(reading.faults, key=lambda fault: fault.line))
    require(reading.changed, _("Nothing in the spreadsheet differs from your cards."))
    CardImport.objects.waiting().filter(cycle=cycle, by_id=by.pk).delete()
    changes = [_change(row) for row in reading.changed]
    kept = {"file_name": name[:LONGEST_NAME], "changes": changes, "unread": reading.unread, "salt": new_salt()}
    return CardImport.objects.create(cycle=cycle, by_id=by.pk, at=at, **kept)


def _change(row: CardRow) -> dict[str, Any]:
    return {
        "proposal": row.proposal.pk,
        "number": row.proposal.number,
        "step": row.step.value,
        "version": row.version,
        "before": {str(question): list(row.kept.get(question, ("", ""))) for question in row.typed},
        "after": {str(question): list(answer) for question, answer in row.typed.items()},
    }


@transaction.atomic
def confirm(made: CardImport, *, by: Person, at: datetime) -> None:
    """Make the answers the drafts they were shown as, all of them. Raises Refused, and changes none.

    It refuses where a card was changed or handed in since, a question retired, or the member is recused.
    """
    made = CardImport.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=made.pk)
    waits = made.by_id == by.pk and made.confirmed_at is None
    require(waits, _("This preview no longer stands. Upload the file again."))
    _require_asked_still(made)
    cards = _held(made, at)
    may_look = set(may_look_at(by, made.cycle).values_list("pk", flat=True))
    none = [each for each in made.changes if each["proposal"] not in may_look]
    require(not none, _("You have no part in these any more: %s. Nothing was changed.") % named(none))
    stale = [each for each in made.changes if not _is_as(cards[_key(each)], each["version"])]
    sentence = _("These cards were changed since you uploaded the sheet: %s. Nothing was changed; download it again.")
    require(not stale, sentence % named(stale))
    _write([(cards[_key(each)], each["after"]) for each in made.changes], at)
    made.confirmed_at = at
    made.save(update_fields=["confirmed_at"])
    by.record(Done.CARDS_IMPORTED, on=made, digest=made.digest, cards=len(made.changes))


@transaction.atomic
def drop(made: CardImport, *, by: Person) -> None:
    """Forget what nobody confirmed."""
    CardImport.objects.waiting().filter(pk=made.pk, by_id=by.pk).delete()


@transaction.atomic
def undo(made: CardImport, *, by: Person, at: datetime) -> CardImport:
    """Make the drafts what they were before; `stayed` names what was changed or handed in since. Raises Refused."""
    made = CardImport.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=made.pk)
    require(made.by_id == by.pk and made.confirmed_at, _("Only what was taken over is undone."))
    require(made.undone_at is None, _("It is undone already."))
    cards = _held(made, at)
    may_look = set(may_look_at(by, made.cycle).values_list("pk", flat=True))
    as_left = [
        each for each in made.changes if each["proposal"] in may_look and _is_as(cards[_key(each)], each["version"] + 1)
    ]
    require(as_left, _("Each of these cards was changed or handed in since. They stay as they are."))
    _write([(cards[_key(each)], each["before"]) for each in as_left], at)
    made.undone_at = at
    made.stayed = [[each["number"], each["step"]] for each in made.changes if each not in as_left]
    made.save(update_fields=["undone_at", "stayed"])
    by.record(Done.CARD_IMPORT_UNDONE, on=made, digest=made.digest, cards=len(as_left))
    return made


def forget_what_nobody_confirmed(at: datetime) -> None:
    CardImport.objects.waiting().filter(at__lte=at - KEPT).delete()


def named(changes: Iterable[Change]) -> str:
    """By number and step."""
    return ", ".join(f"{each['number']} ({Kind(each['step']).label})" for each in changes)


def _key(change: Change) -> tuple[int, str]:
    return change["proposal"], change["step"]


def _is_as(card: Card, version: int) -> bool:
    """A draft still, and saved so often."""
    return card.handed_in_at is None and card.version == version


def _require_asked_still(made: CardImport) -> None:
    asked = {int(question) for each in made.changes for question in each["after"]}
    retired = Question.objects.filter(pk__in=asked).exclude(retired_at=None).values_list("text", flat=True)
    gone = ", ".join(f"“{text}”" for text in retired)
    require(not gone, _("These are asked no more: %s. Nothing was changed; download the sheet again.") % gone)


def _held(made: CardImport, at: datetime) -> dict[tuple[int, str], Card]:
    """The cards it is about, made where there is none yet, and locked: in as many statements for many as for one."""
    keys = [_key(each) for each in made.changes]
    new = [
        Card(proposal_id=proposal, step=step, member_id=made.by_id, saved_at=at, salt=new_salt())
        for proposal, step in keys
    ]
    Card.objects.bulk_create(new, ignore_conflicts=True)
    own = Card.objects.filter(member=made.by_id, proposal__in=[proposal for proposal, _step in keys])
    held = own.select_for_update(of=("self",)).order_by("pk")
    return {(card.proposal_id, card.step): card for card in held}


def _write(cards: list[tuple[Card, Mapping[str, list[str]]]], at: datetime) -> None:
    """These answers on these cards, which are locked; an answer that says nothing is none."""
    said, empty = [], set()
    for card, answers in cards:
        for question, (value, comment) in answers.items():
            if value or comment:
                said.append(Answer(card=card, question_id=int(question), value=value, comment=comment))
            else:
                empty.add((card.pk, int(question)))
        card.version, card.saved_at, card.window = card.version + 1, at, ""
    kept = Answer.objects.filter(card__in=[card for card, _answers in cards])
    gone = [pk for pk, *pair in kept.values_list("pk", "card", "question") if tuple(pair) in empty]
    Answer.objects.filter(pk__in=gone).delete()
    fields = ["value", "comment", "number"]
    Answer.objects.bulk_create(said, update_conflicts=True, unique_fields=["card", "question"], update_fields=fields)
    Card.objects.bulk_update([card for card, _answers in cards], ["version", "saved_at", "window"])
