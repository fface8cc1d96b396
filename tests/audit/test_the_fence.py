"""Whoever gets a statement of their own past the program adds to what only grows, and changes nothing of it."""

from collections.abc import Callable, Iterator
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from accounts.models import User
from audit import fence
from audit.acts import Done
from audit.models import AuditEvent
from lib import jobs
from lib.postgresql import acting
from lib.postgresql.acting import ActingConnection, Way
from tests.cast import person, signed_in
from tests.databases import Aside, as_owner, as_owner_by_another_session, connect_to, undone

SUPERUSER = connection.settings_dict["USER"]  # DATABASE_URL of the tests names one
OWNS = "The program owns the tables it writes to"

GUARDED = """
SELECT tgrelid::regclass::text, pg_get_triggerdef(pg_trigger.oid), attname
FROM pg_trigger JOIN pg_attribute ON attrelid = tgrelid AND attnum = 1
WHERE tgfoid = 'only_grows'::regproc ORDER BY 1
"""
CHANGES = {"UPDATE": "UPDATE {0} SET {1} = {1}", "DELETE": "DELETE FROM {0}", "TRUNCATE": "TRUNCATE {0} CASCADE"}

TAKES_A_GUARD_AWAY = [
    "ALTER TABLE audit_auditevent DISABLE TRIGGER only_grows",
    "ALTER TABLE audit_auditevent DISABLE TRIGGER ALL",
    "DROP TRIGGER only_grows ON audit_auditevent",
    "DROP TABLE audit_auditevent CASCADE",
    "ALTER TABLE audit_auditevent RENAME TO another",
    "CREATE RULE nothing AS ON INSERT TO audit_auditevent DO INSTEAD NOTHING",
    "CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "ALTER FUNCTION only_grows() RENAME TO another",
    "SET session_replication_role = replica",
    "RESET ROLE; ALTER TABLE audit_auditevent DISABLE TRIGGER only_grows",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TEMPORARY TABLE ballots_opening (cycle_id bigint)",  # in which the guards would look for an opening
    "DELETE FROM django_migrations",
    "COPY audit_auditevent TO PROGRAM 'true'",
]


def refusal(sql: str) -> str:
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(refused.value)


def goes_through(sql: str) -> None:
    with undone(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def log(clara: User) -> None:
    with transaction.atomic():
        clara.record(Done.MADE)


# What is refused ------------------------------------------------------------------------------------------------------


def test_t02_whoever_acts_only_adds_to_what_only_grows(log) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(GUARDED)
        guarded = cursor.fetchall()
    assert {table for table, *_ in guarded} > {"audit_auditevent", "ballots_boardbatch", "ballots_openedballot"}
    for table, guard, column in guarded:
        when = guard.partition(" ON ")[0]
        for sql in (CHANGES[event].format(table, column) for event in CHANGES if event in when):
            assert "permission denied for table" in refusal(sql), sql
    with as_owner(), undone(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ballots_boardbatch DISABLE TRIGGER only_grows")
        for sql in CHANGES.values():
            goes_through(sql.format("ballots_boardbatch", "id"))


def test_t32_whoever_acts_takes_no_guard_away(log) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for sql in TAKES_A_GUARD_AWAY:
        assert any(words in refusal(sql) for words in ("must be owner", "permission denied")), sql
    with as_owner():
        for sql in TAKES_A_GUARD_AWAY[:-1]:
            if "RESET ROLE" not in sql:
                goes_through(sql)


def test_t32_an_owner_who_took_the_role_on_can_go_back(log) -> None:
    """What the fence does not stop where the role may not sign in: SECRECY.md says so."""
    with undone(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE NONE; ALTER TABLE audit_auditevent DISABLE TRIGGER only_grows")
    assert "could act as the owner" in fence.why_it_does_not_stand()


# Who acts -------------------------------------------------------------------------------------------------------------


class OfTheSite(ActingConnection):
    """As a process of the site connects, while the tests go another way."""

    ways = frozenset({Way.SIGNED_IN})
    way = None


def owner() -> str:
    connection.ensure_connection()
    return connection.connection.info.user


def who(session: psycopg.Connection) -> tuple[str, ...]:
    return session.execute("SELECT current_user, session_user").fetchone()


def test_t32_where_the_role_signs_in_nothing_leads_to_the_owner(db) -> None:
    role = acting.named_after(owner())
    with OfTheSite.connect(**connection.get_connection_params(), autocommit=True) as session:
        assert who(session) == (role, role)
        for way_back in ("SET ROLE NONE", "RESET ROLE", "RESET SESSION AUTHORIZATION", "DISCARD ALL", "RESET ALL"):
            session.execute(way_back)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER only_grows")
        for way_back in (f"SET ROLE {owner()}", f"SET SESSION AUTHORIZATION {owner()}", f"ALTER ROLE {role} SUPERUSER"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(way_back)


def test_t02_the_pool_and_the_worker_act_in_the_role(db) -> None:
    role = acting.named_after(owner())
    with jobs.session() as held:
        assert who(held)[0] == role
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (role,)


def test_a_process_asks_once_which_way_to_go_and_anew_when_it_is_refused(db, monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(acting, "_who_acts", lambda *_: asked.append("asked") or ("nobody_of_that_name", Way.SIGNED_IN))
    monkeypatch.setattr(OfTheSite, "way", None)
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            OfTheSite.connect(**connection.get_connection_params())
    assert asked == ["asked"] * 2
    monkeypatch.setattr(acting, "_who_acts", lambda *_: asked.append("asked") or ("", Way.OWNER))
    for _ in range(2):
        OfTheSite.connect(**connection.get_connection_params()).close()
    assert asked == ["asked"] * 3


# A server of the city's own -------------------------------------------------------------------------------------------


EVERYTHING_OF_OURS = """
SELECT format('ALTER %%s OWNER TO %%I', what, %s) FROM (
    SELECT 'SCHEMA public'
    UNION ALL SELECT 'TABLE ' || oid::regclass FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    UNION ALL SELECT 'FUNCTION ' || oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prolang <> 13 AND prorettype = 'trigger'::regtype
) AS ours (what)
"""


@pytest.fixture
def a_city_s_user(aside: Callable[[str], Aside], django_db_blocker, monkeypatch) -> Iterator[str]:
    """DATABASE_URL names somebody who may sign in and owns the tables; processes go as they do in a city."""
    settings = connection.settings_dict
    name, superuser, made = f"{settings['TEST']['NAME'][:40]}_city", settings["USER"], aside("of_a_city")

    def as_user(user: str) -> None:
        settings["USER"] = user
        connect_to(made.name)

    with django_db_blocker.unblock(), made.in_use():
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {name} LOGIN; ALTER DATABASE {made.name} OWNER TO {name}")
            cursor.execute(EVERYTHING_OF_OURS, [name])
            cursor.execute("; ".join(sql for (sql,) in cursor.fetchall()))
        with monkeypatch.context() as patch:
            patch.setattr(acting, "as_owner", as_owner_by_another_session)
            patch.setattr(ActingConnection, "ways", {*Way})
            as_user(name)
            yield name
        as_user(superuser)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {made.name} OWNER TO CURRENT_USER")
            for role in (acting.named_after(name), name):
                cursor.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")


def said_at_the_start() -> str:
    err = StringIO()
    call_command("migrate", verbosity=0)
    call_command("check_database", stderr=err)
    return err.getvalue()


def test_t02_a_city_whose_user_may_make_no_roles_starts_and_says_so(a_city_s_user, settings, tmp_path) -> None:
    """And once the user may, or somebody has made the role, the next start puts up the fence by itself."""
    settings.SECRETS_DIR = tmp_path
    assert OWNS in said_at_the_start()
    assert who(connection.connection) == (a_city_s_user, a_city_s_user)
    with transaction.atomic():
        person("Clara").record(Done.MADE)
    with psycopg.connect(**connection.get_connection_params() | {"user": SUPERUSER}) as superuser:
        superuser.execute(f"ALTER ROLE {a_city_s_user} CREATEROLE")
    assert OWNS not in said_at_the_start()
    assert who(connection.connection) == (acting.named_after(a_city_s_user),) * 2
    with transaction.atomic():
        User.objects.get().record(Done.CHANGED)
    assert "permission denied" in refusal("DELETE FROM audit_auditevent")
    assert "must be owner" in refusal("SET ROLE NONE; DROP TRIGGER only_grows ON audit_auditevent")
    assert AuditEvent.objects.count() == 2


def test_auditors_read_that_there_is_no_fence(otto) -> None:
    with as_owner():
        assert OWNS in signed_in(otto).get("/audit/").text
    assert OWNS not in signed_in(otto).get("/audit/").text


# What comes later -----------------------------------------------------------------------------------------------------


def test_t02_a_table_of_a_later_version_that_only_grows_is_fenced_without_being_listed(db) -> None:
    with undone():
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; CREATE TABLE grows (a int); CREATE TABLE changes (a int)")
            cursor.execute(
                "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON grows"
                " FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
            )
            fence.let_in()
        for table in ("grows", "changes"):
            goes_through(f"INSERT INTO {table} VALUES (1)")
        goes_through("UPDATE changes SET a = 2; DELETE FROM changes")
        for sql in ("UPDATE grows SET a = 2", "DELETE FROM grows", "TRUNCATE grows", "TRUNCATE changes"):
            assert "permission denied" in refusal(sql)


@pytest.mark.parametrize(
    "too_much",
    [
        "GRANT UPDATE ON audit_auditevent TO {role}",
        "GRANT UPDATE (facts) ON audit_auditevent TO {role}",
        "GRANT DELETE ON ballots_count TO {role}",
        "GRANT TRIGGER ON ballots_envelope TO {role}",
        "GRANT CREATE ON SCHEMA public TO PUBLIC",
    ],
)
def test_a_right_too_many_is_noticed_and_taken_away_at_the_next_start(db, too_much: str) -> None:
    before = fence.why_it_does_not_stand()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(too_much.format(role=acting.named_after(owner())))
    assert "has more rights in the database than it needs" in fence.why_it_does_not_stand()
    with as_owner():
        fence.let_in()
    assert fence.why_it_does_not_stand() == before
