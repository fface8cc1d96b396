"""The site as `./run serve` serves it, on a database of the tests: the pages by gunicorn, and the worker."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, create_server
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts.models import User

ROOT = Path(__file__).resolve().parents[2]
NAME = "budget.city.example"  # as in deploy/nginx/common-purse.conf
# The last step of ./run, without those that fetch libraries and change tables.
SERVE = """
import importlib.machinery, importlib.util, sys
loader = importlib.machinery.SourceFileLoader("run", "run")
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
loader.exec_module(run)
sys.exit(run.serve(*run.serving_options("serve", sys.argv[1:]), None))
"""


@dataclass(frozen=True)
class Site:
    port: int
    var: Path
    log: Path  # all that gunicorn and the worker said

    def letters(self) -> list[str]:
        """The mails it sent, oldest first."""
        return [path.read_text() for path in sorted((self.var / "mail").glob("*.log"), key=os.path.getmtime)]


@contextmanager
def serving(folder: Path, database_url: str, **environment: str) -> Iterator[Site]:
    site = Site(free_port(), folder / "var", folder / "site.log")
    given = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("EMAIL_", "COMMON_PURSE"))},
        "DATABASE_URL": database_url,
        "SECRET_KEY": settings.SECRET_KEY,
        "REGISTER_KEY": settings.REGISTER_KEY,
        "PUBLIC_URL": f"https://{NAME}",
        "COMMON_PURSE_VAR": str(site.var),
        **environment,
    }
    site.var.mkdir(exist_ok=True)
    with site.log.open("w") as log:
        command = [sys.executable, "-c", SERVE, "--port", str(site.port)]
        server = subprocess.Popen(command, cwd=ROOT, env=given, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: listens(site.port), site.log)
        yield site
    finally:
        server.terminate()
        server.wait(60)


def url_of_the_database_in_use() -> str:
    database = connection.settings_dict
    user = quote(database["USER"] or "", safe="")
    password = f":{quote(database['PASSWORD'], safe='')}" if database["PASSWORD"] else ""
    where = f"host={quote(database['HOST'], safe='')}" + (f"&port={database['PORT']}" if database["PORT"] else "")
    return f"postgres://{user}{password}@/{database['NAME']}?{where}"


def session_of(user: User) -> str:
    """The cookie of somebody who has signed in, where a test is not about signing in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    with suppress(OSError), create_connection(("127.0.0.1", port), timeout=30):
        return True
    return False


def wait_for(ready: Callable[[], object], log: Path, seconds: int = 120) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
