"""The program with which a stranger checks a result, as a module; and what a city would publish of a made-up count."""

import hashlib
import importlib
import io
import json
import sys
from dataclasses import replace
from pathlib import Path

from tally import Ballot, Election, Outcome, pabulib
from tests.tally.made_up import META

FOLDER = Path(__file__).parents[1] / "docs" / "verify"
PROGRAM = FOLDER / "verify.py"

sys.path.insert(0, str(FOLDER))  # its modules stand beside it, as where a stranger runs it
verify, open_box, counting, equal_shares, frozen_paper, cast_ballots, reasons = map(
    importlib.import_module,
    ("verify", "open_box", "counting", "equal_shares", "frozen_paper", "cast_ballots", "reasons"),
)

STYLES = {"approval": "approval", "choose-1": "approval", "ordinal": "ranking", "cumulative": "points"}
CURRENCIES = {1: "JPY", 100: "EUR"}


def numbered(election: Election) -> Election:
    """The same with ballot numbers for ids, as on a paper."""
    ids = {project.id: str(place) for place, project in enumerate(election.projects, start=1)}
    projects = [replace(project, id=ids[project.id]) for project in election.projects]
    ballots = [
        Ballot({ids[project]: points for project, points in ballot.points.items()}, ballot.count)
        for ballot in election.ballots
    ]
    return Election(projects, ballots, election.budget, election.unit)


def paper_of(election: Election, outcome: Outcome, kind: str = "approval") -> str:
    """The paper that such a vote would have been on."""
    lines = [
        {"ballot_number": number, "proposal": number, "title": each.name or each.id, "summary": "", "cost": each.cost}
        | ({"group": each.group} if each.group else {})
        for number, each in enumerate(election.projects, start=1)
    ]
    told = {
        "version": 2,
        "cycle": "2027",
        "contest": "riverside",
        "currency": CURRENCIES[election.unit],
        "budget": election.budget,
        "ballot_style": STYLES[kind],
        "most_choices": None,
        "points": 99 if kind == "cumulative" else None,
        "most_points": None,
        "rule": {name: value for name, value in outcome.rule.to_dict().items() if name != "seed"},
        "draw": {"what": "The lottery of 4 June", "drawn_by": "The lottery", "takes_place": "2027-06-04T12:00:00Z"},
        "ballot_number_seed": "",
        "lines": lines,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def result_of(election: Election, outcome: Outcome, paper: str) -> str:
    blank = sum(ballot.count for ballot in election.ballots if not ballot.points)
    told = {
        "cycle": "2027",
        "contest": "riverside",
        "currency": CURRENCIES[election.unit],
        "ballot_paper": hashlib.sha256(paper.encode()).hexdigest(),
        "board_root": None,
        "ballots": {"counted": election.ballot_count, "blank": blank, "invalid": []},
        "projects": [
            {name: line[name] for name in ("ballot_number", "proposal", "title", "cost")}
            | {"funded": str(line["ballot_number"]) in outcome.winners}
            for line in json.loads(paper)["lines"]
        ],
    }
    return json.dumps(told | outcome.to_dict(), ensure_ascii=False)


def publish(folder: Path, election: Election, outcome: Outcome, kind: str = "approval") -> Path:
    """What a city puts on its site, but for a board: the folder."""
    ballots, paper = io.StringIO(), paper_of(election, outcome, kind)
    pabulib.write(ballots, election, META | {"vote_type": kind}, outcome.winners)
    (folder / "paper.json").write_text(paper, "utf-8")
    (folder / "ballots.pb").write_text(ballots.getvalue(), "utf-8")
    (folder / "results.json").write_text(result_of(election, outcome, paper), "utf-8")
    return folder


def looked_at(folder: Path, *more: str) -> "verify.Findings":
    """What the program finds in a folder."""
    where, options = verify.source(str(folder)), verify.options_of([str(folder), *more])
    return verify.look(where, options, verify.Seen(options.seen))[0]
