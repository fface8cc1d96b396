"""Verifications, held against the audit log: each tie of an account to a line of the register has its entry."""

from collections.abc import Iterator

from audit.acts import Done
from audit.compared import compares, entries
from residents.models import Resident, Verification


def register() -> None:
    compares("Verifications", verifications)


def verifications() -> Iterator[str]:
    """What was forgotten with a register names no line any more, and is not compared."""
    tied = _tied()
    for tie in Verification.objects.exclude(resident=None).order_by("pk"):
        if tied.get(tie.resident_id) != tie.user_id:
            line = f"{Resident._meta.label_lower}:{tie.resident_id}"
            yield f"account {tie.user_id} stands for {line}, and no entry says so."


def _tied() -> dict[int | None, int]:
    """For each line of a register the account that the log ties to it."""
    found: dict[int | None, int] = {}
    prefix = f"{Resident._meta.label_lower}:"
    for entry in entries(Done.RESIDENT_VERIFIED, Done.LINES_JOINED):
        facts = entry.facts
        if entry.action == Done.RESIDENT_VERIFIED:
            found[int(entry.object.removeprefix(prefix))] = facts["account"]
        elif facts["ended"] in found:  # whose account goes along, unless the line that stays has one
            found.setdefault(facts["stays"], found.pop(facts["ended"]))
    return found
