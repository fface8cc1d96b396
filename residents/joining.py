"""Joining two lines of the register that are one person's: by two people, with all that was done under either."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acts import Done
from budgeting import registry
from budgeting.models import Cycle, JointAct
from budgeting.people import Person
from budgeting.registry import Along
from budgeting.stages import Act
from budgeting.two import Two
from lib.refusal import allow, require
from residents import telling
from residents.models import Claim, JoinedLine, LetterCode, Resident, StandingRegister, Verification


def alike(cycle: Cycle) -> list[list[Resident]]:
    """The lines of a cycle that look like one person's: those on the register, and those with an account that ended."""
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, [cycle.pk])
        groups = [keys for (keys,) in cursor.fetchall()]
    lines = Resident.objects.filter(pk__in=[key for keys in groups for key in keys])
    found = {line.pk: line for line in lines.select_related("district", "verification")}
    return [[found[key] for key in keys] for keys in groups]


def why_not(ended: Resident, stays: Resident, at: datetime) -> str:
    """Why these two cannot be joined so; empty if they can."""
    joined = JoinedLine.objects.all()
    if ended.pk == stays.pk or ended.cycle_id != stays.cycle_id:
        return _("Name two lines of this cycle's register.")
    if not stays.cycle.allows(Act.IMPORT_REGISTER, at):
        return _("The vote of this cycle has closed: its register no longer changes.")
    if stays.removed_at:
        return _("%s is no longer on the register: let it be the one that ends.") % stays
    if joined.filter(ended=ended).exists():
        return _("%s has been joined with another line already.") % ended
    if joined.filter(stays=ended).exists():
        return _("%s stands for another line already: let it be the one that stays.") % ended
    if Claim.objects.filter(resident__in=[ended, stays], settled_at=None).exists():
        return _("Two accounts claim one of these lines. Decide that first.")
    return StandingRegister.why(stays.cycle)


def plan(ended: Resident, stays: Resident, *, by: Person, at: datetime) -> dict[str, Any]:
    """What joining them would do. Raises Refused as `why_not` says, or if an account of theirs is the person's own."""
    allow(why_not(ended, stays, at))
    accounts = [_account(ended), _account(stays)]
    require(by.pk not in accounts, _("Your own line is for others to decide."))
    return {"accounts": accounts, "ballots": registry.plan_along(Along.JOIN_LINES, ended.pk, stays.pk)}


@transaction.atomic
def join(ended: Resident, stays: Resident, *, by: Two, act: JointAct, at: datetime, reason: str) -> JoinedLine:
    """Let a line go on as the other, on record: account, letter and ballots go along, if the other has none.

    Where both have an account, that of the line that stays remains; where both have voted, its ballot counts, and the
    other is set aside in the box. Waits for votes being cast, and no other can follow meanwhile. Whoever has an account
    is told. Raises Refused as `plan` does.
    """
    Cycle.objects.select_for_update().get(pk=stays.cycle_id)
    plans = [plan(ended, stays, by=person, at=at) for person in by.people]
    (before, remains), ballots = plans[0]["accounts"], plans[0]["ballots"]
    Resident.objects.filter(pk=ended.pk, removed_at=None).update(removed_at=at)
    joined = JoinedLine.objects.create(ended=ended, stays=stays, act=act, at=at, reason=reason, **by.signed)
    _move_the_account(ended, stays)
    letters = _move_the_letter(ended, stays, by=by, at=at)
    registry.carry_along(Along.JOIN_LINES, joined.pk, ended.pk, stays.pk, at)
    facts = {"ended": ended.pk, "stays": stays.pk, "letters": letters}
    by.record(Done.LINES_JOINED, on=joined, reason=reason, **facts, **plans[0])
    for account in User.objects.filter(pk__in=[key for key in (before, remains) if key]):
        mine = ballots if account.pk == before else []
        telling.lines_joined(account, stays.cycle, mine, keeps=account.pk == (remains or before))
    return joined


def _account(line: Resident) -> int | None:
    return Verification.objects.filter(resident=line).values_list("user", flat=True).first()


def _move_the_account(ended: Resident, stays: Resident) -> None:
    ties = Verification.objects.select_for_update()
    if ties.filter(resident=stays).exists():
        ties.filter(resident=ended).delete()
    else:
        ties.filter(resident=ended).update(resident=stays)


def _move_the_letter(ended: Resident, stays: Resident, *, by: Two, at: datetime) -> list[str]:
    """The reference of the letter that went along, if one did."""
    live = LetterCode.objects.live()
    if Verification.objects.filter(resident=stays).exists():
        live.filter(resident__in=[ended, stays]).update(voided_at=at, voided_by=by.first.pk)
    elif live.filter(resident=stays).exists():
        live.filter(resident=ended).update(voided_at=at, voided_by=by.first.pk)
    else:
        going = live.filter(resident=ended)
        named = list(going.values_list("reference", flat=True))
        going.update(resident=stays)
        return named
    return []


ALIKE = """
    SELECT array_agg(id ORDER BY removed_at IS NULL, id) FROM residents_resident r
    WHERE cycle_id = %s AND person_digest IS NOT NULL
        AND (removed_at IS NULL OR EXISTS (SELECT FROM residents_verification WHERE resident_id = r.id))
        AND NOT EXISTS (SELECT FROM residents_joinedline WHERE ended_id = r.id)
    GROUP BY person_digest HAVING count(*) > 1 AND count(*) FILTER (WHERE removed_at IS NULL) > 0
    ORDER BY min(id)
"""
