"""What becomes of a cycle's register when REGISTER_KEY is lost for good: none of its lines can be recognised again."""

from datetime import datetime

from budgeting.models import Cycle
from residents import register_import
from residents.models import Claim, JoinedLine, LetterCode, LetterRun, Resident, StandingRegister, Verification


def begin_anew(cycle: Cycle, *, at: datetime) -> dict[str, int]:
    """Take the register away, with all ties, claims and codes, so that it is imported as on the first day.

    In the caller's transaction, which has seen that nobody has voted. Gives how many of each there were.
    """
    _drop_what_waits(cycle, at=at)
    JoinedLine.objects.filter(stays__cycle=cycle).delete()
    of_the_cycle = {"resident__cycle": cycle}
    removed = {
        "claims": Claim.objects.filter(**of_the_cycle).delete()[0],
        "verified": Verification.objects.filter(**of_the_cycle).delete()[0],
        "letters": LetterCode.objects.filter(**of_the_cycle).delete()[0],
        "residents": Resident.objects.filter(cycle=cycle).delete()[0],
    }
    LetterRun.objects.filter(cycle=cycle).delete()
    return removed


def let_stand(cycle: Cycle, *, at: datetime) -> dict[str, int]:
    """Leave lines and ties as they are until the count. Gives how many lines there are, and how many are tied."""
    _drop_what_waits(cycle, at=at)
    StandingRegister.objects.get_or_create(cycle=cycle, defaults={"since": at})
    on_register = Resident.objects.on_register(cycle)
    return {"residents": on_register.count(), "verified": on_register.exclude(verification=None).count()}


def _drop_what_waits(cycle: Cycle, *, at: datetime) -> None:
    for waiting in cycle.register_imports.waiting():
        register_import.drop(waiting, by=None, at=at)
