#!/usr/bin/env python3
"""Check a published result against the published ballots, without any of the city's software.

    python3 verify.py ballots.pb result.json

`ballots.pb` are the ballots in Pabulib's format, `result.json` the result as published. The program counts the ballots
itself, in fractions and from the descriptions in docs/counting.md alone, and says whether the winners, their order and
the sum agree. It needs Python 3.10 or newer and nothing else; it was written to be read. It ends with 0 if all agrees,
1 if something differs, and 2 if it cannot tell.

Counts it knows: greedy in all its forms, the Method of Equal Shares with its completions and the comparison, and
sequential Phragmén. An add-one count is walked through step by step; with --quick only the last step and the one after
it, as the result's certificate names them, are counted.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from fractions import Fraction

Ballots = list[tuple[dict[str, int], int]]
"""What each kind of ballot gives each project, and how often it was cast."""


class CannotTell(Exception):
    """Something is missing or is not understood."""


# Reading -------------------------------------------------------------------------------------------------------------


def read_ballots(path: str) -> tuple[dict[str, dict], Ballots, Fraction]:
    """The projects by id, the ballots and the budget."""
    sections, section = {"META": [], "PROJECTS": [], "VOTES": []}, None
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            if len(row) == 1 and row[0].strip() in sections:
                section = row[0].strip()
            elif row and section:
                sections[section].append([cell.strip() for cell in row])
    meta = {row[0]: row[1] for row in sections["META"][1:] if len(row) > 1}
    table = {
        name: [dict(zip(rows[0], row, strict=False)) for row in rows[1:]] for name, rows in sections.items() if rows
    }
    projects = {
        row["project_id"]: {
            "place": place,
            "cost": Fraction(row["cost"]),
            "withdrawn": Fraction(row["cost"]) == 999999999,
        }
        for place, row in enumerate(table["PROJECTS"])
    }
    kind = meta["vote_type"]
    found = {}
    for row in table.get("VOTES", []):
        ballot = tuple(sorted(points_of(row, kind).items()))
        found[ballot] = found.get(ballot, 0) + 1
    blank = re.search(r"(\d+) blank ballots count as ballots", meta.get("comment", ""))
    if blank:
        found[()] = found.get((), 0) + int(blank.group(1))
    return projects, [(dict(ballot), number) for ballot, number in found.items()], Fraction(meta["budget"])


def points_of(row: dict[str, str], kind: str) -> dict[str, int]:
    """What one ballot gives each project."""
    chosen = [project for project in row.get("vote", "").split(",") if project]
    if kind in ("approval", "choose-1"):
        return dict.fromkeys(chosen, 1)
    if kind == "ordinal":
        return {project: len(chosen) - place for place, project in enumerate(chosen)}
    return dict(zip(chosen, map(int, row["points"].split(",")), strict=True)) if chosen else {}


# Counting ------------------------------------------------------------------------------------------------------------


class Count:
    """The ballots, the rule, and what both the greedy count and equal shares need."""

    def __init__(
        self,
        projects: dict[str, dict],
        ballots: Ballots,
        budget: Fraction,
        rule: dict,
        groups: dict[str, str],
        unit: int,
    ) -> None:
        self.projects, self.ballots, self.budget, self.rule, self.groups = projects, ballots, budget, rule, groups
        self.unit = unit
        self.voters = sum(number for _, number in ballots)
        self.votes = dict.fromkeys(projects, 0)
        self.points = dict.fromkeys(projects, 0)
        for ballot, number in ballots:
            for project, points in ballot.items():
                self.votes[project] += number
                self.points[project] += number * points
        self.standing = self.points if "points" in (rule.get("rank_by"), rule.get("utility")) else self.votes
        self.eligible = [project for project in projects if self.may_win(project)]

    def cost(self, project: str) -> Fraction:
        return self.projects[project]["cost"]

    def may_win(self, project: str) -> bool:
        """Not withdrawn, and no minimum missed; reaching it exactly is enough."""
        rule, has = self.rule, self.standing[project]
        if self.projects[project]["withdrawn"] or has < rule.get("minimum_votes", 0):
            return False
        if has < Fraction(rule.get("minimum_of_ballots", 0)) * self.voters:
            return False
        of_cost = Fraction(rule.get("minimum_of_cost", 0))
        return not of_cost or has * self.budget >= of_cost * self.cost(project) * self.voters

    def tie_key(self, project: str) -> list:
        """What decides between equals: the smallest goes first."""
        keys = {
            "min-cost": lambda: self.cost(project),
            "max-votes": lambda: -self.votes[project],
            "listed": lambda: self.projects[project]["place"],
            "id": lambda: project,
            "lot": lambda: hashlib.sha256((self.rule.get("seed", "") + project).encode()).hexdigest(),
        }
        names = [name for name in self.rule["ties"] if name != "lot" or self.rule.get("seed") is not None]
        return [keys[name]() for name in names] + [self.projects[project]["place"]]

    def excluded(self, project: str, winners: Sequence[str]) -> bool:
        group = self.groups.get(project)
        return group is not None and any(self.groups.get(winner) == group for winner in winners)

    # Greedy

    def greedy(self, skip: bool = False, winners: Sequence[str] = ()) -> list[str]:
        """Down the list from the most votes. `skip`: as the plain greedy rule, whatever the rule is."""

        def merit(project: str) -> Fraction:
            by_cost = self.rule.get("rank_by") == "votes-per-cost"
            return Fraction(self.standing[project]) / (self.cost(project) if by_cost else 1)

        cover = None if skip else self.rule.get("cover")
        stops = not skip and (self.rule["name"] == "greedy-no-skip" or cover is not None)
        winners = list(winners)
        left = self.budget - sum(self.cost(winner) for winner in winners)
        for project in sorted(self.eligible, key=lambda project: (-merit(project), self.tie_key(project))):
            if project in winners or self.excluded(project, winners):
                continue
            cost = self.cost(project)
            if cost <= left:
                winners.append(project)
                left -= cost
            elif stops:
                if cover is not None and left >= Fraction(cover) * cost:
                    winners.append(project)
                break
        return winners

    # Equal shares

    def worth(self, ballot: dict[str, int], project: str) -> int:
        """How much of a price a voter bears: in proportion to the points, or one part each."""
        points = ballot.get(project, 0)
        return points if self.rule.get("utility") == "points" else int(points > 0)

    def price(self, project: str, purses: list[Fraction]) -> Fraction | None:
        """What the supporters pay per part when who has less gives all; None if they cannot pay."""
        payers = []
        for number, (ballot, voters) in enumerate(self.ballots):
            part = self.worth(ballot, project)
            if part:
                payers.append((purses[number] / part, part, voters))
        payers.sort()
        missing, parts = self.cost(project), sum(part * voters for _, part, voters in payers)
        for per_part, part, voters in payers:
            if per_part * parts >= missing:
                return missing / parts
            missing -= per_part * part * voters
            parts -= part * voters
        return None

    def equal_shares(self, endowment: Fraction) -> list[str]:
        """One run. Prices only rise, so a price of an earlier round need only be renewed if it could be the lowest."""
        purses = [endowment] * len(self.ballots)
        by_cost = self.rule.get("utility", "cost") == "cost"
        known = {project: Fraction(0) for project in self.eligible}
        winners = []
        while True:
            best, equals = None, []
            for project in sorted(known, key=known.get):
                if best is not None and known[project] > best:
                    break
                price = self.price(project, purses)
                if price is None:
                    del known[project]
                    continue
                known[project] = price / (self.cost(project) if by_cost else 1)
                if best is None or known[project] < best:
                    best, equals = known[project], [project]
                elif known[project] == best:
                    equals.append(project)
            if not equals:
                return winners
            winner = min(equals, key=self.tie_key)
            price = best * (self.cost(winner) if by_cost else 1)
            for number, (ballot, _) in enumerate(self.ballots):
                purses[number] = max(Fraction(0), purses[number] - price * self.worth(ballot, winner))
            winners.append(winner)
            del known[winner]
            for project in [project for project in known if self.excluded(project, winners)]:
                del known[project]

    def spent(self, winners: Sequence[str]) -> Fraction:
        return sum(self.cost(winner) for winner in winners)

    def add_one(self, until_exhaustive: bool, certificate: dict | None) -> list[str]:
        """Raise the endowment step by step until the winners would cost more than the budget."""
        share = self.budget / self.voters
        step = Fraction(self.rule["increment"], self.unit) if self.rule.get("increment") else Fraction(1)
        number = max(0, certificate["steps"]) if certificate else 0
        accepted = self.equal_shares(share + number * step)
        if self.spent(accepted) > self.budget:
            return ["(the certificate names an endowment that costs more than the budget)"]
        while not self.finished(accepted, until_exhaustive):
            number += 1
            run = self.equal_shares(share + number * step)
            if self.spent(run) > self.budget:
                break
            accepted = run
        return accepted

    def finished(self, winners: list[str], until_exhaustive: bool) -> bool:
        room = self.budget - self.spent(winners)
        left = [
            project
            for project in self.eligible
            if project not in winners
            and not self.excluded(project, winners)
            and any(self.worth(ballot, project) for ballot, _ in self.ballots)
        ]
        return not any(self.cost(project) <= room or not until_exhaustive for project in left)

    def satisfaction(self, ballot: dict[str, int], winners: Sequence[str]) -> int:
        return sum(self.worth(ballot, winner) for winner in winners)

    def by_shares(self, certificate: dict | None) -> list[str]:
        completion = self.rule.get("completion", "none")
        if completion == "none":
            winners = self.equal_shares(self.budget / self.voters) if self.voters else []
        else:
            winners = self.add_one(completion == "add1-exhaustive", certificate) if self.voters else []
        if completion == "add1u":
            winners = self.greedy(skip=True, winners=winners)
        if self.rule.get("compare"):
            others = self.greedy(skip=True)
            wish = 0
            for ballot, number in self.ballots:
                ours, theirs = self.satisfaction(ballot, winners), self.satisfaction(ballot, others)
                wish += number * ((ours < theirs) - (ours > theirs))
            winners = others if wish > 0 else winners
        return winners

    # Phragmén

    def phragmen(self) -> list[str]:
        """Everybody earns 1 in a unit of time. Who has bought something begins again from nothing at that moment."""
        began = [Fraction(0)] * len(self.ballots)
        waiting = {project: self.supporters(project) for project in self.eligible if self.supporters(project)}
        winners, left = [], self.budget
        while waiting:
            ready = {project: self.paid_at(project, waiting[project], began) for project in waiting}
            now = min(ready.values())
            winner = min((project for project in waiting if ready[project] == now), key=self.tie_key)
            if self.cost(winner) > left:
                break
            winners.append(winner)
            left -= self.cost(winner)
            for place in waiting.pop(winner):
                began[place] = now
            waiting = {each: places for each, places in waiting.items() if not self.excluded(each, winners)}
        return winners

    def supporters(self, project: str) -> list[int]:
        """The places of the ballots that choose it. No points are a vote, but no support."""
        return [place for place, (ballot, _) in enumerate(self.ballots) if self.worth(ballot, project)]

    def paid_at(self, project: str, supporters: Sequence[int], began: Sequence[Fraction]) -> Fraction:
        """When those who chose a project will have earned its cost together."""
        people = {place: self.ballots[place][1] for place in supporters}
        not_earned = sum(number * began[place] for place, number in people.items())
        return (self.cost(project) + not_earned) / sum(people.values())


# The verdict ---------------------------------------------------------------------------------------------------------


def verify(ballots: tuple[dict[str, dict], Ballots, Fraction], result: dict, quick: bool = False) -> list[str]:
    """What differs, as sentences; an empty list if all agrees. Raises CannotTell."""
    projects, votes, budget = ballots
    rule = result.get("parameters", result["rule"])
    if not isinstance(rule, dict):
        raise CannotTell("The result does not hold the parameters of its rule.")
    if rule["name"] not in ("greedy", "greedy-no-skip", "greedy-threshold", "equal-shares", "phragmen"):
        raise CannotTell(f"This program does not know the rule {rule['name']}.")
    unit = result.get("unit", 1)
    count = Count(projects, votes, budget, rule, result.get("groups", {}), unit)
    if rule["name"] == "equal-shares":
        winners = count.by_shares(result.get("certificate") if quick else None)
    elif rule["name"] == "phragmen":
        winners = count.phragmen()
    else:
        winners = count.greedy()
    differences = []
    if winners != list(result["winners"]):
        differences.append(f"Winners: published {list(result['winners'])}, counted {winners}.")
    spent = count.spent(winners) * unit
    if spent != result["spent"]:
        differences.append(f"Spent: published {result['spent']}, counted {spent} (minor units).")
    for project, number in result.get("totals", {}).get("votes", {}).items():
        if count.votes.get(project) != number:
            differences.append(f"Votes of {project}: published {number}, counted {count.votes.get(project)}.")
    return differences


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a published result against the published ballots.")
    parser.add_argument("ballots", help="the ballots, in Pabulib's format (.pb)")
    parser.add_argument("result", help="the result, as published (.json)")
    parser.add_argument("--quick", action="store_true", help="of add-one count only the last step and the one after it")
    options = parser.parse_args(arguments)
    try:
        with open(options.result, encoding="utf-8") as file:
            differences = verify(read_ballots(options.ballots), json.load(file), options.quick)
    except (CannotTell, OSError, KeyError, ValueError) as wrong:
        print(f"Cannot tell: {wrong}")
        return 2
    print("\n".join(differences) or "The published result agrees with the published ballots.")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
