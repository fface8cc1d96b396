"""Residents who vote over and over while parts of the city are taken away, and write down what they saw."""

import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType

from tests.drills.city import BALLOT, NO_ANSWER, Answer, City

GROUP = re.compile(r"<code>(\w+)</code>")
PAUSE = 0.2  # seconds between two votes of one resident


@dataclass
class Voter:
    """One who believes a receipt: until the next vote is sent, it is what the box must hold."""

    session: str
    believed: str = ""
    receipts: list[str] = field(default_factory=list)


@dataclass
class Voters:
    city: City
    sessions: list[str]
    seen: Counter[int] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    pages: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.voters = [Voter(session) for session in self.sessions]
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._vote_on, args=[voter]) for voter in self.voters]

    def __enter__(self) -> "Voters":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, where: TracebackType | None) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    @property
    def receipts(self) -> int:
        return sum(len(voter.receipts) for voter in self.voters)

    def _vote_on(self, voter: Voter) -> None:
        while not self.ended.wait(PAUSE):
            self.look(voter)
            voter.believed = ""  # from here on the box may hold the next one, whether or not its receipt is shown
            cast = self._ask(BALLOT + "cast/", voter, {"choice": "3"})
            if cast.status == 302:
                self.look(voter)

    def look(self, voter: Voter) -> None:
        """Look at the receipt: it is the one shown before, or a ballot was lost."""
        page = self._ask(BALLOT + "receipt/", voter)
        shown = "".join(GROUP.findall(page.page)) if page.status == 200 else ""
        if voter.believed and page.status in (200, 302) and shown != voter.believed:
            self.lost.append(voter.believed)
        if shown and shown != voter.believed:
            voter.believed = shown
            voter.receipts.append(shown)

    def _ask(self, path: str, voter: Voter, data: dict[str, str] | None = None) -> Answer:
        answer = self.city.ask(path, voter.session, data)
        self.seen[answer.status] += 1
        self.pages[answer.status] = answer.page
        return answer

    def tell(self) -> str:
        """What visitors saw, as counts by status; without a status there was no answer."""
        return ", ".join(f"{number} x {status or 'no answer'}" for status, number in sorted(self.seen.items()))


def expected(status: int) -> bool:
    """An answer, a redirection, a page that says to come back, or a line that broke; never an error of ours."""
    return status in (200, 302, 503, NO_ANSWER)
