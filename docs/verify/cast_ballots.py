"""The published ballots, in Pabulib's format (http://pabulib.org/format)."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from decimal import Decimal, InvalidOperation

from findings import CannotTell, Findings
from frozen_paper import Paper

VOTE_TYPES = {"approval": "approval", "knapsack": "approval", "points": "cumulative", "ranking": "ordinal"}
WITHDRAWN = 999999999
"""The cost that the format gives a project which stayed on the list but cannot win."""

Ballots = list[tuple[dict[str, int], int]]
"""What each kind of ballot gives each project, and how often it was cast."""


class Published:
    """What the file says: the ballots, and what it says of them."""

    def __init__(self, text: str) -> None:
        sections: dict[str, list[list[str]]] = {"META": [], "PROJECTS": [], "VOTES": []}
        section = None
        try:
            for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"):
                if len(row) == 1 and row[0].strip() in sections:
                    section = row[0].strip()
                elif row and section:
                    sections[section].append([cell.strip() for cell in row])
            self.meta = {row[0]: row[1] for row in sections["META"][1:] if len(row) > 1}
            self.projects = {row["project_id"]: row for row in _table(sections["PROJECTS"])}
            self.listed = [row["project_id"] for row in _table(sections["PROJECTS"])]
            self.withdrawn = {name for name, row in self.projects.items() if Decimal(row["cost"]) == WITHDRAWN}
            votes = _table(sections["VOTES"])
            self.voters = [row["voter_id"] for row in votes]
            found: dict[tuple[tuple[str, int], ...], int] = {}
            for row in votes:
                ballot = tuple(sorted(_points(row, self.meta["vote_type"]).items()))
                found[ballot] = found.get(ballot, 0) + 1
        except (csv.Error, KeyError, IndexError, ValueError, InvalidOperation):
            raise CannotTell("The file of the ballots is not one in Pabulib's format.") from None
        blank = re.search(r"(\d+) blank ballots count as ballots", self.meta.get("comment", ""))
        self.blank = int(blank.group(1)) if blank else 0
        if self.blank:
            found[()] = found.get((), 0) + self.blank
        self.ballots: Ballots = [(dict(ballot), number) for ballot, number in found.items()]
        self.counted = sum(number for _, number in self.ballots)

    @property
    def digest(self) -> str:
        """Of the ballots as they were counted, in whatever order the file has them."""
        told = sorted(f"{number} {sorted(ballot.items())}" for ballot, number in self.ballots)
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def check(self, paper: Paper, findings: Findings) -> None:
        """What the file says of budget and projects, and each ballot, against the paper."""
        if _amount(self.meta.get("budget", "")) * paper.unit != paper.budget:
            findings.fraud("budget", f"the ballots' file says {self.meta.get('budget')}, the paper {_told(paper)}.")
        if self.listed != list(paper.costs):
            findings.fraud("projects", "the ballots' file lists other projects than the paper, or in another order.")
        for name, row in self.projects.items():
            if name in paper.costs and name not in self.withdrawn:
                cost = _amount(row["cost"]) * paper.unit
                if cost != paper.costs[name]:
                    told = f"project {name} costs {row['cost']} in the ballots' file, on the paper {paper.costs[name]}"
                    findings.fraud("cost", f"{told} (minor units).")
        if self.meta["vote_type"] != VOTE_TYPES.get(paper.style):
            findings.fraud("ballots", f"they are said to be {self.meta['vote_type']}, the paper says {paper.style}.")
        if len(set(self.voters)) != len(self.voters):
            findings.fraud("ballots", "a voter is listed twice.")
        for name, number in {"num_projects": len(self.listed), "num_votes": len(self.voters)}.items():
            if self.meta.get(name) != str(number):
                findings.fraud("ballots", f"the file says {name} {self.meta.get(name)}, and has {number}.")
        for ballot, number in self.ballots:
            if fault := paper.faults({project: points for project, points in ballot.items() if points}):
                findings.fraud("invalid ballots", f"{number} with {fault} are counted.")


def _table(rows: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:]] if rows else []


def _points(row: dict[str, str], kind: str) -> dict[str, int]:
    """What one ballot gives each project."""
    chosen = [project.strip() for project in row.get("vote", "").split(",") if project.strip()]
    if kind in ("approval", "choose-1"):
        return dict.fromkeys(chosen, 1)
    if len(set(chosen)) != len(chosen):
        raise ValueError("a project twice")
    if kind == "ordinal":
        return {project: len(chosen) - place for place, project in enumerate(chosen)}
    return dict(zip(chosen, map(int, row["points"].split(",")), strict=True)) if chosen else {}


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(-1)


def _told(paper: Paper) -> str:
    return f"{Decimal(paper.budget) / paper.unit:f}"
