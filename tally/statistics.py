"""What an outcome means for the voters, and how two outcomes differ."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

import numpy as np

from tally.election import Election
from tally.outcome import Outcome


def statistics(election: Election, winners: tuple[str, ...]) -> dict[str, Any]:
    """Figures of an outcome; shares as text with four decimals, so that no float travels.

    ballots; blank; budget_used; with_a_win: voters with a funded project on their ballot, and their share;
    wins: how many voters have 0, 1, 2, ... funded projects; mean_wins; categories: for each its share of the votes and
    of the money spent (a project in several counts in equal parts).
    """
    won = np.zeros(len(election.projects), bool)
    won[[election.index[winner] for winner in winners]] = True
    chosen = won[election.choices] & (election.points > 0)
    ballots = np.repeat(np.arange(len(election.counts)), np.diff(election.offsets))
    wins = np.bincount(ballots, weights=chosen, minlength=len(election.counts)).astype(np.int64)
    voters = np.bincount(wins, weights=election.counts).astype(np.int64).tolist() if len(wins) else []
    total = election.ballot_count
    spent = sum(election.projects[election.index[winner]].cost for winner in winners)
    with_a_win = total - voters[0] if voters else 0
    return {
        "ballots": total,
        "blank": int(election.counts[np.diff(election.offsets) == 0].sum()),
        "budget_used": _share(spent, election.budget),
        "with_a_win": with_a_win,
        "share_with_a_win": _share(with_a_win, total),
        "wins": voters,
        "mean_wins": _share(sum(number * count for number, count in enumerate(voters)), total),
        "categories": _categories(election, set(winners)),
    }


def _categories(election: Election, winners: set[str]) -> dict[str, dict[str, str]]:
    votes: dict[str, Fraction] = defaultdict(Fraction)
    money: dict[str, Fraction] = defaultdict(Fraction)
    for project, number in zip(election.projects, election.votes, strict=True):
        for category in project.categories:
            votes[category] += Fraction(number, len(project.categories))
            money[category] += Fraction(project.cost if project.id in winners else 0, len(project.categories))
    return {
        category: {
            "votes": _share(votes[category], sum(votes.values())),
            "money": _share(money[category], sum(money.values())),
        }
        for category in sorted(votes)
    }


def _share(part: Fraction | int, whole: Fraction | int) -> str:
    return f"{float(Fraction(part) / whole if whole else 0):.4f}"


def compare(election: Election, first: Outcome, second: Outcome) -> dict[str, Any]:
    """How two outcomes of the same ballots differ.

    both, only_first, only_second: ids. prefer_first, prefer_second: voters with more funded projects under one of them;
    indifferent: the rest. The statistics of both.
    """
    funded = np.zeros((2, len(election.projects)), np.int64)
    for row, outcome in enumerate((first, second)):
        funded[row, [election.index[winner] for winner in outcome.winners]] = 1
    ballots = np.repeat(np.arange(len(election.counts)), np.diff(election.offsets))
    gain = (funded[0] - funded[1])[election.choices] * (election.points > 0)
    better = np.bincount(ballots, weights=gain, minlength=len(election.counts))
    prefer_first, prefer_second = (int(election.counts[side].sum()) for side in (better > 0, better < 0))
    return {
        "both": [winner for winner in first.winners if winner in second.winners],
        "only_first": [winner for winner in first.winners if winner not in second.winners],
        "only_second": [winner for winner in second.winners if winner not in first.winners],
        "prefer_first": prefer_first,
        "prefer_second": prefer_second,
        "indifferent": election.ballot_count - prefer_first - prefer_second,
        "first": statistics(election, first.winners),
        "second": statistics(election, second.winners),
    }
