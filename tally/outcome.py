"""What a count says: the winners, why each project won or did not, the ties, and the figures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tally.election import Election
from tally.rules import Rule

Reason = dict[str, Any]
"""Why a project won or did not: ``code`` and numbers, money in minor units. The codes and what comes with them:

funded              round, cost, left (after it), votes (or points); reserve, if the city adds money to cover it
below_minimum       votes, minimum: what it needed, reaching it exactly being enough
too_expensive       cost, left (when its turn came)
after_stop          stopped_by: the project that did not fit and ended the count
excluded            by: the winner of the same exclusive group
lost_tie            to: the equal projects that went first; by: what decided; cost, left (when its turn came)
supporters_spent    cost, left (what its supporters still had), spent_on: what they paid for other projects
no_votes            nobody's money could go to it
withdrawn           it stayed on the list but could not win

A loser also has, where such a number exists, how near it came: ``needed_votes`` (or ``needed_points``): with so many,
everything else unchanged, it would have won; ``cost_to_win``: the highest cost at which it would have won.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The result of a count; plain values throughout.

    winners: ids in the order of selection. spent: the sum of their costs in minor units; above `budget` only where
    the rule covers a last project from the reserve. unit: how many minor units make one of the currency. reasons: one
    for every project. ties: every tie met, with ``projects`` in the order they went, ``by`` what decided, ``decisive``
    whether another order changes the winners. groups: the exclusive group of each project that has one.
    totals: ``votes`` and ``points`` of every project. certificate: for equal shares, the endowment and what each
    winner's supporters paid, as exact fractions. comparison: how many voters prefer which outcome, if it compares.
    """

    rule: Rule
    winners: tuple[str, ...]
    spent: int
    budget: int
    unit: int = 1
    reasons: dict[str, Reason]
    ties: list[dict[str, Any]]
    totals: dict[str, dict[str, int]]
    groups: dict[str, str] = field(default_factory=dict)
    statistics: dict[str, Any] = field(default_factory=dict)
    certificate: dict[str, Any] | None = None
    comparison: dict[str, Any] | None = None

    @classmethod
    def of(cls, election: Election, rule: Rule, winners: Iterable[int], **found: Any) -> "Outcome":
        """What a rule found; `winners` are places in the election's list of projects, in the order of selection."""
        funded = [election.projects[place] for place in winners]
        return cls(
            rule=rule,
            winners=tuple(project.id for project in funded),
            spent=sum(project.cost for project in funded),
            budget=election.budget,
            unit=election.unit,
            totals=totals(election),
            **found,
        )

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return {
            "rule": self.rule.to_dict(),
            "winners": list(self.winners),
            "spent": self.spent,
            "budget": self.budget,
            "unit": self.unit,
            "reasons": self.reasons,
            "ties": self.ties,
            "totals": self.totals,
            "groups": self.groups,
            "statistics": self.statistics,
            "certificate": self.certificate,
            "comparison": self.comparison,
        }


def totals(election: Election) -> dict[str, dict[str, int]]:
    """Votes and points of every project, by id."""
    ids = [project.id for project in election.projects]
    return {
        "votes": dict(zip(ids, election.votes, strict=True)),
        "points": dict(zip(ids, election.scores, strict=True)),
    }
