"""What the steps of loading the demo city hand on to each other."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from accounts.models import User
from ballots.sealing import Share
from budgeting.calendar import Window
from budgeting.models import Cycle, District
from budgeting.stages import Stage
from budgeting.two import Two
from demo.content import City
from demo.dates import windows
from demo.electorate import Line
from demo.people import COMMITTEE, KEY_HOLDERS
from residents.letters import Letter


@dataclass(frozen=True)
class Size:
    """How much of a city: lines of the register, and voters of the vote that is running."""

    residents: int = 5_000
    voters: int = 560


@dataclass
class Town:
    """What the steps of loading hand on to each other."""

    city: City
    seed: int
    now: datetime
    lines: list[Line]
    voters: list[Line]
    people: dict[str, User]
    districts: dict[str, District] = field(default_factory=dict)
    cycles: dict[str, Cycle] = field(default_factory=dict)
    shares: dict[str, list[Share]] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)

    @property
    def clerk(self) -> User:
        return self.people[self.city.sign_ins["clerk"]]

    @property
    def two(self) -> Two:
        """Who does what takes two people: the clerk proposes it, the auditor confirms it."""
        return Two(self.clerk, self.people[self.city.sign_ins["auditor"]])

    @property
    def committee(self) -> User:
        return self.people[self.city.sign_ins["committee"]]

    @property
    def members(self) -> list[User]:
        """The three of the committee, the one above first."""
        return [self.people[self.city.sign_ins[name]] for name in COMMITTEE]

    @property
    def holders(self) -> list[User]:
        return [self.people[self.city.sign_ins[name]] for name in KEY_HOLDERS]

    def account(self, line: Line) -> User:
        return self.people.get(line.name) or self.people[line.identifier]

    def chance(self, *about: object) -> Random:
        return Random(" ".join(map(str, (self.seed, *about))))  # noqa: S311  an invented city

    def window(self, plan: str, stage: Stage) -> Window:
        """The dates of a round's stage."""
        return next(window for window in windows(plan, self.now) if window.stage is stage)
