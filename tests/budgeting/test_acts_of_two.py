"""What moves votes takes two people: one proposes, another confirms, and nobody is both."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Role, User
from audit.models import AuditEvent
from budgeting import two
from budgeting.models import Cycle, JointAct, OneIsEnough
from budgeting.people import RoleName
from budgeting.two import Joint, Two
from lib.refusal import Refused
from residents.models import Claim, Verification
from tests.cast import enrol, person, signed_in
from tests.databases import as_owner
from tests.keeping import kept


@kept
def now(at: Callable[[str], datetime]) -> datetime:
    return at("voting")


@kept
def claim(rosa: User, tomas: User, cycle: Cycle, riverside, now: datetime) -> Claim:
    """Tomas says that he is who Rosa is on the register."""
    return Claim.file(enrol(rosa, cycle, riverside), tomas, "letter", by=tomas, at=now)


@kept
def act(claim: Claim, cycle: Cycle, clara: User, now: datetime) -> JointAct:
    """Clara has proposed to give the line to Tomas."""
    return two.propose(sketched(claim, cycle), by=clara, at=now)


def sketched(claim: Claim, cycle: Cycle, granted: bool = True) -> JointAct:
    return two.sketch(Joint.SETTLE_CLAIM, on=claim, cycle=cycle, granted=granted, reason="Showed a card.")


SETTLED = "settled_by_id = proposed_by_id, confirmed = true, settled_at = proposed_at"


def run(sql: str, *values: object) -> None:
    """As somebody who has told the database to leave its guards aside."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values or None)


def is_done(claim: Claim) -> bool:
    claim.refresh_from_db()
    return claim.settled_at is not None


def test_what_one_proposes_another_confirms_and_then_it_is_done(act, claim, tomas, clara, otto, cycle, now) -> None:
    assert not is_done(claim)
    two.confirm(act, by=otto, at=now)
    assert is_done(claim)
    assert Verification.of(tomas, cycle)
    event = AuditEvent.objects.get(action="claim settled")
    assert (event.actor, event.facts["confirmed_by"]) == (clara, otto.pk)


def test_nobody_confirms_what_they_proposed(act, claim, clara, now) -> None:
    with pytest.raises(Refused, match="Another person confirms"):
        two.confirm(act, by=clara, at=now)
    with pytest.raises(Refused, match="Another person confirms"):
        Two(clara, clara)
    with pytest.raises(Refused, match="Another person confirms"):
        Two(clara, None)
    assert not is_done(claim)


def test_the_database_lets_nobody_confirm_what_they_proposed(act) -> None:
    with pytest.raises(IntegrityError, match="nobody_confirms_what_they_proposed"):
        run(f"UPDATE budgeting_jointact SET {SETTLED}")


@pytest.mark.parametrize("role", list(RoleName))
def test_clerks_auditors_and_council_members_confirm(act, role: RoleName, riverside, now) -> None:
    somebody = person("Somebody", role, district=riverside if role == RoleName.COMMITTEE else None)
    if role in (RoleName.COMMITTEE, RoleName.DEPARTMENT):
        with pytest.raises(Refused, match="A clerk, an auditor or a council member"):
            two.confirm(act, by=somebody, at=now)
    else:
        two.confirm(act, by=somebody, at=now)


def test_an_account_that_may_do_everything_confirms_nothing(act, now) -> None:
    root = person("Root", RoleName.CLERK)
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    with pytest.raises(Refused, match="confirms nothing"):
        two.confirm(act, by=User.objects.get(pk=root.pk), at=now)


@pytest.mark.parametrize(("hours", "may"), [(23, False), (24, True)])
def test_a_role_confirms_nothing_on_its_first_day(act, otto, now, hours: int, may: bool) -> None:
    Role.objects.filter(user=otto).update(granted_at=now - timedelta(hours=hours))
    assert (two.why_not_confirm(act, User.objects.get(pk=otto.pk), now) == "") is may


@pytest.mark.parametrize(("hours", "may"), [(23, False), (24, True)])
def test_a_second_factor_set_up_anew_confirms_nothing_on_its_first_day(act, otto, now, hours: int, may: bool) -> None:
    Authenticator.objects.filter(user=otto).update(created_at=now - timedelta(hours=hours))
    assert (two.why_not_confirm(act, otto, now) == "") is may


def test_recovery_codes_are_no_second_factor_for_this(act, otto, now) -> None:
    Authenticator.objects.filter(user=otto).update(type=Authenticator.Type.RECOVERY_CODES)
    with pytest.raises(Refused, match="second factor"):
        two.confirm(act, by=otto, at=now)


def test_it_waits_once(act, claim, cycle, ines, now) -> None:
    with pytest.raises(Refused, match="waits for a second person already"):
        two.propose(sketched(claim, cycle, granted=False), by=ines, at=now)


def test_what_cannot_be_done_is_not_proposed(act, claim, cycle, clara, otto, now) -> None:
    two.confirm(act, by=otto, at=now)
    claim.refresh_from_db()
    with pytest.raises(Refused, match="decided already"):
        two.propose(sketched(claim, cycle), by=clara, at=now)
    assert JointAct.objects.count() == 1


def test_who_confirms_confirms_what_they_see(act, claim, tomas, cycle, riverside, ines, otto, now) -> None:
    """Another account holds the line by now: what was shown is not what would be done."""
    Verification.objects.all().delete()
    Verification.objects.create(resident=claim.resident, user=person("Zoe"), cycle=cycle, method="desk", at=now)
    with pytest.raises(Refused, match="has changed since it was proposed"):
        two.confirm(act, by=otto, at=now)
    assert not is_done(claim)


def test_it_is_taken_back_or_turned_down_and_may_be_proposed_anew(act, claim, cycle, clara, otto, now) -> None:
    two.withdraw(act, by=otto, at=now)
    with pytest.raises(Refused, match="settled already"):
        two.confirm(act, by=otto, at=now)
    with pytest.raises(Refused, match="settled already"):
        two.withdraw(act, by=clara, at=now)
    assert not is_done(claim)
    two.propose(sketched(claim, cycle), by=clara, at=now)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE budgeting_jointact SET facts = '{\"granted\": false}'",
        "UPDATE budgeting_jointact SET plan = '{}'",
        "UPDATE budgeting_jointact SET proposed_by_id = proposed_by_id + 1",
        "DELETE FROM budgeting_jointact",
        "TRUNCATE budgeting_jointact CASCADE",
        'INSERT INTO budgeting_jointact (kind, "on", facts, plan, proposed_by_id, proposed_at, settled_by_id,'
        " settled_at, confirmed) SELECT kind, 'x:1', facts, plan, proposed_by_id, proposed_at, proposed_by_id + 1,"
        " proposed_at, true FROM budgeting_jointact",
    ],
)
def test_what_was_proposed_stays_as_it_is(act, sql: str) -> None:
    with pytest.raises(DatabaseError):
        run(sql)


# Where one is enough -------------------------------------------------------------------------------------------------


def announced(by: User, at: datetime) -> OneIsEnough:
    return OneIsEnough.objects.create(reason="We are one clerk.", announced_by=by, announced_at=at)


def test_where_a_city_has_announced_it_a_day_ago_one_is_enough(claim, cycle, clara, now) -> None:
    announced(clara, now - timedelta(hours=24))
    two.propose(sketched(claim, cycle), by=clara, at=now)
    assert is_done(claim)
    facts = AuditEvent.objects.get(action="claim settled").facts
    assert facts["one_is_enough"] is True
    assert "confirmed_by" not in facts


def test_within_the_first_day_it_is_not_enough(claim, cycle, clara, now) -> None:
    announced(clara, now - timedelta(hours=23))
    two.propose(sketched(claim, cycle), by=clara, at=now)
    assert not is_done(claim)


def test_the_database_asks_for_the_announcement_and_its_day(act, clara, now) -> None:
    said = announced(clara, now - timedelta(hours=23))
    with pytest.raises(IntegrityError, match="one person is not enough"):
        run(f"UPDATE budgeting_jointact SET {SETTLED}, alone_by_id = %s", said.pk)


# On the pages --------------------------------------------------------------------------------------------------------


def test_the_second_finds_it_on_their_desk_and_the_first_sees_no_button(act, clara, otto) -> None:
    first, second = signed_in(clara), signed_in(otto)
    assert "You proposed it" in first.get("/desk/").content.decode()
    assert "proposed by Clara" in second.get("/desk/").content.decode()
    assert "/confirmation/" not in first.get(act.get_absolute_url()).content.decode()
    assert "/confirmation/" in second.get(act.get_absolute_url()).content.decode()


def test_confirming_twice_is_one_act(act, claim, otto) -> None:
    second = signed_in(otto)
    address = f"{act.get_absolute_url()}confirmation/"
    second.post(address)
    page = second.post(address, follow=True).content.decode()
    assert "This has been settled already." in page
    assert AuditEvent.objects.filter(action="claim settled").count() == 1


def test_a_resident_finds_no_such_page(act, rosa) -> None:
    visitor = signed_in(rosa)
    assert visitor.get(act.get_absolute_url()).status_code == 404
    assert visitor.post(f"{act.get_absolute_url()}confirmation/").status_code == 404
    assert visitor.post(f"{act.get_absolute_url()}withdrawal/").status_code == 404


@pytest.mark.parametrize("role", list(RoleName))
def test_whoever_may_confirm_finds_the_page(act, role: RoleName, riverside, now) -> None:
    somebody = person("Somebody", role, district=riverside if role == RoleName.COMMITTEE else None)
    status = signed_in(somebody).get(act.get_absolute_url()).status_code
    assert (status == 200) == (two.why_not_confirm(act, somebody, now) == "")
