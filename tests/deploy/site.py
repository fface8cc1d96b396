"""The site as `./run serve` serves it, on a database of the tests: the pages by gunicorn, and the worker."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection

from django.conf import settings

from tests.served import free_port, wait_for

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


def listens(port: int) -> bool:
    with suppress(OSError), create_connection(("127.0.0.1", port), timeout=30):
        return True
    return False
