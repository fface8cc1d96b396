"""An engineer reads and writes Pabulib's files."""

import io

import pytest
from hypothesis import given, settings
from pabulib.checker import Checker

from tally import Ballot, Election, Project, Rule, count, pabulib
from tests.tally.made_up import META, crowded, elections
from tests.thoroughness import many

FILE = """META
key;value
description;An example
country;Poland
unit;Nowhere
instance;2027
num_projects;2
num_votes;3
budget;1000.50
vote_type;{kind}
rule;greedy
date_begin;01.03.2027
date_end;31.03.2027
PROJECTS
project_id;cost;name;category;selected
7;600;"A park; with a pond";green,sport;1
9;500.25;Trees;;0
VOTES
voter_id;vote{more}
1;7,9{first}
2;9{second}
3;{third}
"""


def approvals():
    return FILE.format(kind="approval", more="", first="", second="", third="")


def read(text):
    return pabulib.read_stream(io.BytesIO(text.encode()))


def test_amounts_become_whole_minor_units():
    file = read(approvals())
    assert file.election.unit == 100
    assert file.election.budget == 100_050
    assert [project.cost for project in file.election.projects] == [60_000, 50_025]
    assert file.election.projects[0].name == "A park; with a pond"
    assert file.election.projects[0].categories == ("green", "sport")


def test_official_winners_and_blank_ballots():
    file = read(approvals())
    assert file.official == ("7",)
    assert file.election.ballot_count == 3
    assert file.election.votes == (1, 2)
    assert Ballot({}, 1) in list(file.election.ballots)


def test_ranks_and_points():
    ranked = read(FILE.format(kind="ordinal", more="", first="", second="", third=""))
    assert ranked.election.scores == (2, 2)
    given_points = read(FILE.format(kind="cumulative", more=";points", first=";3,1", second=";5", third=";"))
    assert given_points.election.scores == (3, 6)
    assert given_points.rule.rank_by == "points"


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("budget;1000.50", "budget;a lot", 9, "'a lot' is not an amount"),
        ("budget;1000.50\n", "", 13, "META lacks budget"),
        ("vote_type;approval", "vote_type;shouting", 10, "unknown vote_type shouting"),
        ("rule;greedy", "rule;dictator", 11, "dictator is not a known counting rule"),
        ("num_votes;3", "num_votes;4", 8, "META declares 4 votes, the file has 3"),
        ("num_projects;2", "num_projects;3", 7, "META declares 3 projects, the file has 2"),
        ("9;500.25", "9;-1", 17, "-1 is not an amount above zero"),
        ("9;500.25", "7;500.25", 17, "project '7' is listed twice"),
        ("2;9", "2;8", 21, "a vote for '8', which is not listed"),
        ("2;9", "1;9", 21, "a voter has two ballots"),
        ("2;9", "2;9;9", 21, "has 3 cells, the header 2"),
        ("PROJECTS\n", "PROJEKTE\n", 15, "has 5 cells, the header 2"),
        ("VOTES\n", "VOTE\n", 22, "expected the section VOTES, found nothing"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old, new, line, reason):
    with pytest.raises(pabulib.PabulibError) as wrong:
        read(approvals().replace(old, new, 1))
    assert (wrong.value.line, reason in wrong.value.reason) == (line, True), wrong.value


def test_a_file_that_is_not_utf8_is_told_with_its_line():
    broken = approvals().encode().replace(b"Trees", b"\xf1rees")
    with pytest.raises(pabulib.PabulibError, match="line 17: is not UTF-8"):
        pabulib.read_stream(io.BytesIO(broken))


def test_points_that_do_not_fit_the_vote_are_told_with_their_line():
    text = FILE.format(kind="cumulative", more=";points", first=";3", second=";5", third=";")
    with pytest.raises(pabulib.PabulibError, match="line 20: 2 projects need as many points"):
        read(text)


def test_a_project_named_twice_counts_once_and_is_noted():
    file = read(approvals().replace("1;7,9", "1;9,9"))
    assert file.election.votes == (0, 2)
    assert file.notes == ("line 20: a vote names a project twice; it counts once",)


def test_a_withdrawn_project_is_known_by_its_cost():
    file = read(approvals().replace("9;500.25", "9;999999999"))
    assert [project.withdrawn for project in file.election.projects] == [False, True]


def errors(text):
    """What Pabulib's own checker holds against a file."""
    found = Checker().process_files([text])
    return next(told["results"]["errors"] for name, told in found.items() if name not in ("metadata", "summary"))


def test_what_we_write_passes_pabulibs_checker(capsys):
    projects = [
        Project("park", 60_050, 'A park; with a "pond"', categories=("green",)),
        Project("pool", 50_000, "Pool"),
    ]
    ballots = [Ballot.approving("park", count=3), Ballot.approving("park", "pool"), Ballot({}, 2)]
    election = Election(projects, ballots, 100_000, unit=100)
    text = io.StringIO()
    pabulib.write(text, election, META | {"rule": "greedy", "currency": "EUR"}, winners=("park",))
    assert errors(text.getvalue()) == {}
    again = read(text.getvalue())
    assert [(project.id, project.cost) for project in again.election.projects] == [("park", 60_050), ("pool", 50_000)]
    assert again.election.ballot_count == 6
    assert again.official == ("park",)
    assert errors(text.getvalue().replace("num_votes;4", "num_votes;5"))


@pytest.mark.parametrize("kind", ["approval", "ordinal", "cumulative"])
def test_pabulibs_checker_accepts_every_kind_of_ballot(kind, capsys):
    for seed in range(10):
        election = crowded(seed)
        if kind == "approval":
            ballots = [Ballot.approving(*ballot.points, count=ballot.count) for ballot in election.ballots]
        elif kind == "ordinal":
            ballots = [Ballot.ranking(*ballot.points, count=ballot.count) for ballot in election.ballots]
        else:
            ballots = [*election.ballots, Ballot({}, 3)]
        election = Election(election.projects, ballots, election.budget)
        rule = Rule(rank_by="votes" if kind == "approval" else "points", ties=("listed",))
        text = io.StringIO()
        meta = {"currency": "EUR", "comment": "#1: Made up.", **META, "vote_type": kind, "rule": "greedy"}
        pabulib.write(text, election, meta, count(election, rule).winners)
        found = Checker().process_files([text.getvalue()])
        assert found["metadata"]["valid"] == 1, found
        assert set(found["summary"]) <= {"project with no votes"}, found


@settings(max_examples=many(50, 500), deadline=None, derandomize=True)
@given(elections(groups=False))
def test_what_we_write_we_read_again(made):
    kind, election = made
    text = io.StringIO()
    pabulib.write(text, election, META | {"vote_type": kind})
    again = read(text.getvalue()).election
    assert (again.projects, again.budget) == (
        tuple(Project(p.id, p.cost, p.id) for p in election.projects),
        election.budget,
    )
    key = lambda ballot: sorted(ballot.points.items())  # noqa: E731
    assert sorted(again.ballots, key=key) == sorted(election.ballots, key=key)
