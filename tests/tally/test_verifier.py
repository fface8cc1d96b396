"""A council's auditor, who does not trust us, checks a count with docs/verify/verify.py."""

import copy
import json
import random
import time

import pytest
from hypothesis import given, settings

from lib import money
from tally import Ballot, Election, Project, Rule, count
from tests.tally.made_up import crowded, elections, rules
from tests.thoroughness import many
from tests.verifier import FOLDER, counting, equal_shares, frozen_paper, looked_at, numbered, publish, verify

NO_BOARD = "the board: there are no batches, so nobody can check here how the ballots were cast."
KINDS = ("approval", "ordinal", "cumulative")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("published")


def findings_of(folder, *more):
    """What it finds beside what is wrong with a paper that nobody would freeze: a made-up project may cost too much."""
    found = looked_at(folder, *more)
    return [each for each in found.frauds if "more than the budget" not in each[1]], found.unchecked


@settings(max_examples=many(100, 1000), deadline=None, derandomize=True)
@given(elections(KINDS), rules())
def test_it_agrees_with_us_on_many_elections(folder, made, rule):
    kind, election = made[0], numbered(made[1])
    publish(folder, election, count(election, rule), kind)
    assert findings_of(folder, "--seed", rule.seed) == ([], [NO_BOARD])


def test_v12_it_weighs_points_as_we_do(tmp_path):
    """A minimum, what follows add-one and the comparison go by points where equal shares do."""
    projects = [Project("1", 60), Project("2", 50), Project("3", 40)]
    ballots = [Ballot({"1": 1, "3": 4}, 3), Ballot({"2": 2, "1": 1}, 4), Ballot({"3": 1}), Ballot({}, 2)]
    election = Election(projects, ballots, 100)
    rule = Rule(name="equal-shares", utility="points", completion="add1u", minimum_votes=8, compare=True, seed="42")
    outcome = count(election, rule)
    assert outcome.reasons["1"] == {"code": "below_minimum", "points": 7, "minimum": 8}
    assert outcome.reasons["2"]["code"] == "funded", "it has four votes, and eight points"
    assert findings_of(publish(tmp_path, election, outcome, "cumulative"), "--seed", "42") == ([], [NO_BOARD])


# Add-one, however small the unit --------------------------------------------------------------------------------------


@pytest.mark.sampled(2)
@pytest.mark.parametrize("utility", ["cost", "cardinality", "points"])
@pytest.mark.parametrize("completion", ["add1", "add1-exhaustive"])
def test_steps_that_it_skips_change_nothing(utility, completion):
    """Its count is ours to the last fraction of the certificate, and that of a walk through each single step."""
    skipped = 0
    for seed in range(many(6, 60)):
        few = numbered(crowded(seed))
        projects = [Project(each.id, each.cost * 40) for each in few.projects]
        election = Election(projects, few.ballots, few.budget * 40)
        rule = Rule(name="equal-shares", utility=utility, completion=completion, ties=("listed",))
        outcome, counted = count(election, rule), counted_by_it(election, rule)
        assert (counted.winners, counted.certificate) == (list(outcome.winners), outcome.certificate), seed
        walked, steps = walk_each_step(counted, until_exhaustive=completion == "add1-exhaustive")
        assert (counted.winners, counted.certificate["steps"]) == (walked, steps), seed
        skipped += steps
    assert skipped > 100


def counted_by_it(election, rule):
    class Paper:
        costs = {project.id: project.cost for project in election.projects}  # noqa: RUF012
        groups: dict = {}  # noqa: RUF012
        budget, unit = election.budget, election.unit

    ballots = [(dict(ballot.points), ballot.count) for ballot in election.ballots]
    return counting.Count(Paper, rule.to_dict(), ballots)


def walk_each_step(counted, until_exhaustive):
    method = equal_shares.EqualShares(counted)
    accepted, steps = method.run(), 0
    while not method._finished(accepted, until_exhaustive):
        tried = method.run(steps + 1)
        if tried.spent > counted.budget:
            break
        accepted, steps = tried, steps + 1
    return accepted.winners, steps


def test_yen_take_no_longer_than_euros():
    """The same vote with amounts a hundred thousand times as large has as many steps more, and is counted as fast."""
    seconds = {}
    few = numbered(crowded(3))
    for times in (1, 100_000):
        projects = [Project(each.id, each.cost * times) for each in few.projects]
        election = Election(projects, few.ballots, few.budget * times)
        began = time.perf_counter()
        counted = counted_by_it(election, Rule(name="equal-shares", completion="add1", ties=("listed",)))
        seconds[times] = time.perf_counter() - began, counted.certificate["steps"]
    assert seconds[100_000][1] > 10_000
    assert seconds[100_000][0] < 2, seconds


def test_it_knows_the_minor_units_that_we_know():
    for currency in money.in_use():
        assert frozen_paper.unit_of(currency) == money.unit(currency), currency


# What it says of a count that was bent -------------------------------------------------------------------------------


@pytest.fixture
def published(tmp_path):
    projects = [Project("1", 60), Project("2", 50), Project("3", 40)]
    ballots = [Ballot.approving("1", "3", count=5), Ballot.approving("2", count=3), Ballot({}, 2)]
    election = Election(projects, ballots, 100)
    outcome = count(election, Rule(name="equal-shares", completion="add1", minimum_votes=1, seed="42"))
    return publish(tmp_path, election, outcome)


def test_it_says_so_when_all_agrees(published):
    assert looked_at(published, "--seed", "42").unchecked == [NO_BOARD]
    assert looked_at(published, "--seed", "42").frauds == []


def test_quick_counts_what_the_certificate_names_and_says_so(published):
    found = looked_at(published, "--seed", "42", "--quick")
    assert found.frauds == []
    assert any("left out by --quick" in each for each in found.unchecked)
    told = json.loads((published / "results.json").read_text("utf-8"))["certificate"]
    for steps in (told["steps"] - 1, told["steps"] + 1):
        change(published, certificate=told | {"steps": steps})
        assert "certificate" in looked_at(published, "--seed", "42", "--quick").kinds


def change(folder, **told):
    before = json.loads((folder / "results.json").read_text("utf-8"))
    (folder / "results.json").write_text(json.dumps(before | told), "utf-8")


def counted_by(folder, **rule):
    """The result by another rule, whole and consistent in itself."""
    projects = [Project("1", 60), Project("2", 50), Project("3", 40)]
    ballots = [Ballot.approving("1", "3", count=5), Ballot.approving("2", count=3), Ballot({}, 2)]
    budget = rule.pop("budget", 100)
    election = Election(projects, ballots, budget)
    paper = (folder / "paper.json").read_text("utf-8")
    publish(folder, election, count(election, Rule(**{"minimum_votes": 1, "seed": "42", **rule})))
    digest = json.loads((folder / "results.json").read_text("utf-8"))
    (folder / "paper.json").write_text(paper, "utf-8")
    change(folder, ballot_paper=frozen_paper.Paper(paper).digest)
    assert digest["winners"]


@pytest.mark.parametrize(
    ("kind", "bend"),
    [
        ("rule", {"name": "greedy"}),
        ("rule", {"name": "equal-shares", "completion": "add1", "minimum_votes": 4}),
        ("rule", {"name": "equal-shares", "completion": "add1", "increment": 7}),
        ("rule", {"name": "equal-shares", "completion": "add1", "ties": ["id"]}),
        ("budget", {"name": "equal-shares", "completion": "add1", "budget": 200}),
        ("seed", {"name": "equal-shares", "completion": "add1", "seed": "43"}),
    ],
)
def test_v8_a_count_by_another_rule_than_the_papers_is_named(published, kind, bend):
    counted_by(published, **bend)
    assert kind in looked_at(published, "--seed", "42").kinds


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("winners", {"winners": ["2"]}),
        ("spent", {"spent": 1}),
        ("totals", {"totals": {"votes": {"1": 6, "2": 3, "3": 5}, "points": {"1": 5, "2": 3, "3": 5}}}),
        ("totals", {"totals": {"votes": {"1": 5, "2": 3, "3": 5}, "points": {"1": 9, "2": 3, "3": 5}}}),
        ("totals", {"totals": None}),
        ("budget", {"budget": 200}),
        ("unit", {"unit": 100}),
        ("currency", {"currency": "EUR"}),
        ("contest", {"contest": "hillside"}),
        ("groups", {"groups": {"1": "g", "3": "g"}}),
        ("paper", {"ballot_paper": "0" * 64}),
        ("ballots", {"ballots": {"counted": 60, "blank": 2, "invalid": []}}),
        ("ballots", {"ballots": {"counted": 10, "blank": 1, "invalid": []}}),
        ("projects", {"projects": []}),
        ("reasons", {"reasons": {}}),
        ("certificate", {"certificate": None}),
        ("comparison", {"comparison": {"kept": "greedy"}}),
        ("statistics", {"statistics": {"ballots": 10, "blank": 2, "with_a_win": 9, "wins": [2, 3, 5]}}),
        ("statistics", {"statistics": {}}),
        ("paper", {"superseded_papers": [{"digest": "0" * 64, "manifest": "{}"}]}),
    ],
)
def test_v8_each_statement_of_the_result_that_is_not_true_is_named(published, kind, told):
    change(published, **told)
    assert kind in looked_at(published, "--seed", "42").kinds


LOSERS = {
    "greedy": {"name": "greedy", "minimum_votes": 3},
    "greedy that stops": {"name": "greedy-no-skip"},
    "equal shares": {"name": "equal-shares", "completion": "add1", "increment": 1000},
    "equal shares, then by votes": {"name": "equal-shares", "completion": "add1u", "increment": 1000},
    "Phragmén": {"name": "phragmen"},
}
MEANT = ("needed_votes", "cost_to_win", "spent_on", "left", "to", "by", "minimum", "stopped_by", "price", "decisive")


def test_v8_each_figure_of_each_reason_that_is_not_true_is_named(tmp_path):
    """One at a time, beside a control: why each project won or did not, how near it came, and the ties."""
    costs = {str(number): price * 1000 for number, price in enumerate(PRICES, start=1)}
    projects = [Project(each, cost, group="g" if each in "26" else None) for each, cost in costs.items()]
    chosen = ["12", "125", "36", "31", "4", "576", "24", "43", "8"]
    election = Election(projects, [Ballot.approving(*each, count=4 - n % 3) for n, each in enumerate(chosen)], 150_000)
    met = set()
    for number, rule in enumerate(LOSERS.values()):
        publish(tmp_path, election, count(election, Rule(**rule, ties=("min-cost", "lot"), seed="42")))
        whole = json.loads((tmp_path / "results.json").read_text("utf-8"))
        assert findings_of(tmp_path, "--seed", "42") == ([], [NO_BOARD])
        leaves = [(part, *leaf) for part in ("reasons", "ties") for leaf in _leaves(whole[part])]
        met.update(*(path for _, path, _ in leaves))
        for part, path, value in leaves[number % 5 :: many(5, 1)]:
            told = copy.deepcopy(whole)
            _put(told[part], path, value + 3 if type(value) is int else not value if type(value) is bool else "x")
            (tmp_path / "results.json").write_text(json.dumps(told), "utf-8")
            assert part in looked_at(tmp_path, "--seed", "42").kinds, (rule, path)
            del _at(told[part], path[:-1])[path[-1]]
            (tmp_path / "results.json").write_text(json.dumps(told), "utf-8")
            assert part in looked_at(tmp_path, "--seed", "42").kinds, (rule, path)
    assert met >= set(MEANT)


PRICES = [60, 50, 45, 45, 40, 30, 90, 70]


def _leaves(told):
    return [(path, value) for path in _paths(told) if not isinstance(value := _at(told, path), dict | list)]


def _at(told, path):
    for key in path:
        told = told[key]
    return told


def _put(told, path, value):
    _at(told, path[:-1])[path[-1]] = value


def test_v8_a_sentence_with_other_figures_than_its_reason_is_named(published):
    told = json.loads((published / "results.json").read_text("utf-8"))
    told["projects"][0]["why"] = "Funded in round 1; ¥40 was left after it."
    change(published, projects=told["projects"])
    assert looked_at(published, "--seed", "42").frauds == []
    told["projects"][0]["why"] = "Funded in round 1; ¥50 was left after it."
    change(published, projects=told["projects"])
    assert looked_at(published, "--seed", "42").kinds == {"reasons"}


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("winners", "8;2", "8;1"),
        ("budget", "budget;100", "budget;200"),
        ("cost", "2;50;", "2;40;"),
        ("ballots", "num_votes;8", "num_votes;9"),
        ("totals", "3;40;5;", "3;40;6;"),
        ("winners", ";1\n", ";0\n"),
        ("ballots", "2 blank ballots", "3 blank ballots"),
        ("ballots", "vote_type;approval", "vote_type;choose-1"),
        ("ballots", "8;2", "7;2"),
    ],
)
def test_v8_each_cell_of_the_ballots_that_is_not_true_is_named(published, kind, old, new):
    file = published / "ballots.pb"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    assert looked_at(published, "--seed", "42").kinds & {kind}


def test_a_project_withdrawn_by_whoever_writes_the_files_is_asked_about(published, capsys):
    """Only the page of the project tells whether it was; a winner taken out of both files agrees with itself."""
    projects = [Project("1", 60, withdrawn=True), Project("2", 50), Project("3", 40)]
    ballots = [Ballot.approving("1", "3", count=5), Ballot.approving("2", count=3), Ballot({}, 2)]
    election = Election(projects, ballots, 100)
    publish(published, election, count(election, Rule(name="equal-shares", completion="add1", seed="42")))
    found = looked_at(published, "--seed", "42")
    assert found.frauds == []
    assert any("--withdrawn 1" in sentence for sentence in found.unchecked)
    assert looked_at(published, "--seed", "42", "--withdrawn", "1").unchecked == [NO_BOARD]
    assert "withdrawn" in looked_at(published, "--seed", "42", "--withdrawn", "2").kinds


def test_a_lot_that_decides_is_asked_about_unless_the_auditor_says_what_was_drawn(tmp_path):
    election = Election([Project("1", 60), Project("2", 60)], [Ballot.approving("1"), Ballot.approving("2")], 100)
    outcome = count(election, Rule(name="greedy", seed="draw 1"))
    publish(tmp_path, election, outcome)
    found = looked_at(tmp_path)
    assert found.frauds == []
    assert any("a lot decides" in each and "The lottery of 4 June" in each for each in found.unchecked)
    assert looked_at(tmp_path, "--seed", "draw 1").unchecked == [NO_BOARD]
    assert looked_at(tmp_path, "--seed", "draw 2").kinds == {"seed"}


# What it cannot read -------------------------------------------------------------------------------------------------

BROKEN = ["", "{", "[]", "null", "{}", '{"rule": 1}', "\ufeff", "META\nkey;value\nvote_type;x\n", "9" * 5000]


@pytest.mark.parametrize("name", ["paper.json", "results.json", "ballots.pb", "1.txt"])
@pytest.mark.parametrize("text", BROKEN)
def test_what_is_broken_gives_a_line_and_no_traceback(published, name, text, capsys):
    (published / name).write_text(text, "utf-8")
    assert verify.main([str(published), "--seed", "42"]) in (1, 2)
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert all(len(line) < 500 for line in said.out.splitlines())


@pytest.mark.parametrize("name", ["paper.json", "results.json", "ballots.pb"])
def test_what_is_missing_is_said(published, name, capsys):
    (published / name).unlink()
    assert verify.main([str(published)]) == 2
    assert "NOT CHECKED: " in capsys.readouterr().out


def test_a_value_of_any_kind_in_any_place_is_no_traceback(published, capsys):
    """Every value of paper and result, one at a time, is put in place of by values of other kinds."""
    chance = random.Random(5)
    for name in ("paper.json", "results.json"):
        whole = (published / name).read_text("utf-8")
        for path in _paths(json.loads(whole)):
            told = json.loads(whole)
            place = told
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = chance.choice([None, -1, 0, "x", [], {}, True, "1/0", 1.5, 10**30])
            (published / name).write_text(json.dumps(told), "utf-8")
            assert verify.main([str(published), "--seed", "42"]) in (1, 2), path
        (published / name).write_text(whole, "utf-8")
    assert "Traceback" not in capsys.readouterr().out


def _paths(told, before=()):
    for key, value in told.items() if isinstance(told, dict) else enumerate(told):
        yield (*before, key)
        if isinstance(value, dict | list):
            yield from _paths(value, (*before, key))


def test_it_imports_nothing_of_ours_and_nothing_to_install():
    for file in FOLDER.glob("*.py"):
        text = file.read_text("utf-8")
        assert "tally" not in text, file
        assert "import numpy" not in text, file
