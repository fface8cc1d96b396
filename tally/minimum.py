"""The minimum a project needs to be considered at all. Reaching it exactly is enough."""

from math import ceil

from tally.election import Election
from tally.rules import Rule


def minimums(election: Election, rule: Rule) -> list[int]:
    """What each project needs, in votes or points as the rule measures: the highest of the minimums that are set."""
    of_ballots = ceil(rule.minimum_of_ballots * election.ballot_count) if rule.minimum_of_ballots else 0
    needed = [max(rule.minimum_votes, of_ballots)] * len(election.projects)
    if rule.minimum_of_cost and election.budget:
        per_cost = rule.minimum_of_cost * election.ballot_count / election.budget
        needed = [max(most, ceil(per_cost * p.cost)) for most, p in zip(needed, election.projects, strict=True)]
    return needed


def standing(election: Election, rule: Rule) -> tuple[int, ...]:
    """What each project has: its votes, or its points where the rule goes by points."""
    return election.scores if rule.measure == "points" else election.votes
