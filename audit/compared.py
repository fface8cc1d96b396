"""What is stored, held against what the log says was done.

Each room declares what of its own is compared when the site starts; `verify_audit` asks them all. A comparison reads
the entries of its acts in order, and gives a sentence for whatever no entry accounts for. What an earlier version did
not put on record yet is not compared.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, models

from audit.acts import Done
from audit.models import AuditEvent

Comparison = Callable[[], Iterator[str]]

_compared: dict[str, Comparison] = {}


def compares(what: str, comparison: Comparison) -> None:
    """Have `verify_audit` compare this, too. `what` stands before each sentence."""
    _compared[what] = comparison


def names() -> list[str]:
    return list(_compared)


def differences() -> Iterator[str]:
    """A line for each thing that is stored otherwise than the log says.

    A comparison that fails on what is stored says so, and keeps no other back.
    """
    for what, comparison in _compared.items():
        try:
            for sentence in comparison():
                yield f"{what}: {sentence}"
        except DatabaseError:
            raise
        except Exception as failure:
            yield f"{what}: cannot be compared as they are stored: {type(failure).__name__}: {failure}"


def entries(*acts: Done) -> models.QuerySet[AuditEvent]:
    """The entries of these acts, oldest first."""
    return AuditEvent.objects.filter(action__in=acts).order_by("number")


def last_of_each(*acts: Done) -> dict[str, AuditEvent]:
    """For each thing, as the log names it, its last entry of these acts."""
    return {entry.object: entry for entry in entries(*acts)}


def written(moment: datetime) -> str:
    """A moment as an entry keeps it, to be compared with."""
    return moment.astimezone(UTC).isoformat()


def same_moment(stored: datetime | None, said: str | None) -> bool:
    return stored == (datetime.fromisoformat(said) if said else None)


# What is written once, with an entry of its own -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says as the entry does that it was written with.

    by
        The key of the account that did it; None: the system itself.
    facts
        What the entry says of it; None: nothing.
    lately
        What an entry of an earlier version does not say; then it is not compared.
    """

    done: Done
    on: str
    by: int | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    lately: Mapping[str, Any] = field(default_factory=dict)

    def is_told_by(self, entry: AuditEvent | None) -> bool:
        if entry is None or (entry.action, entry.object, entry.actor_id) != (self.done, self.on, self.by):
            return False
        said = entry.facts
        return all(said.get(name) == value for name, value in self.facts.items()) and all(
            said[name] == value for name, value in self.lately.items() if name in said
        )


def one_for_each(rows: Iterable[Row], words: Mapping[Done, str]) -> Iterator[str]:
    """A sentence for each row that no entry of its own tells, and for each entry whose row is gone.

    `words`: what a row of each act is called.
    """
    left = defaultdict(list)
    for entry in entries(*words):
        left[entry.action, entry.object].append(entry)
    for row in rows:
        of_this = left[row.done, row.on]
        if told := next((entry for entry in of_this if row.is_told_by(entry)), None):
            of_this.remove(told)
        else:
            yield f"the {words[row.done]} of {row.on} is not as it is on record."
    for of_one in left.values():
        for entry in of_one:
            yield f"the {words[Done(entry.action)]} of {entry.object} by entry {entry.number} is not there."
