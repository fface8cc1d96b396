"""The pages compare secrets themselves: whoever starts gunicorn without ./run serves no city with made-up ones."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from budgeting import secret_checks
from tests.cast import cycle_of_2027
from tests.databases import Aside, address_for_others
from tests.deploy.site import listens
from tests.served import free_port, wait_for

ROOT = Path(__file__).parents[2]
APP_LOAD_ERROR = 4
numbers = count(1)
SECRETS = {"SECRET_KEY": "sessions", "REGISTER_KEY": "residents"}


@pytest.fixture
def city(aside: Callable[[str], Aside], monkeypatch) -> Iterator[str]:
    """The address of a database with a city in it that was set up with these secrets."""
    made = aside(f"secrets_{next(numbers)}")
    with made.in_use(), monkeypatch.context() as patch:
        for name, secret in SECRETS.items():
            patch.setattr(settings, name, secret)
        patch.setattr(settings, "UNKEPT_SECRETS", set())
        cycle_of_2027()
        secret_checks.keep()
        yield address_for_others()


@contextmanager
def pages(folder: Path, url: str, **given: str) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    port, log = free_port(), folder / "log"
    command = [sys.executable, "-m", "gunicorn", "budgeting.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    env = {name: value for name, value in os.environ.items() if name not in SECRETS}
    env |= {"DATABASE_URL": url, "COMMON_PURSE_VAR": str(folder / "var"), "PUBLIC_URL": "https://city.example", **given}
    with log.open("wb") as output:
        command += ["--log-level", "critical"]
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        yield server, port, log
    finally:
        server.terminate()
        server.wait(60)


@pytest.mark.long
@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "SECRET_KEY is neither in the environment nor in "),
        ({"SECRET_KEY": "sessions"}, "REGISTER_KEY is neither in the environment nor in "),
        ({**SECRETS, "REGISTER_KEY": "another"}, "REGISTER_KEY is not the one this city was set up with"),
    ],
    ids=["none", "one", "another"],
)
def test_4_pages_with_other_secrets_do_not_start(city: str, tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pages(tmp_path, city, **given) as (server, _port, log):
        assert server.wait(120) == APP_LOAD_ERROR
        assert log.read_text().startswith(said)
        assert log.read_text().count("\n") == 1


@pytest.mark.long
def test_pages_with_the_right_ones_start(city: str, tmp_path: Path) -> None:
    with pages(tmp_path, city, **SECRETS) as (server, port, log):
        wait_for(lambda: listens(port), log)
        assert server.poll() is None


@pytest.mark.long
def test_4_pages_that_started_without_the_database_compare_once_it_is_back(city: str, tmp_path: Path) -> None:
    where = connection.settings_dict
    if not where["HOST"].startswith("/"):
        pytest.skip("this server has no socket that could be put elsewhere")
    port = where["PORT"] or "5432"
    url = f"postgres://{where['USER']}@/{where['NAME']}?host={tmp_path}&port={port}"
    with pages(tmp_path, url, **{**SECRETS, "REGISTER_KEY": "another"}) as (server, served, log):
        wait_for(lambda: listens(served), log)
        assert server.poll() is None
        (tmp_path / f".s.PGSQL.{port}").symlink_to(Path(where["HOST"]) / f".s.PGSQL.{port}")
        assert server.wait(120) == APP_LOAD_ERROR
        assert "REGISTER_KEY is not the one" in log.read_text()
