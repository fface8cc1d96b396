"""A council's auditor, who does not trust us, checks a result with docs/verify/verify.py."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from tally import Ballot, Election, Project, Rule, count, pabulib
from tests.tally.made_up import META, elections, rules
from tests.thoroughness import many
from tests.verifier import PROGRAM, verify


def publish(folder, election, outcome, kind="approval"):
    """What a city puts on its site: the ballots and the result."""
    ballots, result = folder / "ballots.pb", folder / "result.json"
    text = io.StringIO()
    pabulib.write(text, election, META | {"vote_type": kind}, outcome.winners)
    ballots.write_text(text.getvalue(), "utf-8")
    result.write_text(json.dumps(outcome.to_dict()), "utf-8")
    return str(ballots), str(result)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("published")


@settings(max_examples=many(100, 1000), deadline=None, derandomize=True)
@given(elections(), rules())
def test_it_agrees_with_us_on_many_elections(folder, made, rule):
    kind, election = made
    ballots, result = publish(folder, election, count(election, rule), kind)
    assert verify.verify(verify.read_ballots(ballots), json.loads(Path(result).read_text("utf-8"))) == []


@pytest.fixture
def published(tmp_path):
    projects = [Project("park", 60), Project("pool", 50), Project("bench", 40)]
    ballots = [Ballot.approving("park", "bench", count=5), Ballot.approving("pool", count=3), Ballot({}, 2)]
    election = Election(projects, ballots, 100)
    return publish(tmp_path, election, count(election, Rule(name="equal-shares", completion="add1", seed="42")))


def test_it_says_so_when_all_agrees(published, capsys):
    assert verify.main(list(published)) == 0
    assert "agrees" in capsys.readouterr().out
    assert verify.main([*published, "--quick"]) == 0


@pytest.mark.parametrize("change", [{"winners": ["pool"]}, {"spent": 1}, {"totals": {"votes": {"park": 6}}}])
def test_it_finds_a_changed_result(published, change, capsys):
    ballots, result = published
    told = json.loads(Path(result).read_text("utf-8"))
    Path(result).write_text(json.dumps(told | change), "utf-8")
    assert verify.main([ballots, result]) == 1
    assert "published" in capsys.readouterr().out


def test_it_finds_a_changed_ballot(published):
    ballots, result = published
    text = Path(ballots).read_text("utf-8")
    Path(ballots).write_text(text.replace("8;pool", "8;park"), "utf-8")
    assert "8;park" in Path(ballots).read_text("utf-8")
    assert verify.main([ballots, result]) == 1


def test_it_says_when_it_cannot_tell(published, capsys):
    ballots, _result = published
    assert verify.main([ballots, ballots]) == 2
    assert capsys.readouterr().out.startswith("Cannot tell")


def test_it_imports_nothing_of_ours():
    assert "tally" not in PROGRAM.read_text("utf-8")
    assert "import numpy" not in PROGRAM.read_text("utf-8")


def test_v12_it_weighs_points_as_we_do(tmp_path):
    """A minimum, what follows add-one and the comparison go by points where equal shares do."""
    projects = [Project("park", 60), Project("pool", 50), Project("bench", 40)]
    ballots = [
        Ballot({"park": 1, "bench": 4}, 3),
        Ballot({"pool": 2, "park": 1}, 4),
        Ballot({"bench": 1}),
        Ballot({}, 2),
    ]
    election = Election(projects, ballots, 100)
    rule = Rule(name="equal-shares", utility="points", completion="add1u", minimum_votes=8, compare=True, seed="42")
    outcome = count(election, rule)
    assert outcome.reasons["park"] == {"code": "below_minimum", "points": 7, "minimum": 8}
    assert outcome.reasons["pool"]["code"] == "funded", "it has four votes, and eight points"
    ballots, result = publish(tmp_path, election, outcome, "cumulative")
    assert verify.main([ballots, result]) == 0
