"""The count: every rule cities use, exact and explained. No Django here; plain values in, plain values out.

    >>> from tally import Ballot, Election, Project, Rule, count
    >>> park, bench = Project("park", 900), Project("bench", 200)
    >>> election = Election([park, bench], [Ballot.approving("park", count=3), Ballot.approving("bench")], budget=1000)
    >>> count(election, Rule()).winners
    ('park',)

As a program: ``python -m tally FILE...`` counts elections in Pabulib's format. The rules are told in
``docs/counting.md``.
"""

from tally.counting import count
from tally.election import Ballot, Election, Project
from tally.fairness import Violation, ejr_plus_violation
from tally.outcome import Outcome, Reason
from tally.parameters import NotCountable
from tally.rules import Rule
from tally.statistics import compare, statistics
from tally.ties import UnresolvedTie, lot

__all__ = [
    "Ballot",
    "Election",
    "NotCountable",
    "Outcome",
    "Project",
    "Reason",
    "Rule",
    "UnresolvedTie",
    "Violation",
    "compare",
    "count",
    "ejr_plus_violation",
    "lot",
    "statistics",
]
