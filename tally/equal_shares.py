"""A whole count by equal shares: run, complete, compare, certify, explain."""

from typing import Any

from tally.certificate import certify
from tally.completion import Completed, complete, preference
from tally.election import Election
from tally.greedy import Greedy
from tally.outcome import Outcome, Reason
from tally.payments import Payments
from tally.rules import Rule
from tally.shares import EqualShares
from tally.ties import TieOrder, settle


class _Count:
    """Equal shares with its completion and, if the rule compares, greedy beside it."""

    def __init__(self, election: Election, rule: Rule, order: TieOrder) -> None:
        self.method = EqualShares(election, rule, order)
        self.completed = complete(self.method)
        self.winners = self.completed.winners
        self.comparison: dict[str, Any] | None = None
        self.greedy: Greedy | None = None
        if rule.compare:
            self._compare(Greedy(election, rule.as_greedy(), order))

    def _compare(self, by_votes: Greedy) -> None:
        """Greedy's winners instead, if more voters prefer them."""
        wish = preference(self.method.election, self.method.rule, self.winners, by_votes.winners)
        greedy_wins = wish.second > wish.first
        self.comparison = {
            "prefer_equal_shares": wish.first,
            "prefer_greedy": wish.second,
            "kept": "greedy" if greedy_wins else "equal-shares",
        }
        if greedy_wins:
            self.winners, self.greedy = by_votes.winners, by_votes


def equal_shares(election: Election, rule: Rule) -> Outcome:
    """Count by the Method of Equal Shares with the completion of the rule, and the comparison if it asks for it.

    Raises UnresolvedTie; and ArithmeticError if the exact replay finds the fast count wrong.
    """
    count = settle(election, rule, lambda order: _Count(election, rule, order), lambda count: count.winners)
    return Outcome.of(
        election,
        rule,
        count.winners,
        reasons=count.greedy.reasons() if count.greedy else _reasons(count.method, count.completed),
        ties=count.greedy.ties if count.greedy else _ties(count.method, count.completed),
        certificate=None if count.greedy else certify(count.method, count.completed),
        comparison=count.comparison,
    )


def _ties(method: EqualShares, completed: Completed) -> list[dict[str, Any]]:
    """The ties of the accepted run, and of the votes after it. One of the run is decisive if with another of the equals
    first it has other winners."""
    told = []
    for equals in completed.run.ties:
        others = (method.with_first(each).run(completed.run.endowment) for each in equals[1:])
        decisive = any(set(other.winners) != set(completed.run.winners) for other in others)
        told.append(method.order.record(equals, decisive))
    return told + (completed.by_votes.ties if completed.by_votes else [])


def _reasons(method: EqualShares, completed: Completed) -> dict[str, Reason]:
    """Why each project won or did not."""
    projects, run, left = method.election.projects, completed.run, method.election.budget
    told = dict(method.passed_over)
    for number, winner in enumerate(completed.winners):
        left -= method.costs[winner]
        told[winner] = {"code": "funded", "round": number + 1, "cost": method.costs[winner], "left": left}
        if number < len(run.winners):
            told[winner] |= {"supporters": method.support[winner].voters, "price": round(run.prices[number])}
        else:
            told[winner] |= {"completion": True}
    payments = Payments(method, run)
    winner_of = {projects[winner].group: projects[winner].id for winner in completed.winners if projects[winner].group}
    for loser in set(method.candidates) - set(completed.winners):
        told[loser] = payments.reason(loser) | _lost_tie(method, completed, loser)
        if projects[loser].group in winner_of:
            told[loser] |= {"code": "excluded", "by": winner_of[projects[loser].group]}
        by_votes = completed.by_votes.nearness(loser) if completed.by_votes else {}
        if "cost_to_win" in by_votes:
            told[loser]["cost_to_win"] = max(by_votes["cost_to_win"], told[loser].get("cost_to_win", 0))
    return {project.id: told[position] for position, project in enumerate(projects)}


def _lost_tie(method: EqualShares, completed: Completed, position: int) -> Reason:
    """If a loser was once as cheap as the winner of the round and would have won in its place: to whom, and by what."""
    for equals in completed.run.ties:
        if position in equals[1:] and position in method.with_first(position).run(completed.run.endowment).winners:
            winner = method.election.projects[equals[0]].id
            return {"code": "lost_tie", "to": [winner], "by": method.order.decided_by(equals[0], position)}
    return {}
