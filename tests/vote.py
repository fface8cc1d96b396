"""What is needed to vote in Riverside: six projects on paper, a key in three hands, and residents on the register."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from accounts.models import User
from ballots import key, paper
from ballots.models import BallotBoxKey, BallotPaper
from ballots.sealing import Share
from budgeting.models import Contest, Cycle, District
from proposals.models import Proposal
from residents.models import Resident, Verification
from tests.conftest import FIRST_DAY, person

COSTS = (120_000_00, 90_000_00, 60_000_00, 45_000_00, 30_000_00, 15_000_00)
TITLES = ("Playground", "Cycle stands", "Community garden", "Library benches", "Drinking fountains", "Bee hotel")


def propose(contest: Contest, costs: Sequence[int] = COSTS, titles: Sequence[str] = TITLES) -> list[Proposal]:
    """A submitted proposal for each cost."""
    last = Proposal.objects.filter(contest__cycle=contest.cycle).count()
    return [
        Proposal.objects.create(
            contest=contest,
            title=titles[(number - 1) % len(titles)],
            summary="A short summary of it.",
            description="A longer description of it.",
            cost=cost,
            number=last + number,
            submitted_at=FIRST_DAY,
            created_at=FIRST_DAY,
        )
        for number, cost in enumerate(costs, start=1)
    ]


def put_on_paper(contest: Contest, costs: Sequence[int] = COSTS) -> BallotPaper:
    """The contest's ballot paper with a project for each cost, numbered from 1."""
    return paper.write(contest, propose(contest, costs), by=None, at=FIRST_DAY)


def enrol(user: User, cycle: Cycle, district: District) -> Resident:
    """Put a user on the register of a district, verified."""
    number = user.pk.to_bytes(32, "big")
    resident = Resident.objects.create(
        cycle=cycle,
        district=district,
        identifier_digest=number,
        person_digest=number,
        age_band=Resident.AgeBand.FROM_30,
    )
    Verification.objects.create(resident=resident, user=user, cycle=cycle, method="letter", at=FIRST_DAY)
    return resident


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
