"""A city that votes at this very moment, behind the real `./run serve`, so that its parts can be taken away."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from postgres import Postgres
from tests.drills.riverside import People

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds: a limit for what hangs, and no measure of how fast the machine is
BALLOT = "/2027/riverside/ballot/"
NO_ANSWER = 0  # in place of a status
LOCKS_OF_WORKERS = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid::bigint = hashtext('worker')::oid::bigint
"""
TOKEN = "c" * 32
DISK = "600m"  # the database's own files take a third of it


class NotInTime(Exception):
    """What was waited for did not happen."""


def until(truth: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not truth():
        if time.monotonic() > end:
            raise NotInTime(f"{what}: not in {patience} s")
        time.sleep(0.1)


@dataclass
class Answer:
    status: int
    page: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class City:
    """./run serve in a folder of its own, and what can be done to it."""

    def __init__(
        self, folder: Path, port: int, is_on_a_small_disk: bool, options: Sequence[str | Path], **more: str
    ) -> None:
        self.folder, self.port, self.is_on_a_small_disk, self.options = folder, port, is_on_a_small_disk, options
        self.log = folder / "log"
        self.program: subprocess.Popen[bytes] | None = None
        self.people: People | None = None
        ours = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DJANGO_DEBUG", "COMMON_PURSE_DEMO", "TEST_DATABASE"}
        self.env = {name: value for name, value in os.environ.items() if name not in ours} | {
            "COMMON_PURSE_VAR": str(folder / "var"),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            **more,
        }

    def start(self) -> None:
        command = [sys.executable, ROOT / "run", "--new", "serve", "--port", str(self.port), *self.options]
        with self.log.open("ab") as log:
            self.program = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def begin(self, residents: int, *how: str) -> None:
        """Start it, and have that many residents who may vote; `how`: as `riverside.py` is told."""
        self.start()
        until(self.has_begun, "the city began", patience=5 * PATIENCE)
        self.people = People(**json.loads(self.program_of_ours("riverside", str(residents), *how).stdout))

    @property
    def sessions(self) -> list[str]:
        return self.people.sessions if self.people else []

    def program_of_ours(
        self, name: str, *words: str, tells: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """What a program of this folder says; `tells` is what it reads."""
        return self._runs("-m", f"tests.drills.{name}", *words, tells=tells, check=check)

    def manage(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._runs("manage.py", *words, check=check)

    def differences(self) -> set[str]:
        """What is stored otherwise than the audit log has it, which itself must hold."""
        ran = self.manage("verify_audit", check=False)
        assert "The audit log holds" in ran.stdout, ran.stderr
        return set(ran.stderr.splitlines())

    def _runs(self, *words: str, tells: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        env = {**self.env, "DATABASE_URL": self.server.url, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, *words]
        ran = subprocess.run(command, cwd=ROOT, env=env, input=tells, capture_output=True, text=True)
        assert ran.returncode == 0 or not check, ran.stdout + ran.stderr
        return ran

    def end(self) -> None:
        if self.program and self.program.poll() is None:
            self.program.terminate()
            self.program.wait(PATIENCE)
        with Postgres(self.folder / "var" / "postgres", Path(sys.prefix)).running():
            pass  # ends what a ./run that was killed has left

    @property
    def server(self) -> Postgres:
        return Postgres(self.folder / "var" / "postgres", Path(sys.prefix))

    @property
    def postmaster(self) -> int:
        return int((self.server.home / "data" / "postmaster.pid").read_text().split()[0])

    def processes(self, words: str) -> list[int]:
        """The numbers of the programs `./run` started, and of theirs, in whose command there are these words."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        below = {self.program.pid}
        while more := {number for number, parent in parents.items() if parent in below} - below:
            below |= more
        return sorted(number for number in below - {self.program.pid} if words in _command(number))

    def ask(self, path: str, session: str = "", data: dict[str, Any] | None = None) -> Answer:
        """What a browser gets; where it gets nothing, an Answer with status NO_ANSWER."""
        headers = {"Cookie": f"session={session}; csrf={TOKEN}"}
        body = None if data is None else urlencode({**data, "csrfmiddlewaretoken": TOKEN}, doseq=True)
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("POST" if body else "GET", path, body, headers)
            answer = line.getresponse()
            return Answer(answer.status, answer.read().decode(), dict(answer.headers))
        except (OSError, http.client.HTTPException):
            return Answer(NO_ANSWER)
        finally:
            line.close()

    def has_begun(self) -> bool:
        assert self.program is not None
        assert self.program.poll() is None, self.log.read_text()
        return self.is_well()

    def is_well(self) -> bool:
        return self.ask("/health/ready").status == 200

    def stands(self) -> bool:
        """Does it have all its parts: the pages with both processes, and a worker that holds its lock?"""
        return (
            self.is_well()
            and len(self.processes("gunicorn")) == 3
            and len(self.processes("manage.py worker")) == 1
            and self.sql(LOCKS_OF_WORKERS) == [(1,)]
        )

    def sql(self, question: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            answer = connection.execute(question, values or None)
            return [] if answer.description is None else answer.fetchall()

    def kill(self, *numbers: int, by: int = signal.SIGKILL) -> None:
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(number, by)


def _command(number: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{number}/cmdline").read_text(errors="replace").replace("\0", " ")
    return ""


@contextmanager
def a_city(*options: str | Path, **more: str) -> Iterator[City]:
    """In a folder the database's server can reach: pytest's own is closed to it where root runs the tests.

    `options` are gunicorn's, `more` stands in the environment.

    All it keeps lies on a disk of its own, in memory, where the system lets us make one; so that can be filled.
    """
    folder = Path(tempfile.mkdtemp(prefix="drill-", dir="/var/tmp"))
    folder.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    (folder / "var").mkdir()
    (folder / "var").chmod(0o711)
    disk = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0711", "tmpfs", folder / "var"]
    is_on_a_small_disk = subprocess.run(disk, capture_output=True).returncode == 0
    city = City(folder, port, is_on_a_small_disk, options, **more)
    try:
        yield city
    finally:
        city.end()
        if is_on_a_small_disk:
            subprocess.run(["umount", folder / "var"], check=True)
        shutil.rmtree(folder)
