"""What is stored, held against what the log says was done.

Each room declares what of its own is compared when the site starts; `verify_audit` asks them all. A comparison reads
the entries of its acts in order, and gives a sentence for whatever no entry accounts for. What an earlier version did
not put on record yet is not compared.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import models

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
    """A line for each thing that is stored otherwise than the log says."""
    for what, comparison in _compared.items():
        for sentence in comparison():
            yield f"{what}: {sentence}"


def entries(*acts: Done) -> models.QuerySet[AuditEvent]:
    """The entries of these acts, oldest first."""
    return AuditEvent.objects.filter(action__in=acts).order_by("number")


def same_moment(stored: datetime | None, said: str | None) -> bool:
    return stored == (datetime.fromisoformat(said) if said else None)
