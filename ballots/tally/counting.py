"""One door to all rules."""

from ballots.tally.election import Election
from ballots.tally.greedy import greedy
from ballots.tally.outcome import Outcome
from ballots.tally.rules import GREEDY, Rule


def count(election: Election, rule: Rule) -> Outcome:
    """Count an election by a rule.

    The same election and rule give the same outcome anywhere. Raises UnresolvedTie, naming the projects, where a tie
    would change the winners and the rule's order leaves it open (for example no seed for the lot).
    """
    if rule.name in GREEDY:
        return greedy(election, rule)
    raise NotImplementedError(rule.name)
