"""Why a project won or did not, and how near it came, where voters pay for projects: equal shares and Phragmén."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from counting import Count
from equal_shares import EqualShares, Run
from purses import Supporters
from why_greedy import Down, Told

NOISE = 1e-6
"""A published amount was made with floats: where the exact one lies as near to the middle between two minor units, or
to a whole one, either is right."""


class About(frozenset[int]):
    """An amount in whole minor units, that is one of these; nothing, if it is not above 0."""

    def __str__(self) -> str:
        return " or ".join(map(str, sorted(self)))


def _rounded(amount: float) -> About:
    noise = NOISE + 1e-9 * amount
    return About(range(round(amount - noise), round(amount + noise) + 1))


def _below(amount: float) -> range:
    """The greatest whole amount that is strictly below, as far as a hundredth of a millionth of it makes no other."""
    noise = NOISE + 1e-8 * amount
    return range(ceil(amount - noise - NOISE) - 1, ceil(amount + noise))


class Paid:
    """Who paid for what in the accepted run of equal shares."""

    def __init__(self, count: Count, method: EqualShares, run: Run, winners: list[str]) -> None:
        self.count, self.method, self.run, self.winners = count, method, run, winners
        self.losers = [each for each in method.candidates if each not in run.winners]
        self.holds = [float(run.share)] * len(count.ballots)
        self.spent: dict[str, list[tuple[str, float]]] = {loser: [] for loser in self.losers}
        self.highest: dict[str, list[tuple[float, float]]] = {loser: [(0.0, 0.0)] for loser in self.losers}
        for number, price in enumerate(run.prices):
            for loser in self.losers:
                if not count.excluded(loser, run.winners[:number]):
                    self._watch(loser, float(price.exactly / price.of.worth))
            self._pay(price.project, price.of, float(price.exactly))

    def _watch(self, loser: str, rate: float) -> None:
        """At which cost it would have been as cheap for what it is worth as the winner of the round."""
        of = self.method.supporters[loser]
        self.highest[loser].append((self._highest(of, rate * (1 - 1e-9)), self._highest(of, rate * (1 + 1e-9))))

    def _highest(self, of: Supporters, rate: float) -> float:
        """What the supporters together would give at this rate; where the cost is the worth, the highest cost that
        they would meet at it."""
        rows = zip(of.places, of.parts, of.numbers, strict=True)
        purses = [(self.holds[place], part, number) for place, part, number in rows]
        if not self.method.by_cost:
            return sum(number * min(holds, rate * part) for holds, part, number in purses)
        held, richer, found = 0.0, of.borne, 0.0
        purses.sort()
        # While each gives at most `holds`, the cost is that for which it is the part at this rate.
        for holds, _, number in purses:
            if held + holds * richer >= holds / rate:
                found = (held + holds * number) / (1 - min(1 - 1e-12, (richer - number) * rate))
            held, richer = held + holds * number, richer - number
        return min(found, held)

    def _pay(self, winner: str, of: Supporters, price: float) -> None:
        paid = dict.fromkeys(of.places, 0.0)
        for place, part in zip(of.places, of.parts, strict=True):
            paid[place] = min(self.holds[place], price * part)
            self.holds[place] -= paid[place]
        for loser, spent in self.spent.items():
            theirs = self.method.supporters[loser]
            people = zip(theirs.places, theirs.numbers, strict=True)
            spent.append((winner, sum(number * paid.get(place, 0.0) for place, number in people)))

    def reasons(self) -> dict[str, Told]:
        """Of each candidate."""
        count, told, left = self.count, {}, self.count.budget
        for number, winner in enumerate(self.winners):
            left -= count.costs[winner]
            told[winner] = {"code": "funded", "round": number + 1, "cost": count.costs[winner], "left": left}
            if number < len(self.run.winners):
                price = _rounded(float(self.run.prices[number].exactly))
                told[winner] |= {"supporters": sum(self.method.supporters[winner].numbers), "price": price}
            else:
                told[winner] |= {"completion": True}
        for loser in self.losers:
            if loser not in told:
                told[loser] = self._why(loser)
        return told

    def _why(self, loser: str) -> Told:
        count, of = self.count, self.method.supporters[loser]
        held = sum(number * self.holds[place] for place, number in zip(of.places, of.numbers, strict=True))
        noise = NOISE + 1e-9 * held
        left = About(range(floor(held - noise), floor(held + noise + NOISE) + 1))
        spent = {winner: _rounded(amount) for winner, amount in self.spent[loser]}
        told: Told = {"code": "supporters_spent", "cost": count.costs[loser], "left": left, "spent_on": spent}
        told |= self._lost_tie(loser)
        if ahead := next((each for each in self.winners if count.excluded(loser, [each])), None):
            told |= {"code": "excluded", "by": ahead}
        return told | {"cost_to_win": self._cost_to_win(loser, left)}

    def _cost_to_win(self, loser: str, left: About) -> About:
        """Strictly below what would have been as dear as a winner, or what its supporters have left in the end."""
        # Where all costs up to some are as dear, rounding decides between the least and the greatest of them.
        least = max(low for low, _ in self.highest[loser])
        found = {cost for each in self.highest[loser] for high in each if high >= least for cost in _below(high)}
        if not self.count.excluded(loser, self.run.winners):
            found = {max(cost, held) for cost in found for held in left}
        found = {min(cost, self.count.costs[loser] - 1) for cost in found}
        if self.count.rule.get("completion") == "add1u":
            by_votes = Down(self.count, plain=True, already=self.run.winners).nearness(loser).get("cost_to_win", 0)
            found = {max(cost, by_votes) for cost in found}
        return About(found)

    def _lost_tie(self, loser: str) -> Told:
        """If it was once as cheap as a winner, and would have won in its place."""
        for equals in self.run.ties:
            if loser in equals[1:] and loser in self.method.run(self.run.steps, first=loser).winners:
                return {"code": "lost_tie", "to": [equals[0]], "by": self.count.decided_by(equals[0], loser)}
        return {}

    def ties(self) -> list[Told]:
        told, won = [], set(self.run.winners)
        for equals in self.run.ties:
            others = (self.method.run(self.run.steps, first=each).winners for each in equals[1:])
            told.append(self.count.tie(equals, any(set(other) != won for other in others)))
        if self.count.rule.get("completion") == "add1u":
            told += Down(self.count, plain=True, already=self.run.winners).ties()
        return told


class Earned:
    """Phragmén once more, with what it was like before each purchase."""

    def __init__(self, count: Count) -> None:
        self.count, self.left = count, count.budget
        self.winners: list[str] = []
        self.excluded: dict[str, str] = {}
        self.stopped_by: str | None = None
        self.equals: list[tuple[list[str], bool]] = []
        supporters = {project: count._supporters(project) for project in count.eligible}
        self.supporters = {project: places for project, places in supporters.items() if places}
        self.cost_to_win = dict.fromkeys(self.supporters, 0)
        began, moments = [0] * len(count.ballots), [Fraction(0)]
        waiting = dict(self.supporters)
        while waiting and self.stopped_by is None:
            ready = {each: count._paid_at(each, places, began, moments) for each, places in waiting.items()}
            now = min(ready.values())
            equals = sorted((each for each in waiting if ready[each] == now), key=count.tie_key)
            if len(equals) > 1:
                self.equals.append((equals, self._decisive(equals)))
            for each, places in waiting.items():
                people = sum(count.ballots[place][1] for place in places)
                earned = count.costs[each] - (ready[each] - now) * people
                self.cost_to_win[each] = max(self.cost_to_win[each], min(self.left, ceil(earned) - 1))
            waiting = self._buy(equals[0], waiting, began, moments, now)

    def _buy(
        self, winner: str, waiting: dict[str, list[int]], began: list[int], moments: list[Fraction], now: Fraction
    ) -> dict[str, list[int]]:
        if self.count.costs[winner] > self.left:
            self.stopped_by = winner
            return waiting
        self.winners.append(winner)
        self.left -= self.count.costs[winner]
        moments.append(now)
        for place in waiting[winner]:
            began[place] = len(moments) - 1
        others = {each: places for each, places in waiting.items() if each != winner}
        self.excluded |= {each: winner for each in others if self.count.excluded(each, [winner])}
        return {each: places for each, places in others.items() if each not in self.excluded}

    def _decisive(self, equals: list[str]) -> bool:
        """Unless all will be bought one after the other."""
        places = [place for each in equals for place in self.supporters[each]]
        groups = [self.count.groups[each] for each in equals if each in self.count.groups]
        dear = sum(self.count.costs[each] for each in equals) > self.left
        return dear or len(set(places)) < len(places) or len(set(groups)) < len(groups)

    def reasons(self) -> dict[str, Told]:
        count, told, left = self.count, {}, self.count.budget
        for number, winner in enumerate(self.winners, start=1):
            left -= count.costs[winner]
            told[winner] = {"code": "funded", "round": number, "cost": count.costs[winner], "left": left}
        for loser in [each for each in self.supporters if each not in told]:
            near: Told = {"cost": count.costs[loser], "left": self.left}
            if self.cost_to_win[loser] > 0:
                near["cost_to_win"] = self.cost_to_win[loser]
            told[loser] = self._code(loser) | near
        return told

    def _code(self, loser: str) -> Told:
        if loser in self.excluded:
            return {"code": "excluded", "by": self.excluded[loser]}
        for equals, decisive in self.equals:
            if decisive and loser in equals[1:]:
                return {"code": "lost_tie", "to": [equals[0]], "by": self.count.decided_by(equals[0], loser)}
        if loser == self.stopped_by:
            return {"code": "too_expensive"}
        return {"code": "after_stop", "stopped_by": self.stopped_by}

    def ties(self) -> list[Told]:
        return [self.count.tie(equals, decisive) for equals, decisive in self.equals]
