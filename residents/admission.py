"""Admission to a vote: whose ballot may go into the box, through which channel, and by whose hand.

An account that is tied to a line of the register votes for it; where no account is, whoever has typed the code of the
line's letter does, if the cycle lets letters vote. The booth and the box ask the admission, and nobody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from accounts.visitors import Visitor
from budgeting.models import Cycle
from budgeting.people import Person
from residents.digests import network_digest
from residents.models import LetterCode, LetterVotes, Resident, Verification


class Channel(StrEnum):
    """How somebody came to the box. The envelope, the board and the log are the same for all."""

    ACCOUNT = "account"
    LETTER = "letter"


class LetterHolder(Visitor):
    """A visitor who has typed a letter's code: votes for the line it was made for, and may nothing else."""

    holds_a_letter = True

    def __init__(self, letter: LetterCode, network: str) -> None:
        super().__init__()
        self.letter, self.network = letter, network


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets the ballots of one line of the register into the box. `by`: whose hand puts them in.

    `hand`: the key of the tie or of the letter by which that person is admitted.
    """

    resident: Resident
    channel: Channel
    by: Person
    hand: int

    @classmethod
    def of(cls, person: Person, cycle: Cycle) -> "Admission | None":
        return cls.by_cycle(person, [cycle.pk]).get(cycle.pk)

    @classmethod
    def by_cycle(cls, person: Person, cycles: Iterable[int]) -> "dict[int, Admission]":
        """What a person is admitted to in these cycles; one query for an account, none for anybody else."""
        if isinstance(person, LetterHolder):
            letter = person.letter
            admission = cls(letter.resident, Channel.LETTER, person, letter.pk)
            return {letter.resident.cycle_id: admission} if letter.resident.cycle_id in cycles else {}
        if not person.is_authenticated:
            return {}
        ties = Verification.standing(person).filter(cycle__in=cycles)
        return {tie.cycle_id: cls(tie.resident, Channel.ACCOUNT, person, tie.pk) for tie in ties if tie.resident}

    def upheld(self) -> "Admission | None":
        """The same, asked anew in the transaction in which a ballot goes into the box; None if it no longer stands.

        Until that transaction ends nobody ties the line to an account, makes the letter worthless or imports the line
        away: the rows by which it stands are locked.
        """
        row = self._rows().select_for_update(of=("self", "resident"), no_key=True).first()
        return replace(self, resident=row.resident, hand=row.pk) if row and row.resident else None

    def count(self, *, at: datetime) -> None:
        """Count a ballot that came by letter, once it is in the box and apart from it: for alarms, and by no name."""
        if isinstance(self.by, LetterHolder):
            network = network_digest(f"letter-votes/v1|{self.resident.cycle_id}", self.by.network)
            LetterVotes.count(self.by.letter.run_id, network, at=at)

    def _rows(self) -> "QuerySet[LetterCode] | QuerySet[Verification]":
        if isinstance(self.by, LetterHolder):
            letters = LetterCode.objects.that_open_a_booth().filter(pk=self.by.letter.pk)
            return letters.select_related("resident__district")
        return Verification.standing(self.by).filter(resident=self.resident)
