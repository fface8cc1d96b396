"""The machines that look after the site learn whether it lives and whether it is well, and nothing else."""

from types import SimpleNamespace

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection

from lib import jobs
from lib.postgresql.base import DatabaseWrapper
from tests.databases import as_owner

LIVE, READY = "/health/live", "/health/ready"


@pytest.fixture
def with_a_worker(db) -> None:
    cache.set(jobs.SIGN_OF_LIFE, True, 60)


@pytest.fixture
def without_a_worker(db) -> None:
    cache.delete(jobs.SIGN_OF_LIFE)


def without_a_database(monkeypatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(jobs, "ActingConnection", SimpleNamespace(connect=refuse))
    monkeypatch.setattr(DatabaseWrapper, "create_cursor", refuse)


def ask(client, path: str) -> tuple[int, str]:
    answer = client.get(path)
    return answer.status_code, answer.content.decode()


def test_all_is_well(client, with_a_worker) -> None:
    assert ask(client, LIVE) == ask(client, READY) == (200, "well\n")


def test_a_process_lives_whatever_else_is_missing(client, monkeypatch) -> None:
    without_a_database(monkeypatch)
    assert ask(client, LIVE) == (200, "well\n")


def test_without_a_database_it_is_not_well(client, monkeypatch) -> None:
    without_a_database(monkeypatch)
    assert ask(client, READY) == (503, "database\n")


def test_without_a_worker_it_is_not_well(client, without_a_worker) -> None:
    assert ask(client, READY) == (503, "worker\n")


def test_a_migration_that_is_not_applied_is_told_beside_the_rest(client, without_a_worker) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'results'")
    assert ask(client, READY) == (503, "migrations\nworker\n")


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_between_two_questions_is_told(client, monkeypatch) -> None:
    def refuse(*args: object) -> None:
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseWrapper, "create_cursor", refuse)
        assert ask(client, READY) == (503, "database\n")


@pytest.mark.parametrize("path", [LIVE, READY])
def test_it_is_asked_by_whatever_name_and_kept_by_nobody(client, with_a_worker, path: str) -> None:
    elsewhere = {"Host": "10.0.0.7:8000"}
    answer = client.get(path, headers=elsewhere)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert not answer.cookies
    assert client.get("/", headers=elsewhere).status_code == 400, "or this test shows nothing"


@pytest.mark.parametrize("path", [LIVE, READY])
def test_nothing_is_posted_to_it(client, path: str) -> None:
    assert client.post(path).status_code == 405
