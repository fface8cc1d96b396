"""Rosa's draft for Riverside, and the same once submitted."""

import io
from collections.abc import Callable

import pytest
from PIL import Image

from accounts.models import User
from budgeting.models import Contest
from proposals.models import Proposal
from tests.conftest import middle_of


def drafted(author: User, contest: Contest, **text: object) -> Proposal:
    given = {
        "title": "A playground by the river",
        "summary": "Swings, a slide and shade where the old quay is empty.",
        "description": "Children here have **nowhere** to play.",
        "address": "Quay Street, opposite number 12",
        "latitude": 0.5,
        "longitude": 0.5,
        "cost": 40_000_00,
    }
    return Proposal.objects.create(
        author=author, contest=contest, created_at=middle_of("proposing"), **{**given, **text}
    )


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


def picture(width: int = 80, height: int = 60, kind: str = "JPEG", **extra: object) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind, **extra)
    file.seek(0)
    return file
