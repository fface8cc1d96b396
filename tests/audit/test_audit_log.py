"""The audit log only grows, and whoever gets round the database is seen."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from audit import compared
from audit.acts import Done
from audit.chain import FIRST, chained
from audit.models import AuditEvent
from tests.databases import as_owner


def run(sql: str, *values: object) -> None:
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def behind_the_triggers_back(sql: str, *values: object) -> None:
    run("ALTER TABLE audit_auditevent DISABLE TRIGGER only_grows")
    run(sql, *values)
    run("ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER only_grows")


def verdict(**options: str) -> tuple[int, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=err, **options)
    except SystemExit as end:
        return int(str(end.code)), err.getvalue().strip()
    return 0, out.getvalue().strip()


@pytest.fixture(autouse=True)
def _the_chain_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stored is compared with the log in test_stored_and_on_record.py."""
    monkeypatch.setattr(compared, "_compared", {})


@pytest.fixture
def log(clara: User, otto: User) -> list[AuditEvent]:
    with transaction.atomic():
        clara.record(Done.REGISTER_IMPORTED, new=3, gone=0, note="Łódź, naïve")
        clara.record(Done.LETTER_VOIDED, on=otto)
        otto.record(Done.MADE)
        clara.record(Done.ROLE_GRANTED, on=otto, district=None)
    run("SET CONSTRAINTS ALL IMMEDIATE")  # as at a commit
    return list(AuditEvent.objects.all())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET action = 'nothing' WHERE number = 2",
        "UPDATE audit_auditevent SET action = 'nothing' WHERE number = 99",
        "DELETE FROM audit_auditevent WHERE number = 4",
        "TRUNCATE audit_auditevent CASCADE",
        "SET LOCAL session_replication_role = replica; DELETE FROM audit_auditevent",
    ],
)
def test_t32_a_superuser_of_the_database_is_refused_a_change_of_the_log(log, sql: str) -> None:
    with pytest.raises(DatabaseError, match="may only be added to"):
        run(sql)
    assert list(AuditEvent.objects.values_list("action", flat=True)) == [event.action for event in log]


def test_an_untouched_log_holds_and_shows_its_head(log) -> None:
    code, sentence = verdict()
    assert code == 0
    assert sentence == f"The audit log holds: 4 entries, head 4:{bytes(log[3].hash).hex()}"


def test_an_empty_log_holds(db) -> None:
    assert verdict()[0] == 0


def test_t32_a_changed_entry_is_named(log) -> None:
    behind_the_triggers_back("""UPDATE audit_auditevent SET facts = '{"new": 4}' WHERE number = 1""")
    assert verdict() == (1, "Entry 1 was changed after it was written.")


@pytest.mark.parametrize(
    ("column", "value"),
    [("at", "2020-01-01"), ("actor_id", None), ("action", "x"), ("object", "x"), ("facts", "{}")],
)
def test_t32_every_column_of_an_entry_is_covered(log, column: str, value: str | None) -> None:
    if column == "facts":
        value = '{"district": "x"}'
    behind_the_triggers_back(f"UPDATE audit_auditevent SET {column} = %s WHERE number = 4", value)
    assert verdict() == (1, "Entry 4 was changed after it was written.")


def test_t32_a_deleted_entry_is_named(log) -> None:
    behind_the_triggers_back("DELETE FROM audit_auditevent WHERE number = 2")
    assert verdict() == (1, "Entry 2 is missing: the next one is 3.")


def test_t32_an_entry_rewritten_with_its_hash_breaks_the_next(log) -> None:
    second = log[1]
    second.action = "letter.sent"
    forged = chained(bytes(second.previous_hash), second.entry())
    behind_the_triggers_back(
        "UPDATE audit_auditevent SET action = %s, hash = %s WHERE number = 2", "letter.sent", forged
    )
    assert verdict() == (1, "Entry 3 is not chained to entry 2.")


def test_t32_a_cut_off_end_is_seen_only_by_who_noted_the_head(log) -> None:
    head = f"4:{bytes(log[3].hash).hex()}"
    assert verdict(head=head)[0] == 0
    behind_the_triggers_back("DELETE FROM audit_auditevent WHERE number > 2")
    assert verdict()[0] == 0
    assert verdict(head=head) == (1, "Entry 3 is missing: the log ends at 2, but entry 4 was noted.")


def test_t32_a_rewritten_end_is_seen_by_who_noted_the_head(log) -> None:
    head = f"4:{bytes(log[3].hash).hex()}"
    behind_the_triggers_back("DELETE FROM audit_auditevent WHERE number = 4")
    with transaction.atomic():
        log[0].actor.record(Done.MADE)
    assert verdict(head=head) == (1, "Entry 4 is not the one that was noted.")


def test_an_entry_is_gone_if_what_it_records_is_rolled_back(clara: User) -> None:
    with transaction.atomic():
        clara.record(Done.MADE)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused(clara: User) -> None:
    with pytest.raises(RuntimeError):
        clara.record(Done.MADE)


def test_a_fact_that_would_not_come_back_as_it_went_in_is_refused(clara: User) -> None:
    with pytest.raises(ValueError, match="floating-point"), transaction.atomic():
        clara.record(Done.MADE, share=0.1)


def test_the_first_entry_is_chained_to_nothing(log) -> None:
    assert bytes(log[0].previous_hash) == FIRST
