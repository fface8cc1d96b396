"""Real elections come in from Pabulib's files, are counted by the code of a live vote, or leave nothing behind."""

from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from ballots.counting import election_of, rule_of
from ballots.models import Count, OpenedBallot
from budgeting.models import Contest, Cycle
from lib import clock
from lib.refusal import Refused
from proposals.models import Proposal
from results import importing
from results.importing import import_election
from tally import pabulib

COLLECTION = Path(__file__).resolve().parents[3] / "shared" / "pabulib"
HEAD = """META
key;value
description;Municipal PB in Mielec
country;Poland
unit;Mielec
subunit;Południe
instance;2024
num_projects;3
num_votes;5
budget;1000.50
vote_type;{vote_type}
rule;greedy
currency;PLN
date_begin;01.03.2024
date_end;14.03.2024
{more}PROJECTS
project_id;cost;votes;name;category;selected
7;600;4;Ławki;public space;1
9;500.50;3;Drzewa;nature;0
A;400;2;Skwer;nature;1
VOTES
"""
VOTES = {
    "approval": "voter_id;vote\n1;7,9\n2;7\n3;7,9,A\n4;7\n5;9,A\n",
    "choose-1": "voter_id;vote\n1;7\n2;7\n3;7\n4;7\n5;A\n",
    "ordinal": "voter_id;vote\n1;7,9\n2;7\n3;9,7,A\n4;7\n5;A,9\n",
    "cumulative": "voter_id;vote;points\n1;7,9;6,4\n2;7;10\n3;7,9,A;5,3,2\n4;7;1\n5;9,A;5,5\n",
}


def write(folder: Path, vote_type: str = "approval", more: str = "", votes: str = "") -> Path:
    path = folder / "mielec.pb"
    path.write_text(HEAD.format(vote_type=vote_type, more=more) + (votes or VOTES[vote_type]))
    return path


def run(*paths: Path) -> tuple[str, str, int]:
    """What the command prints, complains of, and ends with."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("import_pabulib", *map(str, paths), stdout=out, stderr=err)
    except SystemExit as end:
        code = int(str(end.code))
    return out.getvalue().replace("\xa0", " "), err.getvalue(), code


def test_an_election_becomes_a_finished_contest(db, tmp_path) -> None:
    out, err, code = run(write(tmp_path))
    assert (err, code) == ("", 0)
    contest = Contest.objects.get()
    assert contest.get_absolute_url() == "/2024-mielec/mielec-poludnie/"
    assert contest.budget == 1000_50
    assert [(line.ballot_number, line.title, line.cost) for line in contest.paper.lines.all()] == [
        (1, "Ławki", 600_00),
        (2, "Drzewa", 500_50),
        (3, "Skwer", 400_00),
    ]
    assert dict(OpenedBallot.objects.values_list("content", "ballots")) == {
        "1:1": 2,
        "1:1 2:1": 1,
        "1:1 2:1 3:1": 1,
        "2:1 3:1": 1,
    }
    assert Count.objects.get().outcome["winners"] == ["1", "3"]
    assert "2 funded, PLN 1,000 of PLN 1,000.50" in out
    assert "Agrees with the official winners." in out
    assert "1 of 1 imported; 1 agree with their official winners, 0 differ, 0 name none." in out


def test_the_phases_lie_where_the_vote_lay(db, tmp_path) -> None:
    run(write(tmp_path))
    voting = Cycle.objects.get().phases.get(stage="voting")
    assert [voting.opens.isoformat(), voting.closes.isoformat()] == [
        "2024-02-29T23:00:00+00:00",
        "2024-03-14T23:00:00+00:00",
    ]


@pytest.mark.parametrize("vote_type", VOTES)
def test_every_kind_of_vote_comes_in_as_it_was(db, tmp_path, vote_type) -> None:
    file = pabulib.read(write(tmp_path, vote_type))
    contest = import_election(file, at=clock.now())
    election = election_of(contest)
    assert (election.votes, election.scores) == (file.election.votes, file.election.scores)
    assert election.budget == file.election.budget * 100 // file.election.unit
    assert rule_of(contest) == file.rule


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("voter_id;vote\n1;7\n2;7\n3;7\n4;7\n5;12\n", "line 27: a vote for '12'"),
        ("voter_id;vote\n1;7\n", "line 9: META declares 5 votes"),
    ],
)
def test_of_a_bad_file_nothing_is_imported_and_the_line_is_named(db, tmp_path, text, complaint) -> None:
    _out, err, code = run(write(tmp_path, votes=text))
    assert complaint in err
    assert code == 2
    assert not Cycle.objects.exists()
    assert not Proposal.objects.exists()


def test_a_date_that_is_none_leaves_nothing_behind(db, tmp_path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace("14.03.2024", "soon"))
    _out, err, code = run(path)
    assert "“soon” is no date" in err
    assert code == 2
    assert not Cycle.objects.exists()


def test_a_bad_file_does_not_keep_a_good_one_out(db, tmp_path) -> None:
    good = write(tmp_path)
    (tmp_path / "bad.pb").write_text("nonsense")
    out, err, code = run(tmp_path / "bad.pb", tmp_path / "absent.pb", good)
    assert "bad.pb: line 1" in err
    assert "absent.pb" in err
    assert "1 of 3 imported" in out
    assert code == 2


def test_the_same_file_again_is_refused(db, tmp_path) -> None:
    path = write(tmp_path)
    run(path)
    _out, err, code = run(path)
    assert "Południe is already part of Mielec 2024." in err
    assert code == 2
    assert Contest.objects.count() == Count.objects.count() == 1


def test_where_the_count_differs_from_the_file_it_says_so(db, tmp_path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace("nature;0", "nature;1"))
    out, _err, code = run(path)
    assert "Differs from the official winners (declared rule: greedy): only they fund 2." in out
    assert code == 0


@pytest.mark.skipif(not COLLECTION.exists(), reason="the collection of real elections is not beside the project")
def test_a_real_election_agrees_with_its_city(db) -> None:
    out, err, code = run(next(COLLECTION.glob("Poland_Wieliczka_2023_*.pb")))
    assert (err, code) == ("", 0)
    assert "30 funded, PLN 995,079" in out
    assert "Agrees with the official winners." in out


def test_an_election_that_cannot_be_ours_leaves_nothing_behind(db, tmp_path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace("9;500.50", "9;500.505"))
    with pytest.raises(Refused, match="finer than PLN"):
        import_election(pabulib.read(path), at=clock.now())
    assert not Cycle.objects.exists()


def test_i9_districts_of_one_name_in_two_cities_are_called_by_their_city_too(db) -> None:
    files = [SimpleNamespace(meta={"unit": unit, "subunit": "Centrum"}) for unit in ("Assen", "Utrecht", "Assen")]
    assert [str(importing._district(file)) for file in files] == ["Centrum", "Centrum, Utrecht", "Centrum"]


def bent(folder: Path, **meta: str) -> Path:
    """The file of Mielec with other lines in its head."""
    path = write(folder)
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join(
            next((f"{key};{value}" for key, value in meta.items() if line.startswith(f"{key};")), line)
            for line in lines
        )
    )
    return path


@pytest.mark.parametrize(("unit", "part"), [("Київ", "Центр"), ("Αθήνα", "Κέντρο"), ("北京", "海淀"), ("---", "😀")])
def test_i3_a_city_of_another_script_has_an_address_of_its_own(cycle, client, at, tmp_path, unit, part) -> None:
    at("proposing")
    assert run(bent(tmp_path, unit=unit, subunit=part))[2] == 0
    made = Contest.objects.exclude(cycle=cycle).get()
    assert made.district.slug
    assert not cycle.contests.exists()
    for page in ("/", "/2027/", made.cycle.get_absolute_url(), made.get_absolute_url()):
        assert client.get(page).status_code == 200


def test_i3_two_districts_of_another_script_stay_two(db, tmp_path) -> None:
    assert run(bent(tmp_path, unit="Київ", subunit="Центр"))[2] == 0
    assert run(bent(tmp_path, unit="Київ", subunit="Поділ"))[2] == 0
    assert Contest.objects.values("cycle").distinct().count() == 1
    assert Contest.objects.values("district__slug").distinct().count() == 2


def test_i3_an_election_never_joins_a_cycle_of_this_city_nor_its_district(riverside_contest, tmp_path) -> None:
    Cycle.objects.update(slug="2024-riverside")
    assert run(bent(tmp_path, unit="Riverside", subunit=""))[2] == 0
    made = Contest.objects.exclude(pk=riverside_contest.pk).get()
    assert made.cycle != riverside_contest.cycle
    assert made.district != riverside_contest.district
    assert made.cycle.slug.startswith("2024-riverside-")


ODD_HEADS = [
    ({"date_begin": "14.03.2024", "date_end": "01.03.2024"}, "ends before it begins"),
    ({"date_begin": "9999", "date_end": "9999"}, "no date"),
    ({"currency": "zł"}, "no currency that is known"),
    ({"budget": "1e30"}, "larger than any budget"),
    ({"num_projects": "3\nmax_length;3.0"}, "max_length is no whole number"),
    ({"num_projects": "3\nmax_length;99999999999"}, "max_length is no whole number"),
    ({"description": "a\0b"}, "holds a NUL"),
]


@pytest.mark.parametrize(("meta", "said"), ODD_HEADS, ids=lambda value: str(value)[:30])
def test_i11_what_cannot_be_is_a_line_with_its_reason_and_leaves_nothing_behind(db, tmp_path, meta, said) -> None:
    _out, err, code = run(bent(tmp_path, **meta))
    assert said in err
    assert "Traceback" not in err
    assert code == 2
    assert not Cycle.objects.exists()


def test_a_file_without_a_currency_is_told_it(db, tmp_path) -> None:
    call_command("import_pabulib", bent(tmp_path, currency=""), "--currency=pln", stdout=StringIO())
    assert Cycle.objects.get().currency == "PLN"
