"""A whole count by equal shares: run, complete, compare, certify, explain."""

from dataclasses import replace
from typing import Any

from ballots.tally.certificate import certify
from ballots.tally.completion import Completed, complete, preference
from ballots.tally.election import Election
from ballots.tally.greedy import Greedy
from ballots.tally.minimum import minimums, standing
from ballots.tally.outcome import Outcome, Reason, totals
from ballots.tally.payments import Payments
from ballots.tally.rules import Rule
from ballots.tally.shares import EqualShares
from ballots.tally.ties import settle


def equal_shares(election: Election, rule: Rule) -> Outcome:
    """Count by the Method of Equal Shares with the completion of the rule, and the comparison if it asks for it.

    Raises UnresolvedTie; and ArithmeticError if the exact replay finds the fast count wrong.
    """
    completed = settle(election, rule, lambda order: complete(EqualShares(election, rule, order)), _winners)
    method = EqualShares(election, rule)
    outcome = Outcome(
        rule=rule,
        winners=tuple(election.projects[position].id for position in completed.winners),
        spent=sum(election.projects[position].cost for position in completed.winners),
        budget=election.budget,
        unit=election.unit,
        reasons=_reasons(method, completed),
        ties=_ties(method, completed),
        totals=totals(election),
        certificate=certify(method, completed),
    )
    return _compared(outcome, election, completed.winners) if rule.compare else outcome


def _winners(completed: Completed) -> list[int]:
    return completed.winners


def _compared(outcome: Outcome, election: Election, winners: list[int]) -> Outcome:
    """The comparison step: greedy's outcome instead, if more voters prefer it."""
    by_votes = Greedy(election, replace(outcome.rule, name="greedy"))
    others = by_votes.winners()
    wish = preference(election, outcome.rule, winners, others)
    greedy_wins = wish.second > wish.first
    comparison = {
        "prefer_equal_shares": wish.first,
        "prefer_greedy": wish.second,
        "kept": "greedy" if greedy_wins else "equal-shares",
    }
    if not greedy_wins:
        return replace(outcome, comparison=comparison)
    return replace(
        outcome,
        winners=tuple(election.projects[position].id for position in others),
        spent=sum(election.projects[position].cost for position in others),
        reasons=by_votes.reasons(others),
        ties=by_votes.ties,
        certificate=None,
        comparison=comparison,
    )


def _ties(method: EqualShares, completed: Completed) -> list[dict[str, Any]]:
    """The ties of the accepted run. One is decisive if with another of the equals first the run has other winners."""
    told = []
    for equals in completed.run.ties:
        others = (method.with_first(each).run(completed.run.endowment) for each in equals[1:])
        decisive = any(set(other.winners) != set(completed.run.winners) for other in others)
        told.append(method.order.record(equals, decisive))
    return told


def _reasons(method: EqualShares, completed: Completed) -> dict[str, Reason]:
    """Why each project won or did not."""
    election, run = method.election, completed.run
    payments = Payments(method, run)
    needs, has = minimums(election, method.rule), standing(election, method.rule)
    told, left = {}, election.budget
    for number, winner in enumerate(completed.winners):
        left -= method.costs[winner]
        told[winner] = {"code": "funded", "round": number + 1, "cost": method.costs[winner], "left": left}
        if number < len(run.winners):
            told[winner] |= {"supporters": method.support[winner].voters, "price": round(run.prices[number])}
        else:
            told[winner] |= {"completion": True}
    won_group = {method.groups[winner]: winner for winner in completed.winners if method.groups[winner] is not None}
    for position, project in enumerate(election.projects):
        if position in told:
            continue
        if project.withdrawn:
            told[position] = {"code": "withdrawn"}
        elif has[position] < needs[position]:
            told[position] = {"code": "below_minimum", method.rule.measure: has[position], "minimum": needs[position]}
        elif not method.support[position].voters:
            told[position] = {"code": "no_votes"}
        elif project.group in won_group:
            told[position] = payments.reason(position) | {
                "code": "excluded",
                "by": election.projects[won_group[project.group]].id,
            }
        else:
            told[position] = payments.reason(position) | _lost_tie(method, completed, position)
    return {project.id: told[position] for position, project in enumerate(election.projects)}


def _lost_tie(method: EqualShares, completed: Completed, position: int) -> Reason:
    """If a loser was once as cheap as the winner of the round and would have won in its place: to whom, and by what."""
    for equals in completed.run.ties:
        if position in equals[1:] and position in method.with_first(position).run(completed.run.endowment).winners:
            winner = method.election.projects[equals[0]].id
            return {"code": "lost_tie", "to": [winner], "by": method.order.decided_by(equals[0], position)}
    return {}
