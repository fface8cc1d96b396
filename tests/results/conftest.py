"""Riverside has voted and been counted: forty ballots, a register of two hundred, results waiting to be opened."""

from collections.abc import Callable

import pytest

from ballots.models import BallotPaper, Count, InvalidBallot
from budgeting.models import Contest, Cycle, District
from residents.models import Resident
from tests.cast import count, put_on_paper


@pytest.fixture
def register(cycle: Cycle, riverside: District) -> Callable[[str, int], list[Resident]]:
    """Put so many residents of Riverside of an age band on the register."""

    def enrol(band: str, number: int) -> list[Resident]:
        first = Resident.objects.count()
        return Resident.objects.bulk_create(
            Resident(
                cycle=cycle,
                district=riverside,
                identifier_digest=digest.to_bytes(32, "big"),
                person_digest=digest.to_bytes(32, "big"),
                age_band=band,
            )
            for digest in range(first, first + number)
        )

    return enrol


@pytest.fixture
def counted(riverside_paper: BallotPaper, riverside_contest: Contest) -> Count:
    """Riverside's six projects, voted on by forty people, counted."""
    InvalidBallot.objects.create(contest=riverside_contest, reason="A project can be chosen once.", ballots=1)
    return count(riverside_contest)


@pytest.fixture
def hillside_counted(hillside_contest: Contest) -> Count:
    """Hillside, where seven people voted."""
    put_on_paper(hillside_contest)
    return count(hillside_contest, {"1:1": 4, "5:1 6:1": 3})
