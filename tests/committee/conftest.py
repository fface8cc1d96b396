"""Riverside's committee of three, before which a proposal of Rosa's lies."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from budgeting.models import Contest, District
from budgeting.people import RoleName
from proposals.models import Proposal
from tests.cast import drafted, middle_of, person


@pytest.fixture
def mira(db, riverside: District) -> User:
    """A member of Riverside's committee."""
    return person("Mira", RoleName.COMMITTEE, district=riverside)


@pytest.fixture
def milan(db, riverside: District) -> User:
    """A member of Riverside's committee."""
    return person("Milan", RoleName.COMMITTEE, district=riverside)


@pytest.fixture
def three(martin: User, mira: User, milan: User) -> tuple[User, User, User]:
    return martin, mira, milan


@pytest.fixture
def submitted(riverside_contest: Contest) -> Callable[..., Proposal]:
    """submitted(rosa, title="…"): a proposal handed in while proposals are collected."""

    def submit(author: User, contest: Contest = riverside_contest, **text: object) -> Proposal:
        proposal = drafted(author, contest, **text)
        proposal.submit(by=author, at=middle_of("proposing"))
        return proposal

    return submit


@pytest.fixture
def proposal(submitted: Callable[..., Proposal], rosa: User) -> Proposal:
    return submitted(rosa)


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    """In the middle of the review."""
    return at("reviewing")
