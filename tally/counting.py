"""One door to all rules."""

from dataclasses import replace

from tally.election import Election
from tally.equal_shares import equal_shares
from tally.greedy import greedy
from tally.outcome import Outcome
from tally.phragmen import phragmen
from tally.rules import Rule
from tally.statistics import statistics

_COUNTS = {"equal-shares": equal_shares, "phragmen": phragmen}


def count(election: Election, rule: Rule) -> Outcome:
    """Count an election by a rule.

    The same election and rule give the same outcome anywhere. Raises UnresolvedTie, naming the projects, where a tie
    would change the winners and the rule's order leaves it open (for example no seed for the lot).
    """
    outcome = _COUNTS.get(rule.name, greedy)(election, rule)
    groups = {project.id: project.group for project in election.projects if project.group is not None}
    return replace(outcome, groups=groups, statistics=statistics(election, outcome.winners))
