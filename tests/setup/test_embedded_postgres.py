"""The manager of the embedded PostgreSQL, against real programs in a folder of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from postgres import NoDatabase, Postgres

ROOT = Path(__file__).parents[2]
USE_UNTIL_KILLED = """
import sys, time
from pathlib import Path
from postgres import Postgres
with Postgres(Path(sys.argv[1]), Path(sys.prefix), Path(sys.argv[2])).running():
    print("up", flush=True)
    time.sleep(60)
"""
pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="the embedded PostgreSQL needs Unix sockets"),
    pytest.mark.heavy,
]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder the server's user can reach: pytest's own is closed to everyone else, and root cannot run it itself."""
    folder = Path(tempfile.mkdtemp(prefix="a city's ", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def postgres(place: Path) -> Iterator[Callable[[], Postgres]]:
    """Each call is another program that wants the one server; its data stays from test to test."""

    def another() -> Postgres:
        return Postgres(place / "var" / "postgres", Path(sys.prefix), place / "refuge")

    yield another
    with another().running():
        pass
    assert not another()._state()


@pytest.fixture
def user_until_killed(postgres) -> Callable[[], subprocess.Popen[str]]:
    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", USE_UNTIL_KILLED, str(postgres().folder), str(postgres().refuge)]
        program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert program.stdout.readline() == "up\n"
        return program

    return start


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        answer = connection.execute(question)
        return answer.fetchone()[0] if answer.description else None


def server_pid(server: Postgres) -> int:
    return int((server.home / "data" / "postmaster.pid").read_text().split()[0])


def until(truth: Callable[[], bool]) -> None:
    for _ in range(1000):
        if truth():
            return
        time.sleep(0.01)
    pytest.fail("this did not happen within ten seconds")


def kill(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.communicate()


def kill_server(server: Postgres) -> None:
    os.kill(server_pid(server), signal.SIGKILL)
    until(lambda: not server._state())


def test_what_was_written_is_there_at_the_next_start(postgres) -> None:
    with postgres().running() as url:
        ask(url, "CREATE TABLE kept AS SELECT 'a park' AS what")
    with postgres().running() as url:
        assert ask(url, "SELECT what FROM kept") == "a park"
        assert ask(url, "SELECT upper('żółw É')") == "ŻÓŁW É"


def test_nobody_else_on_the_machine_can_reach_it(postgres) -> None:
    server = postgres()
    with server.running() as url:
        assert ask(url, "SHOW listen_addresses") == ""
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert (server.home / "data").stat().st_mode & 0o777 == 0o700


def test_what_it_refuses_is_logged_without_what_was_sent(postgres) -> None:
    with postgres().running() as url, psycopg.connect(url) as session:
        session.execute("CREATE TEMPORARY TABLE people (email text CONSTRAINT once UNIQUE)")
        session.execute("INSERT INTO people VALUES ('rosa@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            session.execute("INSERT INTO people VALUES ('rosa@example.org')")
    log = (postgres().home / "log").read_text()
    assert 'duplicate key value violates unique constraint "once"' in log
    assert "rosa" not in log


def test_the_last_of_two_users_stops_it(postgres) -> None:
    first, second = postgres(), postgres()
    with first.running() as url:
        pid = server_pid(first)
        with second.running() as same_url:
            assert (same_url, server_pid(second)) == (url, pid)
        assert ask(url, "SELECT 1") == 1
        assert (first.folder / "url").read_text().strip() == url
    assert not first._state()
    assert not first.socket.exists()
    assert not (first.folder / "url").exists()


def test_a_user_that_is_killed_no_longer_counts(postgres, user_until_killed) -> None:
    program = user_until_killed()
    server = postgres()
    pid = server_pid(server)
    with server.running():
        assert server_pid(server) == pid, "the server should have been found, not started again"
        kill(program)
    assert not server._state()


@pytest.mark.long
def test_it_recovers_after_everything_was_killed(postgres, user_until_killed) -> None:
    program, server = user_until_killed(), postgres()
    ask(server.url, "CREATE TABLE votes AS SELECT 1500 AS number")
    kill(program)
    kill_server(server)
    assert any(server.socket.iterdir()), "a killed server leaves its socket behind, or this test shows nothing"
    with server.running() as url:
        assert ask(url, "SELECT number FROM votes") == 1500


@pytest.mark.long
def test_a_server_that_dies_is_started_again_by_who_looks_after_it(postgres) -> None:
    first, second = postgres(), postgres()
    with first.running() as url, second.running():
        ask(url, "CREATE TABLE ballots AS SELECT 40 AS number")
        assert not first.revive(), "it lives"
        pid = server_pid(first)
        kill_server(first)
        until(lambda: revived(first))
        assert not second.revive(), "the other was faster"
        assert server_pid(first) != pid
        assert ask(url, "SELECT number FROM ballots") == 40


def revived(server: Postgres) -> bool:
    try:
        return server.revive()
    except NoDatabase:
        return False  # a process of the dead server has not ended yet


@pytest.mark.long
def test_a_stale_pid_that_now_belongs_to_another_program_does_not_matter(postgres, user_until_killed) -> None:
    program, server = user_until_killed(), postgres()
    kill(program)
    kill_server(server)
    with subprocess.Popen(["sleep", "60"], **server._as_user) as innocent:
        for file in (server.home / "data" / "postmaster.pid", server.socket / ".s.PGSQL.5432.lock"):
            _, *rest = file.read_text().splitlines()
            file.write_text("\n".join([str(innocent.pid), *rest]))
        with server.running() as url:
            assert ask(url, "SELECT 1") == 1
        assert innocent.poll() is None
        innocent.kill()


@pytest.mark.long
def test_an_interrupted_first_start_is_begun_again(place: Path) -> None:
    server = Postgres(place / "half" / "var" / "postgres", Path(sys.prefix), place / "refuge")
    command = [sys.executable, "-c", USE_UNTIL_KILLED, str(server.folder), str(server.refuge)]
    program = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    until(lambda: (server.folder / "data.new" / "base").exists())
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()
    assert not (server.folder / "data").exists()
    with server.running() as url:
        assert ask(url, "SELECT current_database()") == "common_purse"


@pytest.mark.long
def test_a_person_whose_files_are_closed_to_others_has_a_database(place: Path) -> None:
    """Root may have a umask of 077, and the server does not run as root."""
    before = os.umask(0o077)
    try:
        server = Postgres(place / "closed" / "var" / "postgres", Path(sys.prefix), place / "closed-refuge")
        with server.running() as url:
            assert ask(url, "SELECT current_database()") == "common_purse"
    finally:
        os.umask(before)


@pytest.mark.long
def test_a_long_path_is_no_trouble(place: Path) -> None:
    folder = place / ("participatory-budget-" * 8) / "var" / "postgres"
    with Postgres(folder, Path(sys.prefix), place / "refuge").running() as url:
        assert ask(url, "SELECT 1") == 1


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as someone else")
def test_root_may_keep_the_project_where_nobody_else_can_look(place: Path) -> None:
    closed = place / "nobody else may look"
    closed.mkdir(mode=0o700)
    server = Postgres(closed / "var" / "postgres", Path(sys.prefix), place / "refuge")
    with server.running() as url:
        assert ask(url, "SELECT 1") == 1
        assert server.home.parent == place / "refuge"
    assert closed.stat().st_mode & 0o777 == 0o700
    assert not (closed / "var" / "postgres" / "data").exists()


def test_a_socket_folder_of_someone_else_is_not_used(postgres, tmp_path: Path) -> None:
    server = postgres()
    server.socket.symlink_to(tmp_path)
    try:
        with pytest.raises(NoDatabase, match="belongs to someone else"), server.running():
            pass
    finally:
        server.socket.unlink()


def test_data_of_a_version_that_is_gone_is_left_alone(place: Path) -> None:
    folder = place / "old" / "var" / "postgres"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(NoDatabase, match="made by PostgreSQL 9"), Postgres(folder, Path(sys.prefix)).running():
        pass
