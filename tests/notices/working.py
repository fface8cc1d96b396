"""The real worker on the tests' database, beside a mail server that can be told to misbehave."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings as project

from tests.databases import address_for_others
from tests.smtp import MailServer

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180  # seconds: a limit for what hangs
NEVER_QUIET = {"MAIL_QUIET_FROM": "0", "MAIL_QUIET_UNTIL": "0"}


@contextmanager
def worker(server: MailServer, folder: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """`./run manage worker`. It is killed at the end, if it was not before."""
    environment = {
        **os.environ,
        **server.environment,
        **NEVER_QUIET,
        "EMAIL_TLS": "none",
        "DATABASE_URL": address_for_others(),
        "COMMON_PURSE_VAR": str(folder),
        "SECRET_KEY": project.SECRET_KEY,
        "REGISTER_KEY": project.REGISTER_KEY,
        **settings,
    }
    command = [sys.executable, ROOT / "manage.py", "worker", "--no-reload"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as program:
        try:
            yield program
        finally:
            program.kill()


def until(truth: Callable[[], bool], patience: int = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not truth():
        assert time.monotonic() < end, "the mails do not go out"
        time.sleep(0.05)
