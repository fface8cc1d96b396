"""The frozen ballot paper: it alone says what was voted about, with which budget, and by which rule it is counted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from findings import CannotTell, Findings, read_json

# How many digits the minor unit of a currency has (Unicode CLDR): two, but for these.
# fmt: off
NONE = (
    "AFN", "ALL", "BIF", "CLP", "DJF", "GNF", "IQD", "IRR", "ISK", "JPY", "KMF", "KPW", "KRW", "LAK", "LBP", "MGA",
    "MMK", "PYG", "RSD", "RWF", "SOS", "SYP", "UGX", "VND", "VUV", "XAF", "XOF", "XPF", "YER",
)
# fmt: on
THREE = ("BHD", "JOD", "KWD", "LYD", "OMR", "TND")

GREEDY = ("greedy", "greedy-no-skip", "greedy-threshold")
RULES = (*GREEDY, "equal-shares", "phragmen")
PART_IN = {
    **dict.fromkeys(("rank_by", "cover"), GREEDY),
    **dict.fromkeys(("utility", "completion", "increment", "compare"), ("equal-shares",)),
    **dict.fromkeys(("name", "minimum_votes", "minimum_of_ballots", "minimum_of_cost", "ties"), RULES),
}
"""Which settings have a part in which rule."""


def unit_of(currency: str) -> int:
    """How many minor units make one of the currency: 100 for euros, 1 for yen."""
    return 1 if currency in NONE else 1000 if currency in THREE else 100


class Paper:
    """What the frozen paper says. Money is in minor units; a project goes by its ballot number, as text."""

    def __init__(self, text: str) -> None:
        told = read_json(text, "The paper")
        self.told = told
        self.digest = hashlib.sha256(text.encode()).hexdigest()
        self.withheld = told.get("sha256_of_the_whole")
        try:
            self.name = f"{told['cycle']}/{told['contest']}"
            self.cycle, self.contest = told["cycle"], told["contest"]
            self.currency, self.budget = told["currency"], int(told["budget"])
            self.style = told["ballot_style"]
            self.lines = [dict(line) for line in told["lines"]]
            self.costs = {str(line["ballot_number"]): int(line["cost"]) for line in self.lines}
            self.groups = {str(line["ballot_number"]): line["group"] for line in self.lines if line.get("group")}
        except (KeyError, TypeError, ValueError):
            raise CannotTell("The paper does not hold what a ballot paper holds.") from None
        self.unit = unit_of(self.currency)
        if self.withheld:
            self.digest = str(self.withheld)
        self.rule = told.get("rule")
        if self.rule is not None and (not isinstance(self.rule, dict) or self.rule.get("name") not in RULES):
            raise CannotTell("This program does not know the rule on the paper.")

    def check(self, findings: Findings, digest: str | None = None) -> None:
        """`digest`: as it stood on the paper that was printed, or as somebody noted it when the paper was frozen."""
        if digest is not None and digest.lower() != self.digest:
            findings.fraud("paper", f"the paper's digest is {self.digest}, and was {digest}.")
        if self.withheld:
            findings.cannot("a text on the paper is withheld from view, so its digest cannot be computed.")
        numbers = [line["ballot_number"] for line in self.lines]
        if numbers != list(range(1, len(numbers) + 1)):
            findings.fraud("paper", "the projects on the paper are not numbered 1, 2, 3 …")
        if too_dear := [number for number, cost in self.costs.items() if not 0 < cost <= self.budget]:
            findings.fraud("paper", f"these cost nothing, or more than the budget: {', '.join(too_dear)}.")
        if seed := self.told.get("ballot_number_seed"):
            drawn = sorted(self.lines, key=lambda line: lot(seed, str(line["proposal"])))
            if drawn != self.lines:
                findings.fraud("ballot numbers", "they are not in the order that the lot of the paper's seed gives.")
        findings.checked.append(f"the paper of {self.name}, digest {self.digest}.")

    def faults(self, points: Mapping[str, int]) -> str:
        """Why this is no valid ballot on this paper; empty if it is. A blank one is valid."""
        if any(number not in self.costs for number in points):
            return "a project that is not on the paper"
        if any(not 0 < given <= 0xFFFF for given in points.values()):
            return "points that are not above zero"
        most = self.told.get("most_choices")
        if most is not None and len(points) > most:
            return f"{len(points)} projects, where {most} may be chosen"
        if self.style in ("approval", "knapsack") and any(given != 1 for given in points.values()):
            return "a project chosen twice"
        if self.style == "knapsack" and sum(self.costs[number] for number in points) > self.budget:
            return "projects that cost more than the budget"
        if self.style == "points":
            return self._too_many_points(points)
        if self.style == "ranking" and sorted(points.values()) != list(range(1, len(points) + 1)):
            return "places with gaps"
        return ""

    def _too_many_points(self, points: Mapping[str, int]) -> str:
        given, most = sum(points.values()), self.told.get("most_points")
        if given > (self.told.get("points") or 0):
            return f"{given} points, where there are {self.told.get('points') or 0}"
        if most is not None and any(each > most for each in points.values()):
            return f"a project with more than {most} points"
        return ""


def lot(seed: str, name: str) -> str:
    """The lot of a project; the smallest goes first."""
    return hashlib.sha256((seed + name).encode()).hexdigest()


def settings_of(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that have a part in a rule, but for what is drawn. One that nobody knows has a part."""
    name = rule.get("name")
    return {
        each: value
        for each, value in rule.items()
        if each != "seed" and value is not None and (each not in PART_IN or name in PART_IN[each])
    }
