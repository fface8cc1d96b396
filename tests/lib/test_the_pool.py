"""A server that was restarted has ended all connections that wait in the pool, and nobody meets one of them."""

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connection
from psycopg_pool import pool as psycopg_pool

from lib.away import is_away
from lib.postgresql.base import HASTE, DatabaseWrapper

NAME = "heirs of a restart"


@pytest.fixture
def process(django_db_setup, django_db_blocker) -> Iterator[DatabaseWrapper]:
    """The database as another process of the site has it, with a pool of its own."""
    with django_db_blocker.unblock():
        other = connection.copy(alias="another process")
        options = other.settings_dict["OPTIONS"]
        other.settings_dict["OPTIONS"] = {**options, "application_name": NAME, "pool": {**options["pool"]}}
        yield other
        other.close_pool()


def visit(process: DatabaseWrapper) -> None:
    drawn = process.get_new_connection(process.get_connection_params())
    assert drawn.execute("SELECT 1").fetchone() == (1,)
    process.pool.putconn(drawn)


def end_all_connections() -> None:
    with connection.cursor() as cursor:
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


@pytest.mark.django_db
def test_where_one_has_waited_in_vain_the_next_does_not_wait_as_long(process) -> None:
    process.settings_dict["HOST"], process.settings_dict["OPTIONS"]["pool"]["timeout"] = "/nowhere", 1.5
    assert process.pool.timeout == 1.5
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError) as away:
            visit(process)
        assert is_away(away.value)
        assert process.pool.timeout == HASTE


@pytest.mark.django_db
def test_once_one_is_served_again_all_are_patient_again(process) -> None:
    process.pool.timeout = HASTE
    fill(process, 1)
    visit(process)
    assert process.pool.timeout == process.settings_dict["OPTIONS"]["pool"]["timeout"]


@pytest.mark.django_db
def test_a_server_that_answers_on_no_connection_is_away(process, monkeypatch) -> None:
    def refuse(_: psycopg.Connection) -> None:
        raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(psycopg_pool.ConnectionPool, "check_connection", staticmethod(refuse))
    with pytest.raises(psycopg.OperationalError) as away:
        visit(process)
    assert is_away(away.value)
