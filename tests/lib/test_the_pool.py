"""A server that was restarted has ended all connections that wait in the pool, and nobody meets one of them."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import psycopg
import pytest
from django.db import connection
from psycopg_pool import pool as psycopg_pool

from lib.away import is_away
from lib.postgresql import base
from lib.postgresql.base import HASTY, PATIENT, DatabaseWrapper
from tests.databases import as_owner

NAME = "heirs of a restart"


@pytest.fixture
def process(django_db_setup, django_db_blocker) -> Iterator[DatabaseWrapper]:
    """The database as another process of the site has it, with a pool of its own."""
    DatabaseWrapper.one_waited_in_vain = False
    with django_db_blocker.unblock():
        other = connection.copy(alias="another process")
        options = other.settings_dict["OPTIONS"]
        other.settings_dict["OPTIONS"] = {**options, "application_name": NAME, "pool": {**options["pool"]}}
        yield other
        DatabaseWrapper.one_waited_in_vain = False
        other.close_pool()


def visit(process: DatabaseWrapper) -> None:
    drawn = process.get_new_connection(process.get_connection_params())
    assert drawn.execute("SELECT 1").fetchone() == (1,)
    process.pool.putconn(drawn)


def end_all_connections() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s", [NAME]
        )


def fill(process: DatabaseWrapper, number: int) -> None:
    """So many visitors at once leave so many connections."""
    process.pool.open()
    with ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(process.pool.connection())


@pytest.mark.django_db
def test_no_visitor_meets_a_connection_that_the_server_has_ended(process, monkeypatch) -> None:
    fill(process, 8)
    end_all_connections()
    monkeypatch.setattr(psycopg_pool, "sleep", lambda _: pytest.fail("the visitor was kept waiting"))
    for _ in range(10):
        visit(process)


@pytest.fixture
def connecting(process, monkeypatch) -> list[str]:
    """What came of the tries to connect. Each fails until it is told otherwise: connecting.append("be back")."""
    tried: list[str] = []
    connect = process.Database.Connection.connect

    def try_to(*args: object, **options: object) -> psycopg.Connection:
        tried.append("tried")
        if "be back" not in tried:
            raise psycopg.OperationalError("connection refused")
        return connect(*args, **options)

    monkeypatch.setattr(process.pool, "connection_class", type("Line", (), {"connect": staticmethod(try_to)}))
    monkeypatch.setattr(process.pool, "timeout", 0.05)
    monkeypatch.setattr(process.pool, "reconnect_timeout", 0.01)
    return tried


def turns(process: DatabaseWrapper) -> int:
    """In how many somebody waited in vain."""
    with pytest.raises(psycopg.OperationalError) as away:
        visit(process)
    assert is_away(away.value)
    return int(re.search(r"in (\d+) turns", str(away.value))[1])


@pytest.mark.django_db
def test_where_one_has_waited_in_vain_the_next_does_not_wait_as_long(process, connecting) -> None:
    assert [turns(process) for _ in range(3)] == [PATIENT, HASTY, HASTY]


@pytest.mark.django_db
def test_once_one_is_served_again_all_are_patient_again(process, connecting) -> None:
    assert turns(process) == PATIENT
    connecting.append("be back")
    while DatabaseWrapper.one_waited_in_vain:
        with suppress(psycopg.OperationalError):
            visit(process)


@pytest.mark.django_db
def test_who_waits_is_served_as_soon_as_the_server_is_back(process, connecting, monkeypatch) -> None:
    """The pool gives up trying before the visitor gives up waiting, and begins anew because the visitor asks anew."""
    monkeypatch.setattr(base, "PATIENT", 10_000)
    visitor = threading.Thread(target=visit, args=[process])
    visitor.start()
    while len(connecting) < 6:  # more tries than one of the pool's own
        time.sleep(0.01)
    connecting.append("be back")
    visitor.join(60)
    assert not visitor.is_alive()


@pytest.mark.django_db
def test_a_server_that_answers_on_no_connection_is_away(process, monkeypatch) -> None:
    def refuse(_: psycopg.Connection) -> None:
        raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(psycopg_pool.ConnectionPool, "check_connection", staticmethod(refuse))
    with pytest.raises(psycopg.OperationalError) as away:
        visit(process)
    assert is_away(away.value)
