"""Someone without our site counts files on a command line."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tally import Ballot, Election, Project, pabulib
from tally.__main__ import main
from tests.tally.made_up import META

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path):
    projects = [Project("park", 60), Project("pool", 50), Project("bench", 40)]
    ballots = [Ballot.approving("park", count=3), Ballot.approving("pool", count=2), Ballot.approving("bench", count=2)]
    text = io.StringIO()
    pabulib.write(text, Election(projects, ballots, 100), META | {"rule": "greedy"}, winners=("park", "bench"))
    path = tmp_path / "example.pb"
    path.write_text(text.getvalue(), "utf-8")
    return str(path)


def counted(capsys, *arguments):
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_files_own_rule_and_the_official_winners(file, capsys):
    line = counted(capsys, file)
    assert (line["file"], line["rule"], line["winners"]) == (file, "greedy", ["park", "bench"])
    assert (line["spent"], line["budget"]) == (100, 100)
    assert (line["official"], line["agrees"]) == (["park", "bench"], True)
    assert set(line["reasons"]) == {"park", "pool", "bench"}
    assert line["ties"][0]["projects"] == ["pool", "bench"]
    assert line["seconds"] >= 0


def test_another_rule(file, capsys):
    assert counted(capsys, file, "--rule", "greedy-no-skip")["winners"] == ["park"]
    assert counted(capsys, file, "--rule", "greedy-no-skip", "--cover", "4/5")["winners"] == ["park", "pool"]
    line = counted(capsys, file, "--rule", "equal-shares", "--completion", "add1", "--increment", "2", "--ties", "id")
    assert line["parameters"]["increment"] == 2
    assert line["parameters"]["ties"] == ["id"]
    assert counted(capsys, file, "--rule", "phragmen")["rule"] == "phragmen"


def test_a_lot_needs_a_seed(file, capsys):
    assert main([file, "--ties", "lot"]) == 0
    assert main([file, "--rule", "greedy-no-skip", "--ties", "lot"]) == 2
    assert "needs a lot: pool, bench" in capsys.readouterr().err
    assert main([file, "--rule", "greedy-no-skip", "--ties", "lot", "--seed", "42"]) == 0


def test_a_bad_file_does_not_keep_the_others_from_being_counted(file, tmp_path, capsys):
    bad = tmp_path / "bad.pb"
    bad.write_text("META\nkey;value\n", "utf-8")
    assert main([str(bad), file, "--compare"]) == 2
    told = capsys.readouterr()
    assert f"{bad}: line 2: META lacks description" in told.err
    assert "agrees with the official winners" in told.out


def test_it_runs_without_django(file):
    code = f"import sys; from tally.__main__ import main; main([{file!r}]); assert 'django' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
