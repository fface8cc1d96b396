"""A city that votes at this very moment, behind the real `./run serve`, so that its parts can be taken away.

Run as a program (by `City.begin`) it fills the database, and writes its residents' sessions, one a line.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import django
import psycopg

from postgres import Postgres

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

    def __init__(self, folder: Path, port: int, is_on_a_small_disk: bool, **more: str) -> None:
        self.folder, self.port, self.is_on_a_small_disk = folder, port, is_on_a_small_disk
        self.log = folder / "log"
        self.program: subprocess.Popen[bytes] | None = None
        self.sessions: list[str] = []
        ours = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DJANGO_DEBUG", "COMMON_PURSE_DEMO", "TEST_DATABASE"}
        self.env = {name: value for name, value in os.environ.items() if name not in ours} | {
            "COMMON_PURSE_VAR": str(folder / "var"),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            **more,
        }

    def start(self) -> None:
        command = [sys.executable, ROOT / "run", "--new", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.program = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def begin(self, residents: int) -> None:
        """Start it, and have that many residents who may vote."""
        self.start()
        until(self.has_begun, "the city began")
        env = {**self.env, "DATABASE_URL": self.server.url, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.drills.city", str(residents)]
        filled = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
        self.sessions = filled.stdout.split()

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

    def ask(self, path: str, session: str = "", data: dict[str, str] | None = None) -> Answer:
        """What a browser gets; where it gets nothing, an Answer with status NO_ANSWER."""
        headers = {"Cookie": f"session={session}; csrf={TOKEN}"}
        body = None if data is None else urlencode({**data, "csrfmiddlewaretoken": TOKEN})
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

    def sql(self, question: str) -> list[tuple]:
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            return connection.execute(question).fetchall()

    def kill(self, *numbers: int) -> None:
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def _command(number: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{number}/cmdline").read_text(errors="replace").replace("\0", " ")
    return ""


@contextmanager
def a_city(**more: str) -> Iterator[City]:
    """In a folder the database's server can reach: pytest's own is closed to it where root runs the tests.

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
    city = City(folder, port, is_on_a_small_disk, **more)
    try:
        yield city
    finally:
        city.end()
        if is_on_a_small_disk:
            subprocess.run(["umount", folder / "var"], check=True)
        shutil.rmtree(folder)


def fill(residents: int) -> Iterator[str]:
    """Riverside, which is voting; the sessions of those who may."""
    from django.test import Client  # noqa: PLC0415  # all of these need Django set up

    from accounts.models import User  # noqa: PLC0415
    from ballots import key  # noqa: PLC0415
    from budgeting.models import Contest, Cycle, District, Phase  # noqa: PLC0415
    from budgeting.people import RoleName  # noqa: PLC0415
    from lib import clock  # noqa: PLC0415
    from tests import cast  # noqa: PLC0415

    now, day = clock.now(), timedelta(days=1)
    cycle = Cycle.objects.create(slug="2027", title="Participatory budget 2027", currency="EUR")
    presenting = Phase.objects.create(cycle=cycle, stage="presenting", opens=now - 9 * day, closes=now + day)
    riverside = District.objects.create(
        slug="riverside", name="Riverside", boundary=cast.square(0, 0), population=12_000
    )
    cast.put_on_paper(Contest.objects.create(cycle=cycle, district=riverside, budget=250_000_00))
    holders = [cast.person(name, RoleName.CLERK) for name in ("Clara", "Ines", "Otto")]
    shares = key.make(cycle, holders, by=holders[0], at=now)
    key.rehearse(cycle, shares[:2], by=holders[0], at=now)
    presenting.closes = now - timedelta(seconds=1)
    presenting.save()
    Phase.objects.create(cycle=cycle, stage="voting", opens=presenting.closes, closes=now + 9 * day)
    for number in range(residents):
        user: User = cast.person(f"Resident{number}")
        cast.enrol(user, cycle, riverside)
        browser = Client()
        browser.force_login(user)
        yield browser.cookies["session"].value


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "budgeting.settings"
    django.setup()
    for session in fill(int(sys.argv[1])):
        sys.stdout.write(f"{session}\n")
