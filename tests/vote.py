"""What is needed to vote in Riverside: six projects on paper, a key in three hands, and residents on the register."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from ballots import key
from ballots.models import BallotBoxKey, BallotPaper
from ballots.sealing import Share
from budgeting.models import Contest, Cycle, District
from tests.cast import enrol, person, put_on_paper


@pytest.fixture
def riverside_paper(riverside_contest: Contest) -> BallotPaper:
    return put_on_paper(riverside_contest)


@pytest.fixture
def shares(cycle: Cycle, clara: User, ines: User, otto: User, at: Callable[[str], datetime]) -> list[Share]:
    """The three shares of the key, which Clara, Ines and Otto hold. They have rehearsed."""
    moment = at("presenting")
    made = key.make(cycle, [clara, ines, otto], by=clara, at=moment)
    key.rehearse(cycle, made[:2], by=clara, at=moment)
    return made


@pytest.fixture
def box_key(cycle: Cycle, shares: list[Share]) -> BallotBoxKey:
    return cycle.box_key


@pytest.fixture
def voting(riverside_paper: BallotPaper, box_key: BallotBoxKey, at: Callable[[str], datetime]) -> datetime:
    """Riverside is voting."""
    return at("voting")


@pytest.fixture
def rosa_may_vote(rosa: User, cycle: Cycle, riverside: District) -> User:
    enrol(rosa, cycle, riverside)
    return rosa


@pytest.fixture
def neighbours(cycle: Cycle, riverside: District) -> list[User]:
    """Twelve residents of Riverside who may vote."""
    users = [person(f"Neighbour{number}") for number in range(1, 13)]
    for user in users:
        enrol(user, cycle, riverside)
    return users
