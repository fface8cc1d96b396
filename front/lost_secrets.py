"""Giving up a secret that is lost for good: what stands on it, in which rooms, and what becomes of that."""

from datetime import datetime
from typing import Any

from django.db import transaction

from audit.acts import Done
from audit.models import AuditEvent
from ballots.models import Envelope
from budgeting import secret_checks
from budgeting.models import Cycle
from budgeting.stages import Act
from lib.refusal import require
from residents import lost_register
from residents.models import Resident


def cycles_begun_anew(at: datetime) -> tuple[list[Cycle], list[Cycle]]:
    """Of the cycles with a register those in which it is imported anew, and those in which it stands as it is.

    Where a ballot is cast nothing could tell which of the new lines has voted; where the vote is over none is needed.
    """
    with_register = Cycle.objects.filter(pk__in=Resident.objects.values("cycle")).order_by("slug")
    cast = set(Envelope.objects.filter(contest__cycle__in=with_register).values_list("contest__cycle", flat=True))
    anew = [cycle for cycle in with_register if cycle.pk not in cast and cycle.allows(Act.IMPORT_REGISTER, at)]
    return anew, [cycle for cycle in with_register if cycle not in anew]


def refuse_unless_lost(name: str) -> None:
    """Raise Refused if this site has the secret that its city was set up with."""
    known, given = secret_checks.recorded(), secret_checks.present()
    lost = name not in given or name not in known or name in secret_checks.wrong(known, given)
    require(lost, f"{name} is the one this city was set up with: there is nothing to give up.")


@transaction.atomic
def give_up(name: str, *, at: datetime) -> dict[str, Any]:
    """Have the secret this site has now, or a new one, take the place of the one that is lost. On record.

    Voting waits meanwhile, so that no ballot is cast between the question and the answer. Gives what went on record.
    Raises Refused if the secret is not lost.
    """
    refuse_unless_lost(name)
    facts: dict[str, Any] = {"name": name}
    if name == "REGISTER_KEY":
        list(Cycle.objects.select_for_update().order_by("pk"))
        anew, standing = cycles_begun_anew(at)
        facts["anew"] = {cycle.slug: lost_register.begin_anew(cycle, at=at) for cycle in anew}
        facts["standing"] = {cycle.slug: lost_register.let_stand(cycle, at=at) for cycle in standing}
    AuditEvent.append(Done.SECRET_GIVEN_UP, by=None, **facts)
    secret_checks.replace(name)
    return facts
