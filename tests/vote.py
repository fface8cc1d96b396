"""What is needed to vote in Riverside, six projects on paper, a key in three hands, a register, and the count."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.models import User
from ballots import casting, key, marks
from ballots.casting import Receipt, admission
from ballots.models import BallotBoxKey, BallotPaper, Count
from ballots.sealing import Share
from budgeting.models import Contest, Cycle, District
from budgeting.two import Two
from residents.models import Resident
from tests.cast import count, enrol, person, put_on_paper
from tests.databases import as_owner
from tests.keeping import kept


def cast(contest: Contest, choices: marks.Choices, *, by: User) -> Receipt:
    """Somebody with an account casts a ballot."""
    return casting.cast(contest, choices, by=admission(by, contest))


@kept
def riverside_paper(riverside_contest: Contest) -> BallotPaper:
    return put_on_paper(riverside_contest)


@kept
def hillside_paper(hillside_contest: Contest) -> BallotPaper:
    """For who needs Hillside beside Riverside: nobody votes before all have their paper."""
    return put_on_paper(hillside_contest)


@kept
def shares(cycle: Cycle, clara: User, ines: User, otto: User, at: Callable[[str], datetime]) -> list[Share]:
    """The three shares of the key, which Clara, Ines and Otto hold. They have rehearsed."""
    moment = at("presenting")
    made = key.make(cycle, [clara, ines, otto], by=clara, at=moment)
    key.rehearse(cycle, made[:2], by=clara, at=moment)
    return made


@kept
def box_key(cycle: Cycle, shares: list[Share]) -> BallotBoxKey:
    return cycle.box_key


@kept
def voting(riverside_paper: BallotPaper, box_key: BallotBoxKey, at: Callable[[str], datetime]) -> datetime:
    """Riverside is voting."""
    return at("voting")


def turn_the_database(moment: datetime) -> None:
    """Turn the clock of the guards too, to the end of this test; what began before it stays where it was."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION ballots_moment() RETURNS timestamptz LANGUAGE sql VOLATILE"
            f" AS $$ SELECT '{moment.isoformat()}'::timestamptz $$"
        )


@contextmanager
def leaving_guards_aside() -> Iterator[CursorWrapper]:
    """As somebody who has told the database to leave its guards aside; what fails is taken back."""
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at a commit
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


@kept
def clara_and_otto(clara: User, otto: User) -> Two:
    """What a clerk proposed and an auditor confirmed."""
    return Two(clara, otto)


@kept
def rosa_may_vote(rosa: User, cycle: Cycle, riverside: District) -> User:
    enrol(rosa, cycle, riverside)
    return rosa


@kept
def a_vote(voting: datetime, rosa_may_vote: User, riverside_contest: Contest) -> Cycle:
    """Rosa has voted."""
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    return Cycle.objects.get(pk=riverside_contest.cycle_id)


@kept
def neighbours(cycle: Cycle, riverside: District) -> list[User]:
    """Twelve residents of Riverside who may vote."""
    users = [person(f"Neighbour{number}") for number in range(1, 13)]
    for user in users:
        enrol(user, cycle, riverside)
    return users


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


@kept
def counted(riverside_paper: BallotPaper, riverside_contest: Contest) -> Count:
    """Riverside's six projects, voted on by forty people, counted."""
    return count(riverside_contest, invalid={"A project can be chosen once.": 1})


@kept
def hillside_counted(hillside_contest: Contest, hillside_paper: BallotPaper) -> Count:
    """Hillside, where seven people voted."""
    return count(hillside_contest, {"1:1": 4, "5:1 6:1": 3})
