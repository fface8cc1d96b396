"""Pabulib's file format, in and out: real elections to check ourselves against, and open data for others.

The format: Faliszewski et al., "Participatory Budgeting: Data, Tools, and Analysis", IJCAI 2023, and pabulib.org.
A file is read once from top to bottom; of a voter only the choices are kept.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from tally.election import Ballot, Election, Project
from tally.rules import Rule

VOTE_TYPES = ("approval", "choose-1", "ordinal", "cumulative", "scoring")
OBLIGATORY = (
    "description",
    "country",
    "unit",
    "instance",
    "num_projects",
    "num_votes",
    "budget",
    "vote_type",
    "rule",
    "date_begin",
    "date_end",
)
ORDER = (
    *("description", "country", "unit", "district", "subunit", "instance", "num_projects", "num_votes", "budget"),
    *("vote_type", "rule", "date_begin", "date_end", "min_length", "max_length", "min_sum_cost", "max_sum_cost"),
    *("min_points", "max_points", "min_sum_points", "max_sum_points", "default_score", "min_project_cost"),
    *("max_project_cost", "min_project_score_threshold", "neighborhoods", "subdistricts", "categories", "edition"),
    *("language", "currency", "fully_funded", "experimental", "comment", "acknowledgments"),
)
"""The keys of META in the order the format wants."""
WITHDRAWN = 999_999_999
"""The cost, in units of the currency, of a project withdrawn after the vote."""
_BLANK = "{} blank ballots count as ballots; the format cannot list them."


class PabulibError(ValueError):
    """A file that cannot be read: `line` (from 1) and `reason`."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(f"line {line}: {reason}")


@dataclass(frozen=True, slots=True)
class PabulibFile:
    """An election as Pabulib tells it.

    rule: the one the file declares; greedy where it says "unknown". official: the winners it declares by that rule, in
    the order of the list; None if it does not say. notes: what was odd but could be read, with its line.
    """

    meta: dict[str, str]
    election: Election
    rule: Rule
    official: tuple[str, ...] | None
    notes: tuple[str, ...] = ()


def read(path: str | Path) -> PabulibFile:
    """Read one file. Raises PabulibError naming the line, and OSError if it cannot be opened."""
    with open(path, "rb") as stream:
        return read_stream(stream)


def read_stream(stream: BinaryIO) -> PabulibFile:
    """Read an election from a file opened in binary mode. Raises PabulibError naming the line."""
    rows = _Rows(stream)
    meta, line_of = _read_meta(rows)
    listed = _read_projects(rows)
    ballots, notes = _read_ballots(rows, meta["vote_type"], {row["project_id"] for row, _ in listed})
    _expect(len(listed), meta["num_projects"], "projects", line_of["num_projects"])
    _expect(sum(ballot.count for ballot in ballots), meta["num_votes"], "votes", line_of["num_votes"])
    if blank := re.search(_BLANK.format(r"(\d+)"), meta.get("comment", "")):
        ballots.append(Ballot({}, int(blank[1])))
    budget = _amount(meta["budget"], line_of["budget"])
    costs = [_amount(row["cost"], line) for row, line in listed]
    unit = 10 ** max(map(_decimals, (budget, *costs)))
    projects = [
        _project(row, int(cost * unit), withdrawn=cost == WITHDRAWN)
        for (row, _), cost in zip(listed, costs, strict=True)
    ]
    election = Election(projects, ballots, int(budget * unit), unit)
    try:
        rule = declared_rule(meta)
    except ValueError as wrong:
        raise PabulibError(line_of["rule"], str(wrong)) from None
    return PabulibFile(meta, election, rule, _official(meta, [row for row, _ in listed]), tuple(notes))


class _Rows:
    """The rows of a file with their line numbers, in sections."""

    def __init__(self, stream: BinaryIO) -> None:
        self._reader = csv.reader(self._text(stream), delimiter=";")
        self._rows = self._checked()
        self._waiting: str | None = None

    def _text(self, stream: BinaryIO) -> Iterator[str]:
        for number, line in enumerate(stream, start=1):
            if b"\0" in line:
                raise PabulibError(number, "holds a NUL, which no text has")
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise PabulibError(number, "is not UTF-8") from None

    def _checked(self) -> Iterator[list[str]]:
        try:
            yield from (row for row in self._reader if any(row))
        except csv.Error as wrong:
            raise PabulibError(self.line, f"is not a row of cells: {wrong}") from None

    @property
    def line(self) -> int:
        return max(1, self._reader.line_num)

    def section(self, title: str) -> tuple[list[str], Iterator[list[str]]]:
        """The header of a section and its rows; the sections must come in their order."""
        found = self._waiting or next((row[0].strip() for row in self._rows), "nothing")
        if found.upper() != title:
            raise PabulibError(self.line, f"expected the section {title}, found {found[:40]}")
        header = [cell.strip() for cell in next(self._rows, [])]
        if len(set(header)) != len(header):
            raise PabulibError(self.line, f"the header of {title} repeats a column")
        return header, self._until_next_title(len(header))

    def _until_next_title(self, width: int) -> Iterator[list[str]]:
        self._waiting = None
        for row in self._rows:
            if row[0].strip().upper() in ("META", "PROJECTS", "VOTES") and not any(row[1:]):
                self._waiting = row[0].strip()
                return
            if len(row) > width:
                raise PabulibError(self.line, f"has {len(row)} cells, the header {width}")
            yield row


def _read_meta(rows: _Rows) -> tuple[dict[str, str], dict[str, int]]:
    header, body = rows.section("META")
    if header != ["key", "value"]:
        raise PabulibError(rows.line, "META begins with the header key;value")
    meta, line_of = {}, {}
    for row in body:
        key = row[0].strip()
        if key in meta:
            raise PabulibError(rows.line, f"{key} is given twice")
        meta[key], line_of[key] = (row[1].strip() if len(row) > 1 else ""), rows.line
    for key in OBLIGATORY:
        if not meta.get(key):
            raise PabulibError(line_of.get(key, rows.line), f"META lacks {key}")
    if meta["vote_type"] not in VOTE_TYPES:
        raise PabulibError(line_of["vote_type"], f"unknown vote_type {meta['vote_type']}")
    if meta.get("default_score", "0") != "0":
        raise PabulibError(line_of["default_score"], "a default_score other than 0 is not supported")
    return meta, line_of


def _read_projects(rows: _Rows) -> list[tuple[dict[str, str], int]]:
    header, body = rows.section("PROJECTS")
    if header[:1] != ["project_id"] or "cost" not in header:
        raise PabulibError(rows.line, "PROJECTS needs the columns project_id (first) and cost")
    listed, seen = [], set()
    for row in body:
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        if not cells["project_id"] or cells["project_id"] in seen:
            raise PabulibError(rows.line, f"project {cells['project_id']!r} is listed twice or has no id")
        seen.add(cells["project_id"])
        listed.append(({name: cells.get(name, "") for name in header}, rows.line))
    return listed


def _read_ballots(rows: _Rows, vote_type: str, known: set[str]) -> tuple[list[Ballot], list[str]]:
    header, body = rows.section("VOTES")
    needed = ["voter_id", "vote", *(["points"] if vote_type in ("cumulative", "scoring") else [])]
    if header[:1] != ["voter_id"] or not set(needed) <= set(header):
        raise PabulibError(rows.line, f"VOTES needs the columns {', '.join(needed)}, voter_id first")
    columns = [header.index(name) for name in needed[1:]]
    # Equal cells give equal ballots: each is read once, and a million voters are a few thousand ballots.
    equal: Counter[tuple[str, ...]] = Counter()
    ballots: dict[tuple[str, ...], Mapping[str, int]] = {}
    voters: set[str] = set()
    notes = []
    for row in body:
        if row[0] in voters:
            raise PabulibError(rows.line, "a voter has two ballots")
        voters.add(row[0])
        cells = tuple(row[column] if column < len(row) else "" for column in columns)
        if cells not in ballots:
            ballots[cells] = _points(cells, vote_type, known, rows.line)
            if len(ballots[cells]) < cells[0].count(",") + bool(cells[0]):
                notes.append(f"line {rows.line}: a vote names a project twice; it counts once")
        equal[cells] += 1
    return [Ballot(ballots[cells], count) for cells, count in equal.items()], notes


def _points(cells: Sequence[str], vote_type: str, known: set[str], line: int) -> Mapping[str, int]:
    """What one ballot gives each project. An ordinal vote of length L gives L, L - 1, ... 1."""
    chosen = [project.strip() for project in cells[0].split(",")] if cells[0].strip() else []
    for project in chosen:
        if project not in known:
            raise PabulibError(line, f"a vote for {project!r}, which is not listed")
    if vote_type in ("approval", "choose-1"):
        return Ballot.approving(*chosen).points
    if len(set(chosen)) != len(chosen):
        raise PabulibError(line, "a vote names a project twice")
    if vote_type == "ordinal":
        return Ballot.ranking(*chosen).points
    points = cells[1].split(",") if cells[1].strip() else []
    if len(points) != len(chosen) or not all(value.strip().isdecimal() for value in points):
        raise PabulibError(line, f"{len(chosen)} projects need as many points, whole and not negative")
    return dict(zip(chosen, map(int, points), strict=True))


def _expect(found: int, declared: str, what: str, line: int) -> None:
    if declared != str(found):
        raise PabulibError(line, f"META declares {declared} {what}, the file has {found}")


def _amount(text: str, line: int) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise PabulibError(line, f"{text!r} is not an amount") from None
    if not amount.is_finite() or amount <= 0:
        raise PabulibError(line, f"{text} is not an amount above zero")
    return amount


def _decimals(amount: Decimal) -> int:
    """How many decimals an amount needs: none, or at least the two of cents."""
    decimals = -int(amount.normalize().as_tuple().exponent)
    return max(2, decimals) if decimals > 0 else 0


def _project(row: Mapping[str, str], cost: int, withdrawn: bool) -> Project:
    categories = tuple(filter(None, row.get("category", "").split(",")))
    return Project(row["project_id"], cost, row.get("name", ""), categories=categories, withdrawn=withdrawn)


def declared_rule(meta: Mapping[str, str]) -> Rule:
    """The rule a file declares, as its city applies it. Raises ValueError for one that is not known.

    Greedy goes by points where the ballots give points, and equal shares weigh them. Ties go in the order of the list,
    which is how the cities' results are sorted; for equal shares in the order of equalshares.net, lower cost and then
    more votes, before that.
    """
    name = meta["rule"]
    scored = meta["vote_type"] not in ("approval", "choose-1")
    rank_by = "points" if scored else "votes"
    minimum = int(meta.get("min_project_score_threshold") or 0)
    if name.startswith("equalshares"):
        method, _, compare = name.removeprefix("equalshares").removeprefix("/").partition("-comparison")
        if method in ("", "add1") and (not compare):
            return Rule(
                name="equal-shares",
                minimum_votes=minimum,
                utility="points" if scored else "cost",
                completion=method or "none",
                compare="-comparison" in name,
                ties=("min-cost", "max-votes", "listed"),
            )
    if name == "greedy-custom":
        if meta["unit"] == "Poznań":
            cover = Fraction(4, 5)
            return Rule(name="greedy-no-skip", rank_by=rank_by, minimum_votes=minimum, cover=cover, ties=("listed",))
        # Amsterdam: what is left helps the next project, outside the rule.
        stops = meta.get("leftover_budget", "").startswith("Partially fund")
        name = "greedy-no-skip" if stops else "greedy"
    if name in ("unknown", "greedy-exclusive"):
        name = "greedy"
    return Rule(name=name, rank_by=rank_by, minimum_votes=minimum, ties=("listed",))


def _official(meta: Mapping[str, str], listed: Sequence[Mapping[str, str]]) -> tuple[str, ...] | None:
    """The winners by the rule itself: marked 1, and in Poznan also 2, the first misfit that was 80 % covered."""
    if not any(row.get("selected") for row in listed):
        return None
    by_rule = ("1", "2") if meta["unit"] == "Poznań" else ("1",)
    return tuple(row["project_id"] for row in listed if row["selected"] in by_rule)


def write(stream: TextIO, election: Election, meta: Mapping[str, str], winners: Sequence[str] | None = None) -> None:
    """Write an election so that pabulib-checker accepts it and `read` gives the same election back.

    meta: what the format obliges one to say (`OBLIGATORY`), and more if wanted; what follows from the election is put
    in here. Voters are numbered anew, in an order that tells nothing. The format cannot list blank ballots: they are
    told in the comment. Raises ValueError for an id the format cannot hold.
    """
    rows = csv.writer(stream, delimiter=";", lineterminator="\n")
    values = {**meta, **_meta_of(election, meta)}
    in_order = sorted(values.items(), key=lambda pair: ORDER.index(pair[0]) if pair[0] in ORDER else len(ORDER))
    rows.writerows([["META"], ["key", "value"], *in_order])
    scored = meta["vote_type"] not in ("approval", "choose-1")
    _write_projects(rows, election, winners, scored)
    rows.writerows([["VOTES"], ["voter_id", "vote", *(["points"] if scored else [])]])
    voter = 0
    for ballot in election.ballots:
        chosen = sorted(ballot.points, key=lambda project: -ballot.points[project])
        points = [",".join(str(ballot.points[project]) for project in chosen)] if scored else []
        for _ in range(ballot.count if chosen else 0):
            voter += 1
            rows.writerow([voter, ",".join(chosen), *points])


def _meta_of(election: Election, meta: Mapping[str, str]) -> dict[str, str]:
    """What META says that follows from the election."""
    blank = sum(ballot.count for ballot in election.ballots if not ballot.points)
    values = {
        "num_projects": str(len(election.projects)),
        "num_votes": str(election.ballot_count - blank),
        "budget": _told(election.budget, election.unit),
    }
    if sum(project.cost for project in election.projects) <= election.budget:
        values["fully_funded"] = "1"
    if meta["vote_type"] == "cumulative" and "max_sum_points" not in meta:
        values["max_sum_points"] = str(max((sum(ballot.points.values()) for ballot in election.ballots), default=0))
    if blank:
        comments = meta.get("comment", "")
        number = len(re.findall(r"#\d+:", comments)) + 1
        values["comment"] = f"{comments} #{number}: {_BLANK.format(blank)}".strip()
    return values


def _write_projects(rows: Any, election: Election, winners: Sequence[str] | None, scored: bool) -> None:
    header = ["project_id", "cost", "votes", *(["score"] if scored else []), "name", "category"]
    rows.writerows([["PROJECTS"], header + ([] if winners is None else ["selected"])])
    for project, votes, score in zip(election.projects, election.votes, election.scores, strict=True):
        if not re.fullmatch(r"[^,;\s]+", project.id):
            raise ValueError(f"Pabulib cannot hold the project id {project.id!r}.")
        cost = str(WITHDRAWN) if project.withdrawn else _told(project.cost, election.unit)
        row = [project.id, cost, votes, *([score] if scored else []), project.name or project.id]
        row.append(",".join(project.categories))
        rows.writerow(row + ([] if winners is None else [int(project.id in winners)]))


def _told(amount: int, unit: int) -> str:
    """An amount in the currency, with as many decimals as it needs."""
    return f"{Decimal(amount) / unit:f}"
