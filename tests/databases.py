"""Databases of the tests' own, and what the one they share says to a change behind the application's back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings as project
from django.db import IntegrityError, connection, transaction
from psycopg.pq import TransactionStatus

from audit import fence
from lib.postgresql import acting
from lib.postgresql.acting import ActingConnection

as_owner_by_another_session = acting.as_owner  # the product's own; see `as_owner` below
TEMPLATE = "template_common_purse_"
WRITTEN_BY_EVERY_MIGRATION = {"django_content_type", "auth_permission"}
KEPT = 5  # of other migrations: working copies that share a server would take each other's away


def migrated_database() -> str:
    """Its name. The first of several workers makes it, the others wait."""
    files = sorted(path for app in apps.get_app_configs() for path in Path(app.path).glob("migrations/*.py"))
    files.append(Path(fence.__file__))  # which says who may do what there
    name = TEMPLATE + sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [TEMPLATE])
        found = [row[0] for row in cursor.fetchall()]
        if name not in found:
            for outdated in found[:-KEPT]:
                cursor.execute(f"DROP DATABASE {outdated}")
            cursor.execute(f"ALTER DATABASE {_migrate(f'{TEMPLATE}unfinished')} RENAME TO {name}")
    return name


def _migrate(name: str) -> str:
    test, city = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    own, test["NAME"] = test["NAME"], name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    test["NAME"] = own
    connect_to(city)
    return name


def connect_to(name: str) -> None:
    connection.close()
    connection.close_pool()
    ActingConnection.way = None
    project.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name


class Aside:
    """A database beside the tests' own, which keeps what is written: for a set-up that takes long or cannot be undone.

    Tests that only look, or are rolled back, share it.
    """

    def __init__(self, name: str, unblock: Callable[[], AbstractContextManager[None]]) -> None:
        test, self.unblock = connection.settings_dict["TEST"], unblock
        self.name = f"{test['NAME']}_{name}"
        self._ask_the_server(f'DROP DATABASE IF EXISTS "{self.name}"')
        self._ask_the_server(f'CREATE DATABASE "{self.name}" TEMPLATE {test["TEMPLATE"]}')

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """For so long, whoever asks the database asks this one."""
        with self.unblock():
            own = connection.settings_dict["NAME"]
            connect_to(self.name)
            try:
                yield
            finally:
                connect_to(own)

    def drop(self) -> None:
        self._ask_the_server(f'DROP DATABASE "{self.name}"')

    def _ask_the_server(self, sql: str) -> None:
        with self.unblock(), connection.creation._nodb_cursor() as cursor:
            cursor.execute(sql)


def address_for_others() -> str:
    """DATABASE_URL for a program of its own that is to see what the tests have committed."""
    database = connection.settings_dict
    user = quote(database["USER"] or "", safe="")
    password = f":{quote(database['PASSWORD'], safe='')}" if database["PASSWORD"] else ""
    where = f"host={quote(database['HOST'], safe='')}" + (f"&port={database['PORT']}" if database["PORT"] else "")
    return f"postgres://{user}{password}@/{database['NAME']}?{where}"


@contextmanager
def as_owner() -> Iterator[None]:
    """As the owner of the tables, in the same session, which is why a test's own transaction goes on.

    In place of the product's, which begins another: see pytest_configure in conftest.py.
    """
    depth = getattr(connection, "owners_within", 0)
    connection.ensure_connection()
    session = connection.connection
    if not depth:
        session.execute("SET ROLE NONE")
    connection.owners_within = depth + 1
    try:
        yield
    finally:
        connection.owners_within = depth
        taken_back = session.closed or session.info.transaction_status is TransactionStatus.INERROR
        if not depth and not taken_back:
            session.execute("RESET ROLE")


def refused_by_the_database(sql: str, *values: object) -> str:
    """What the guards say to the owner of the tables. To whoever acts much of it is refused before they are asked."""
    with as_owner(), pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(refused.value)


def without_triggers(sql: str) -> None:
    """What an insider with the rights of the table's owner could do."""
    tables = ("ballots_boardbatch", "ballots_castslot", "ballots_envelope", "ballots_replacedenvelope")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@contextmanager
def lifted(table: str, guard: str) -> Iterator[None]:
    """Write rows that would have been written earlier, before a guard holds them."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what still waits would keep the table from being altered
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def take_away_all_rows() -> None:
    """All but those a migration writes anew each time. The product has no way to do so."""
    every = [each._meta.db_table for each in apps.get_models(include_auto_created=True) if each._meta.managed]
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no foreign key is looked at
        # At once, so that a request that a browser has not waited for comes before or after, and in no deadlock.
        cursor.execute(f"LOCK TABLE {', '.join(every)} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(" UNION ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in every))
        filled = {table for (table,) in cursor.fetchall()} - WRITTEN_BY_EVERY_MIGRATION
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE tgenabled = 'A' AND tgrelid::regclass::text = ANY(%s)",
            [list(filled)],
        )
        guards = cursor.fetchall()
        for table, guard in guards:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
        for table in filled:
            cursor.execute(f"DELETE FROM {table}")
        for table, guard in guards:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard}")


@contextmanager
def undone() -> Iterator[None]:
    """What is done here has not been done afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
