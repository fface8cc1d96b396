"""Rosa's draft for Riverside, and the same once submitted."""

from collections.abc import Callable

import pytest

from accounts.models import User
from budgeting.models import Contest
from proposals.models import Proposal
from tests.cast import drafted, middle_of


@pytest.fixture
def draft(rosa: User, riverside_contest: Contest) -> Proposal:
    return drafted(rosa, riverside_contest)


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
