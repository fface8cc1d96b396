"""What ./run says when it cannot go on, and how it looks after what it started."""

import ast
import importlib.machinery
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

import watch
from postgres import NoDatabase
from tests.fresh_clone import copied_to

ROOT = Path(__file__).parents[2]
WATCH_OVER = """
import sys
import watch
watch.SETTLED_IN = float(sys.argv[3])
tell = "import os; open(sys.argv[1], 'a').write(f'{os.getpid()} '); "
pages, worker = (
    [sys.executable, "-c", "import sys, time; " + tell + life, sys.argv[4] + name]
    for name, life in (("pages", sys.argv[2]), ("worker", sys.argv[1]))
)
sys.exit(watch.attend(pages, beside=worker))
"""
LIVES_ON = "time.sleep(60)"


def run(*arguments: str, folder: Path = ROOT, **env: str) -> tuple[int, str]:
    """The exit status of ./run, and what it told the person."""
    env = {"PATH": "/nowhere", "DATABASE_URL": "postgres://nowhere.invalid/x", "PYTHONPATH": str(folder), **env}
    done = subprocess.run([sys.executable, folder / "run", *arguments], env=env, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of a fresh clone that matter before anything is installed."""
    folder = tmp_path / "clone"
    copied_to(folder)
    return folder


@pytest.fixture
def uv_from_lock(clone: Path) -> Path:
    """A uv that only writes down what it was asked; the lock file names it for every machine, by its true hash."""
    wheel = clone / "uv.whl"
    asked = clone / "asked"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(
            "uv.data/scripts/uv", f"#!/bin/sh\necho $@ > '{asked}'\necho 'error: the shop is closed' >&2\nexit 2\n"
        )
    name_in_lock(clone, wheel, sha256(wheel.read_bytes()).hexdigest())
    return asked


def name_in_lock(clone: Path, wheel: Path, digest: str) -> None:
    lock = (clone / "uv.lock").read_text()
    head, tail = lock.split('name = "uv"\n')
    _, after = tail.split("]\n", 1)
    kinds = ["linux_x86_64", "linux_aarch64", "macosx_x86_64", "macosx_arm64"]
    wheels = [f'    {{ url = "{wheel.as_uri()}#many{kind}.whl", hash = "sha256:{digest}" }},\n' for kind in kinds]
    (clone / "uv.lock").write_text(f'{head}name = "uv"\nwheels = [\n{"".join(wheels)}]\n{after}')


@pytest.mark.long
def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = run("serve", "--port", str(port))
    assert code == 1
    assert said == f"Port {port} is not free (Address already in use): choose another, as in --port {port + 1}.\n"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    code, said = run("manage", "check", COMMON_PURSE_VAR=str(tmp_path / "file" / "var"))
    assert code == 1
    assert str(tmp_path / "file" / "var") in said
    assert said.count("\n") == 1


def test_an_old_python_can_read_the_script_and_says_what_it_needs() -> None:
    ast.parse((ROOT / "run").read_text(), feature_version=(3, 6))
    pretend = "import runpy, sys; sys.version_info = (3, 6, 9); runpy.run_path('run', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "Common Purse needs Python 3.11 or newer; this one is 3.6. Try: python3.11 run\n"


def test_the_first_start_without_a_network_says_so(clone: Path) -> None:
    code, said = run("manage", "check", folder=clone, https_proxy="http://127.0.0.1:1")
    assert code == 1
    assert said.splitlines()[1].startswith("uv, which fetches the libraries, could not be fetched itself")
    assert len(said.splitlines()) == 2


def test_a_uv_that_is_not_the_one_in_the_lock_is_not_used(clone: Path, uv_from_lock: Path) -> None:
    name_in_lock(clone, clone / "uv.whl", sha256(b"another").hexdigest())
    code, said = run("manage", "check", folder=clone)
    assert code == 1
    assert "is not the one uv.lock names" in said
    assert not (clone / ".tools").exists()


def test_libraries_that_cannot_be_fetched_end_the_start_with_the_reason(clone: Path, uv_from_lock: Path) -> None:
    code, said = run("manage", "check", folder=clone)
    assert code == 1
    assert said.splitlines()[1] == "The libraries could not be fetched (is this machine online?): the shop is closed"


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("command", "database_url", "groups"),
    [
        ("manage", "postgres://db/city", []),
        ("test", "postgres://db/city", ["test"]),
        ("manage", None, ["database"]),
        ("test", None, ["database", "test"]),
    ],
)
def test_only_what_the_command_needs_is_fetched(clone, uv_from_lock, command, database_url, groups) -> None:
    env = {"PATH": "/nowhere", "DATABASE_URL": database_url} if database_url else {"PATH": "/nowhere"}
    subprocess.run([sys.executable, clone / "run", command], env=env, capture_output=True)
    words = uv_from_lock.read_text().split()
    assert [words[place + 1] for place, word in enumerate(words) if word == "--group"] == groups


@pytest.fixture
def script(monkeypatch) -> ModuleType:
    """./run as a module, on a machine with two cores."""
    monkeypatch.syspath_prepend(str(ROOT))
    loader = importlib.machinery.SourceFileLoader("run", str(ROOT / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
    loader.exec_module(module)
    monkeypatch.setattr(module, "cores", lambda: 2)
    return module


@pytest.mark.parametrize(
    "told",
    [
        "",
        "--long",
        "-k receipt",
        "-m browser",
        "--long tests/accounts",
        "-x tests/demo tests/setup/test_the_run_script.py",
    ],
)
def test_each_core_has_its_share_of_the_tests(script, told: str) -> None:
    assert script.in_parallel(told.split())[:2] == ["-n", "2"]


@pytest.mark.parametrize(("cores", "workers"), [(3, ["-n", "3"]), (64, ["-n", "4"]), (1, [])])
def test_there_are_as_many_workers_as_cores_up_to_four(script, monkeypatch, cores: int, workers: list[str]) -> None:
    monkeypatch.setattr(script, "cores", lambda: cores)
    assert script.in_parallel([])[:2] == workers


ONE_FILE = "tests/test_translations.py"


@pytest.mark.parametrize("settled", ["-n 1", "-n0", "--numprocesses=3", "-p no:xdist", "--dist load", "--pdb", "-s"])
def test_whoever_says_how_the_tests_run_is_not_contradicted(script, settled: str) -> None:
    assert script.in_parallel(["-k", "receipt", *settled.split()]) == []


@pytest.mark.parametrize("file", [ONE_FILE, f"--long {ONE_FILE}::test_what_is_compiled_is_what_is_written -x"])
def test_the_tests_of_one_file_run_one_by_one(script, file: str) -> None:
    assert script.in_parallel(file.split()) == []


class Asked(Exception):
    """For a database; with that the test knows enough."""


@pytest.mark.parametrize("command", ["test", "demo", "serve", "manage", "bench"])
def test_only_what_the_tests_write_may_be_lost(script, monkeypatch, command: str) -> None:
    def asked(forgetful: bool = False) -> None:
        raise Asked(forgetful)

    for nothing in ("fetch_libraries", "see_to_system_library", "refuse_taken_port"):
        monkeypatch.setattr(script, nothing, lambda *_: None)
    monkeypatch.setattr(script, "database", asked)
    with pytest.raises(Asked) as found:
        script.main(command, [])
    assert found.value.args == (command == "test",)


@pytest.mark.parametrize(
    ("forgetful", "folder", "fsync"), [(True, "postgres-of-tests", "off"), (False, "postgres", None)]
)
def test_the_server_that_forgets_has_data_of_its_own(
    script, monkeypatch, tmp_path: Path, forgetful: bool, folder: str, fsync: str | None
) -> None:
    class Server:
        def __init__(self, folder: Path, venv: Path) -> None:
            self.folder = self.home = self.programs = folder

        @contextmanager
        def running(self) -> Iterator[str]:
            assert self.folder == tmp_path / folder
            assert {script.SETTINGS.get(name) for name in script.FORGETFUL} == {fsync}
            yield "postgresql:///embedded"

    monkeypatch.setattr(script, "VAR", tmp_path)
    monkeypatch.setattr(script, "Postgres", Server)
    monkeypatch.setattr(script, "SETTINGS", dict(script.SETTINGS))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with script.database(forgetful):
        assert os.environ["DATABASE_URL"] == "postgresql:///embedded"


def test_an_unknown_word_gets_the_help_and_a_failing_status() -> None:
    code, said = run("dmeo")
    assert code == 2
    assert "does not know 'dmeo'" in said
    assert "./run demo" in said


@dataclass
class Watched:
    """./run looking after pages and a worker, each of which writes down its number when it starts."""

    program: subprocess.Popen[str]
    folder: Path

    def starts_of(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().split() if file.exists() else []


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """watched(pages=LIVES_ON, worker="raise SystemExit(1)"): what each of them does once it has been started."""
    started = []

    def start(pages: str = LIVES_ON, worker: str = LIVES_ON, settled_in: float = 0) -> Watched:
        program = subprocess.Popen(
            [sys.executable, "-c", WATCH_OVER, worker, pages, str(settled_in), f"{tmp_path}/"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        started.append(program)
        return Watched(program, tmp_path)

    yield start
    for program in started:
        program.kill()
        program.wait()
        program.stderr.close()


def eventually(truth) -> bool:
    for _ in range(100):
        if truth():
            return True
        time.sleep(0.1)
    return False


def alive(pid: str) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().split()[2] != "Z"


def test_a_worker_that_dies_is_started_again(watched) -> None:
    site = watched(worker="raise SystemExit(1)")
    assert eventually(lambda: len(site.starts_of("worker")) >= 2)


def test_pages_that_are_killed_are_started_again(watched) -> None:
    site = watched()
    assert eventually(lambda: site.starts_of("pages"))
    os.kill(int(site.starts_of("pages")[0]), signal.SIGKILL)
    assert eventually(lambda: len(site.starts_of("pages")) == 2)
    assert site.program.poll() is None
    assert len(site.starts_of("worker")) == 1
    site.program.terminate()
    assert site.program.stderr.read() == "The pages were killed by signal 9; starting them again.\n"


@pytest.mark.long
def test_17_pages_that_are_killed_as_soon_as_they_are_started_are_started_again(watched) -> None:
    """Whoever kills them, or the system that is short of memory, says nothing of whether they can be started."""
    site = watched(settled_in=60)
    for number in range(3):
        assert eventually(lambda number=number: len(site.starts_of("pages")) == number + 1)
        os.kill(int(site.starts_of("pages")[number]), signal.SIGKILL)
    assert eventually(lambda: len(site.starts_of("pages")) == 4)
    assert site.program.poll() is None


def test_17_pages_that_die_of_themselves_as_soon_as_they_are_started_end_it(watched) -> None:
    site = watched(pages="import os; os.abort()", settled_in=60)
    assert site.program.wait(timeout=30) == 128 + signal.SIGABRT
    assert site.program.stderr.read() == "The pages were killed by signal 6 as soon as they were started.\n"


def test_pages_that_cannot_be_started_end_it_with_one_line(watched) -> None:
    site = watched(pages="raise SystemExit(3)", settled_in=60)
    assert site.program.wait(timeout=30) == 3
    assert site.program.stderr.read() == "The pages ended with status 3 as soon as they were started.\n"


def test_pages_that_are_told_to_end_end_it(watched) -> None:
    site = watched(pages="raise SystemExit(0)")
    assert site.program.wait(timeout=30) == 0


class Dying:
    """A database that is found dead so many times, or for ever, and cannot be started before."""

    def __init__(self, times: float) -> None:
        self.times = times

    def revive(self) -> bool:
        self.times -= 1
        if self.times > 0:
            raise NoDatabase("PostgreSQL's pg_ctl failed, see the log: could not start server")
        return self.times == 0


def test_a_database_that_dies_is_started_again_as_soon_as_it_can_be(capfd, monkeypatch) -> None:
    database, now = Dying(times=3), time.monotonic()
    monkeypatch.setattr(watch.time, "monotonic", lambda: now)
    assert [watch.see_to_database(database, well) for well in (now - 1, now - 2, now - 3, now)] == [
        now - 1, now - 2, now, now
    ]  # fmt: skip
    assert capfd.readouterr().err == "PostgreSQL had died; it was started again.\n"


def test_11_a_full_disk_on_which_nothing_beside_the_database_can_be_written_ends_nothing(monkeypatch) -> None:
    class Full:
        def revive(self) -> bool:
            raise OSError(28, "No space left on device")

    now = time.monotonic()
    monkeypatch.setattr(watch.time, "monotonic", lambda: now)
    assert watch.see_to_database(Full(), now - 1) == now - 1


@pytest.mark.long
def test_a_database_that_does_not_come_back_ends_it_with_one_line(monkeypatch) -> None:
    monkeypatch.setattr(watch, "COMES_BACK_WITHIN", 0)
    begun = []
    monkeypatch.setattr(watch, "start", lambda *_: begun.append(subprocess.Popen(["sleep", "60"])) or begun[-1])
    with pytest.raises(NoDatabase, match="could not start server"):
        watch.attend(["pages"], beside=["worker"], database=Dying(times=float("inf")))
    assert [program.poll() for program in begun] == [-signal.SIGTERM] * 2, "nothing is left behind"


def test_a_city_with_a_server_of_its_own_looks_after_that_itself() -> None:
    assert watch.see_to_database(None, 0) > 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_it(watched, number) -> None:
    site = watched()
    assert eventually(lambda: site.starts_of("pages") and site.starts_of("worker"))
    site.program.send_signal(number)
    assert site.program.wait(timeout=10) != 0
    assert eventually(lambda: not any(map(alive, site.starts_of("pages") + site.starts_of("worker"))))
