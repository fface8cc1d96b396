"""The certificate of equal shares: the accepted result once more, in `fractions.Fraction`, without any float.

It holds the endowment and what each winner's supporters paid, so that anyone can follow the money with a pocket
calculator; and for add-one the first endowment that would have cost more than the budget.
"""

import heapq
from fractions import Fraction
from math import inf
from typing import Any

from tally.completion import Completed
from tally.purses import Purses
from tally.shares import EqualShares


def replay(method: EqualShares, endowment: Fraction, limit: float = inf) -> tuple[list[int], list[Fraction]]:
    """Equal shares in whole numbers and fractions alone: the winners in order, and the price per unit of weight each.

    Given up, like a fast run, as soon as the winners cost more than `limit`.
    """
    purses = Purses(len(method.election.counts), endowment)
    queue = [
        (Fraction(method.costs[each], method.support[each].weight * method.scales[each]), each)
        for each in method.candidates
    ]
    heapq.heapify(queue)
    fresh: dict[int, Fraction] = {}
    winners: list[int] = []
    prices: list[Fraction] = []
    spent = 0
    while queue and spent <= limit:
        per_utility, position = queue[0]
        equals = []
        # Renew the prices at the front until the lowest ones are all of this round.
        while queue and queue[0][0] == per_utility:
            _, position = heapq.heappop(queue)
            if position not in fresh:
                price = purses.price(method.support[position], method.costs[position])
                if price is None:
                    continue
                fresh[position] = price
            now = fresh[position] / method.scales[position]
            if now == per_utility:
                equals.append(position)
            else:
                heapq.heappush(queue, (now, position))
        if not equals:
            continue
        winner = method.order.sorted(equals)[0]
        winners.append(winner)
        prices.append(fresh[winner])
        spent += method.costs[winner]
        purses.pay(method.support[winner], fresh[winner])
        fresh.clear()
        group = method.groups[winner]
        queue += [(per_utility, position) for position in equals if position != winner]
        queue = [entry for entry in queue if group is None or method.groups[entry[1]] != group]
        heapq.heapify(queue)
    return winners, prices


def certify(method: EqualShares, completed: Completed) -> dict[str, Any]:
    """Replay the accepted run and the first rejected one.

    Raises ArithmeticError if the fast count and the replay differ, which would be an error of ours.
    """
    winners, prices = replay(method, completed.run.endowment)
    if winners != completed.run.winners:
        raise ArithmeticError("The fast count and its exact replay differ.")
    certificate: dict[str, Any] = {
        "endowment": str(completed.run.endowment),
        "prices": [
            {"project": method.election.projects[winner].id, "price": str(price)}
            for winner, price in zip(winners, prices, strict=True)
        ],
        "steps": completed.steps,
    }
    if completed.rejected is not None:
        budget = method.election.budget
        too_many, _ = replay(method, completed.rejected, limit=budget)
        if sum(method.costs[winner] for winner in too_many) <= budget:
            raise ArithmeticError("The endowment rejected by the fast count costs no more than the budget.")
        certificate["rejected"] = str(completed.rejected)
    return certificate
