"""./run says which city it acts on, and makes no second one by mistake: the day somebody forgets a variable."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.fresh_clone import copied_to

ROOT = Path(__file__).parents[2]
WITHOUT_A_TERMINAL = subprocess.DEVNULL


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """./run beside a program that only says what it was told, and a machine whose temporary files lie elsewhere."""
    folder = tmp_path / "program"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "temporary").mkdir()
    copied_to(folder)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f"#!/bin/sh\nshift\necho $@\necho $@ >> {folder / 'done'}\n")
    python.chmod(0o755)
    locked = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "uv.lock"))
    state = sha256(sys.version.encode() + locked).hexdigest()
    (folder / ".venv" / "ready").write_text(f"{state} database")  # nothing is to be fetched
    return folder


def run(program: Path, *words: str, **env: str) -> tuple[int, str, str]:
    """The exit status, what a program would read, and what a person is told."""
    known = {"PATH": os.environ["PATH"], "TMPDIR": str(program.parent / "temporary"), "PYTHONPATH": str(program)}
    known |= {"DATABASE_URL": "postgres://purse:hush@db.city.example/purse", **env}
    ran = subprocess.run(
        [sys.executable, program / "run", *words],
        env={name: value for name, value in known.items() if value},
        stdin=WITHOUT_A_TERMINAL,
        capture_output=True,
        text=True,
    )
    return ran.returncode, ran.stdout, ran.stderr


def a_city_in(folder: Path) -> str:
    (folder / "secrets").mkdir(parents=True)
    return str(folder)


def test_it_says_which_city_and_database_it_acts_on_and_no_password(program: Path) -> None:
    code, _, told = run(program, "manage", "check", CITY_NAME="Halverne")
    assert code == 0
    assert f"Halverne: database purse at db.city.example, files in {program / 'var'}" in told.splitlines()
    assert "hush" not in told


def test_what_a_program_reads_is_the_commands_own(program: Path) -> None:
    _, out, _ = run(program, "manage", "check")
    assert out.splitlines()[-1] == "check"
    assert "files in" not in out


def test_a_forgotten_folder_is_noticed_before_another_city_is_made(program: Path, tmp_path: Path) -> None:
    city = a_city_in(tmp_path / "city")
    assert run(program, "manage", "check", COMMON_PURSE_VAR=city)[0] == 0
    (program / "done").unlink()
    code, _, told = run(program, "manage", "createsuperuser")
    assert code == 1
    assert told.strip() == (
        f"There is no city in {program / 'var'}, but there is one in {city} (COMMON_PURSE_VAR). Nothing was done. "
        "If you want a new and empty city: ./run --new manage"
    )
    assert not (program / "done").exists()
    assert not (program / "var").exists()


def test_a_folder_misspelt_is_noticed_too(program: Path, tmp_path: Path) -> None:
    a_city_in(program / "var")
    code, _, told = run(program, "serve", "--port", "0", COMMON_PURSE_VAR=str(tmp_path / "ctiy"))
    assert code == 1
    assert f"There is no city in {tmp_path / 'ctiy'}, but there is one in {program / 'var'}" in told


def test_a_forgotten_database_is_noticed_before_another_is_made(program: Path) -> None:
    city = a_city_in(program / "var")
    code, _, told = run(program, "manage", "createsuperuser", DATABASE_URL="")
    assert code == 1
    assert told.startswith(f"The city in {city} has its database elsewhere, and DATABASE_URL is not set. Nothing was")
    assert not (program / "var" / "postgres").exists()


def test_4_a_folder_that_is_named_from_where_somebody_stands_is_the_same_to_all_that_is_started(
    program: Path, tmp_path: Path, monkeypatch
) -> None:
    (program / ".venv" / "bin" / "python").write_text(f"#!/bin/sh\necho $COMMON_PURSE_VAR >> {tmp_path / 'told'}\n")
    monkeypatch.chdir(tmp_path)
    code, _, told = run(program, "manage", "check", COMMON_PURSE_VAR="relative")
    assert code == 0
    assert set((tmp_path / "told").read_text().split()) == {str(tmp_path / "relative")}
    assert f"files in {tmp_path / 'relative'}" in told


def test_whoever_means_a_second_city_says_so(program: Path, tmp_path: Path) -> None:
    a_city_in(program / "var")
    assert run(program, "--new", "manage", "check", COMMON_PURSE_VAR=str(tmp_path / "second"))[0] == 0


def test_a_trial_among_temporary_files_is_no_city(program: Path) -> None:
    a_city_in(program / "var")
    assert run(program, "manage", "check", COMMON_PURSE_VAR=str(program.parent / "temporary" / "trial"))[0] == 0


@pytest.mark.parametrize(("answer", "made"), [("yes\n", True), ("no\n", False), ("\n", False)])
def test_at_a_terminal_it_asks(program: Path, tmp_path: Path, answer: str, made: bool) -> None:
    a_city_in(program / "var")
    ours, theirs = os.openpty()
    os.write(ours, answer.encode())
    env = {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(program.parent / "temporary"),
        "DATABASE_URL": "postgres://db.city.example/purse",
        "COMMON_PURSE_VAR": str(tmp_path / "second"),
    }
    ran = subprocess.run(
        [sys.executable, program / "run", "manage", "check"], env=env, stdin=theirs, capture_output=True, text=True
    )
    os.close(ours)
    os.close(theirs)
    assert "Make a new and empty city? [yes/no]" in ran.stderr
    assert (tmp_path / "second").exists() is made
    assert (ran.returncode == 0) is made
