"""What is kept of residents only for a time."""

from datetime import datetime

from django.db import transaction
from django.db.models import Min, Sum
from django.utils.translation import gettext_lazy as _

from audit.acts import Done
from audit.models import AuditEvent
from budgeting.models import Cycle
from budgeting.retention import DAYS, ONCE_SERVED, Kept, served
from residents import register_import
from residents.models import Claim, LetterCode, LetterVotes, RegisterImport, Resident, Verification


def forget_registers(at: datetime) -> int:
    """What names a resident goes; of a line stay its district and age band, for the turnout. On record.

    That an account was verified stays with the account, and which line it was is gone: nothing leads from an account
    to an envelope any more.
    """
    return sum(_forget_register(cycle) for cycle in served(at))


@transaction.atomic
def _forget_register(cycle: Cycle) -> int:
    lines = Resident.objects.filter(cycle=cycle).exclude(identifier_digest=None)
    if not (known := lines.count()):
        return 0
    LetterCode.objects.filter(resident__cycle=cycle).delete()
    Claim.objects.filter(resident__cycle=cycle).delete()
    Verification.ended().filter(cycle=cycle).delete()  # without its line it would pass for one that stands
    Verification.objects.filter(cycle=cycle).update(resident=None)
    RegisterImport.objects.filter(cycle=cycle).update(rejected=[])
    lines.update(identifier_digest=None, person_digest=None)
    AuditEvent.append(Done.REGISTER_FORGOTTEN, by=None, on=cycle, lines=known)
    return known


def forget_networks_of_letters(at: datetime) -> int:
    """Ballots by letter alone stay counted by run; from which network and at what hour they came goes."""
    forgotten = 0
    for cycle in served(at):
        told = LetterVotes.objects.filter(run__cycle=cycle).exclude(network=b"")
        runs = list(told.values("run").annotate(ballots=Sum("ballots"), hour=Min("hour")))
        forgotten += told.delete()[0]
        LetterVotes.objects.bulk_create(
            LetterVotes(run_id=each["run"], hour=each["hour"].replace(hour=0), network=b"", ballots=each["ballots"])
            for each in runs
        )
    return forgotten


def forget_uploads(at: datetime) -> int:
    """Of an upload that nobody has confirmed the lines go; that there was one stays on the register's page."""
    forgotten = 0
    for upload in RegisterImport.objects.waiting().filter(at__lte=at - DAYS):
        forgotten += upload.staged.count()
        register_import.drop(upload, by=None, at=at)
    return forgotten


KEPT = [
    Kept(
        "registers",
        _("The register of residents as keyed digests, letters, claims, and which line is whose account's"),
        ONCE_SERVED,
        forget_registers,
    ),
    Kept(
        "networks of letters",
        _("From which networks and at what hours ballots came by letter alone, as keyed digests"),
        ONCE_SERVED,
        forget_networks_of_letters,
    ),
    Kept(
        "uploads",
        _("Registers that were uploaded and not confirmed, as keyed digests"),
        _("30 days"),
        forget_uploads,
    ),
]
