"""Who may vote, held against the audit log: ties of accounts to lines of the register, joined lines, letters."""

from collections.abc import Iterator
from typing import Any

from audit.acts import Done
from audit.compared import Row, compares, entries, last_of_each
from audit.models import reference
from residents import letters_on_record
from residents.models import JoinedLine, Resident, Verification

LINE = f"{Resident._meta.label_lower}:"


def register() -> None:
    compares("Verifications", verifications)
    compares("Joined lines", joined_lines)
    compares("Letters", letters_on_record.letters)


def verifications() -> Iterator[str]:
    """Each is on record, and each that is on record is there, as long as its line is on the register.

    What was forgotten with a register names no line any more, and is not compared.
    """
    tied = _tied()
    for tie in Verification.objects.exclude(resident=None).order_by("pk"):
        account, way = tied.pop(tie.resident_id or 0, (None, None))
        if account != tie.user_id:
            yield f"account {tie.user_id} stands for {LINE}{tie.resident_id}, and no entry says so."
        elif way != (tie.method, tie.by_id):
            yield f"account {tie.user_id} was verified for {LINE}{tie.resident_id} in another way than the log has."
    forgotten = [int(on.partition(":")[2]) for on in last_of_each(Done.REGISTER_FORGOTTEN)]
    lines = Resident.objects.filter(pk__in=tied).exclude(cycle__in=forgotten).order_by("pk")
    for line in lines.values_list("pk", flat=True):
        yield f"account {tied[line][0]} was verified for {LINE}{line}, nobody ended that, and it is not there."


def _tied() -> dict[int, tuple[int, Any]]:
    """For each line of a register the account that the log ties to it; and by which way, and which clerk."""
    found: dict[int, tuple[int, Any]] = {}
    for entry in entries(Done.RESIDENT_VERIFIED, Done.LINES_JOINED):
        facts = entry.facts
        if entry.action == Done.RESIDENT_VERIFIED:
            clerk = entry.actor_id if facts["method"] == Verification.Method.DESK else None
            found.pop(facts.get("before", 0), None)
            found[int(entry.object.removeprefix(LINE))] = facts["account"], (facts["method"], clerk)
        elif facts["ended"] in found:  # whose account goes along, unless the line that stays has one
            found.setdefault(facts["stays"], found.pop(facts["ended"]))
    return found


def joined_lines() -> Iterator[str]:
    """Each was joined on record; what was joined in a register that began anew is gone with its lines."""
    on_record = {entry.object: entry for entry in entries(Done.LINES_JOINED)}
    for each in JoinedLine.objects.order_by("pk"):
        two = {"reason": each.reason, "confirmed_by": each.confirmed_by_id}
        facts = {"ended": each.ended_id, "stays": each.stays_id, **two}
        if not Row(Done.LINES_JOINED, reference(each), each.by_id, facts).is_told_by(
            on_record.pop(reference(each), None)
        ):
            yield f"{reference(each)} was not joined as it stands."
    ended = {entry.facts["ended"]: name for name, entry in on_record.items()}
    for line in Resident.objects.filter(pk__in=ended).order_by("pk").values_list("pk", flat=True):
        yield f"{ended[line]} is not there."
