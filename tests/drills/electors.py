"""Residents who vote one after the other, and write down what they chose and what they were told about it.

No two ballots are alike: so what is in the box tells which of somebody's ballots it is.
"""

import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType

from ballots import marks
from ballots.sealing import Share, ballot_info, bring_together
from tests.drills.city import BALLOT, NO_ANSWER, Answer, City, until

GROUP = re.compile(r"<code>(\w+)</code>")
THREADS = 6
PAUSE = 0.1  # seconds between two ballots of one thread
SIZE = 6  # lines of the paper
ENVELOPES = "SELECT resident_id, fingerprint, sealed FROM ballots_envelope"
PAPER = "SELECT digest, public_key FROM ballots_ballotpaper, ballots_ballotboxkey"
BALANCE = """
    SELECT (SELECT count(*) FROM ballots_envelope), (SELECT sum(first)::int FROM ballots_castslot),
        (SELECT count(*) FROM ballots_participation), (SELECT sum(repeated)::int FROM ballots_castslot)
"""
REPLACED = """
    SELECT fingerprint FROM ballots_replacedenvelope
    UNION SELECT unnest(replaced || came_and_went) FROM ballots_boardbatch
"""


@dataclass
class Ballot:
    """One that was sent: `acknowledged` if the answer led to the receipt, which then says `receipt`, if it was seen."""

    choices: dict[int, int]
    acknowledged: bool = False
    receipt: str = ""


@dataclass
class Elector:
    session: str
    resident: int
    ballots: list[Ballot] = field(default_factory=list)

    @property
    def may_be_in_the_box(self) -> list[dict[int, int]]:
        """The last one that was acknowledged, and whatever was sent after it."""
        acknowledged = [place for place, ballot in enumerate(self.ballots) if ballot.acknowledged]
        return [ballot.choices for ballot in self.ballots[acknowledged[-1] if acknowledged else 0 :]]


class Electors:
    """While this goes on they vote, from several threads."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.all = [Elector(*each) for each in zip(city.people.sessions, city.people.residents, strict=True)]
        self.seen: Counter[int] = Counter()
        self.pages: dict[int, str] = {}
        self.ended = threading.Event()

    def __enter__(self) -> "Electors":
        self.ended.clear()
        self.threads = [threading.Thread(target=self._vote_on, args=[number]) for number in range(THREADS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, where: TracebackType | None) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def _vote_on(self, number: int) -> None:
        while True:
            for elector in self.all[number::THREADS]:
                if self.ended.wait(PAUSE):
                    return
                self.vote(elector)

    def vote(self, elector: Elector) -> Ballot:
        """As somebody does who looks at the receipt afterwards; whoever saw an error does not, and comes again."""
        ballot = Ballot({1: elector.resident, 2: len(elector.ballots) + 1})
        elector.ballots.append(ballot)
        typed = {f"points-{number}": str(points) for number, points in ballot.choices.items()}
        answer = self._ask(f"{BALLOT}cast/", elector, typed)
        ballot.acknowledged = answer.status == 302 and answer.headers["Location"] == f"{BALLOT}receipt/"
        if ballot.acknowledged:
            ballot.receipt = self.receipt_of(elector)
        return ballot

    def is_told(self, elector: Elector) -> bool:
        """Whether one more ballot of theirs is acknowledged, and its receipt seen."""
        return bool(self.vote(elector).receipt)

    def receipt_of(self, elector: Elector) -> str:
        answer = self._ask(f"{BALLOT}receipt/", elector)
        return "".join(GROUP.findall(answer.page)) if answer.status == 200 else ""

    def _ask(self, path: str, elector: Elector, data: dict[str, str] | None = None) -> Answer:
        answer = self.city.ask(path, elector.session, data)
        self.seen[answer.status] += 1
        self.pages[answer.status] = answer.page
        return answer

    @property
    def acknowledged(self) -> int:
        return sum(ballot.acknowledged for elector in self.all for ballot in elector.ballots)

    @property
    def in_doubt(self) -> int:
        """Ballots of which nobody was told whether they are in."""
        return sum(not ballot.acknowledged for elector in self.all for ballot in elector.ballots)

    def tell(self) -> str:
        return ", ".join(f"{number} x {status or 'no answer'}" for status, number in sorted(self.seen.items()))


# What must hold then -------------------------------------------------------------------------------------------------


def opened(city: City) -> dict[int, tuple[str, dict[int, int]]]:
    """By resident, the fingerprint of what is in the box and what it says: as the holders together could know."""
    ((digest, public_key),) = city.sql(PAPER)
    shares = [Share.typed(*share) for share in city.people.shares[:2]]
    private, info = bring_together(shares, 2, bytes(public_key)), ballot_info("2027", "riverside", digest)
    return {
        resident: (name, marks.decode(private.open(bytes(sealed), info), SIZE))
        for resident, name, sealed in city.sql(ENVELOPES)
    }


def faults(electors: Electors) -> list[str]:
    """Where box, count, roll and board are not what the residents were told, a sentence each."""
    city, box = electors.city, opened(electors.city)
    ((envelopes, first, participations, repeated),) = city.sql(BALANCE)
    replaced = {name for (name,) in city.sql(REPLACED)}
    known, found = replaced | {name for name, _ in box.values()}, []
    if not envelopes == first == participations:
        found.append(f"{envelopes} envelopes, {first} first ballots, {participations} on the roll")
    if repeated != len(replaced):
        found.append(f"{repeated} ballots cast again, {len(replaced)} envelopes replaced")
    if not electors.acknowledged <= first + repeated <= electors.acknowledged + electors.in_doubt:
        told = f"{electors.acknowledged} ballots acknowledged and {electors.in_doubt} in doubt"
        found.append(f"{told}, but {first + repeated} counted")
    for elector in electors.all:
        _, inside = box.get(elector.resident, ("", None))
        if inside is None and any(ballot.acknowledged for ballot in elector.ballots):
            found.append(f"resident {elector.resident} was told of a ballot, and has none")
        elif inside is not None and inside not in elector.may_be_in_the_box:
            found.append(f"resident {elector.resident} was told of a later ballot than the one in the box")
        lost = [ballot.receipt for ballot in elector.ballots if ballot.receipt and ballot.receipt not in known]
        found += [f"the receipt {receipt} of resident {elector.resident} is unknown" for receipt in lost]
    return found


def expected(status: int) -> bool:
    """An answer, a redirection, a page that says to come back, or a line that broke; never an error of ours."""
    return status in (200, 302, 503, NO_ANSWER)


def settle(electors: Electors) -> None:
    """Every resident votes once more, and is told so: whoever saw an error before has one clear outcome now."""
    for elector in electors.all:
        until(partial(electors.is_told, elector), "whoever saw an error can vote")
    last = {elector.resident: elector.ballots[-1] for elector in electors.all}
    assert opened(electors.city) == {one: (ballot.receipt, ballot.choices) for one, ballot in last.items()}
