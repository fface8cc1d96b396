"""Riverside's committee of three, before which a proposal of Rosa's lies."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from accounts.models import User
from budgeting.models import Contest, Cycle, District
from budgeting.people import RoleName
from budgeting.stages import Stage
from committee import cards, departments, motions, publishing
from committee.calendar import Kind
from committee.models import CardImport, Department, Question
from committee.sheets import importing
from proposals.models import Proposal
from tests import cast
from tests.cast import person
from tests.committee.sheets import COST, LAND, WAY, as_file
from tests.keeping import kept


@kept
def mira(db, riverside: District) -> User:
    """A member of Riverside's committee."""
    return person("Mira", RoleName.COMMITTEE, district=riverside)


@kept
def milan(db, riverside: District) -> User:
    """A member of Riverside's committee."""
    return person("Milan", RoleName.COMMITTEE, district=riverside)


@kept
def three(martin: User, mira: User, milan: User) -> tuple[User, User, User]:
    return martin, mira, milan


@kept
def submitted(riverside_contest: Contest) -> Callable[..., Proposal]:
    """submitted(rosa, title="…"): a proposal handed in while proposals are collected."""
    return partial(cast.handed_in, contest=riverside_contest)


@kept
def proposal(submitted: Callable[..., Proposal], rosa: User) -> Proposal:
    return submitted(rosa)


@kept
def now(at: Callable[[str], datetime]) -> datetime:
    """In the middle of the review."""
    return at("reviewing")


# A proposal whose cards are handed in, then decided on, then published


@kept
def asked(cycle: Cycle) -> dict[str, Question]:
    """What is public and what is not."""
    questions = {
        "land": {"kind": "yes_no", "text": "Is it public land?", "is_public": True},
        "climate": {"kind": "score", "most": 5, "text": "Is it good for the climate?", "is_public": True},
        "trust": {"kind": "yes_no", "text": "Do we trust the neighbours?"},
    }
    return {
        name: Question.objects.create(cycle=cycle, step="formal", place=place, **each)
        for place, (name, each) in enumerate(questions.items())
    }


@kept
def handed_in(proposal, asked, three, now):
    """Martin and Mira have handed in a card."""
    for member, score in zip(three[:2], (2, 5), strict=True):
        typed = {
            asked["land"].pk: ("yes", f"{member} has looked it up."),
            asked["climate"].pk: (str(score), ""),
            asked["trust"].pk: ("no", "They quarrel."),
        }
        card = cards.keep(proposal, Kind.FORMAL, typed, version=0, by=member, at=now)
        cards.hand_in(card, {asked["climate"].pk: score}, by=member, at=now)
    return proposal


@kept
def decided(handed_in, three, now):
    motion = motions.move(handed_in, by=three[0], at=now, outcome="shortlist", reason="The quay is ours.")
    motions.vote(motion, "for", by=three[1], at=now)
    return handed_in


@pytest.fixture
def published(decided, cycle, monkeypatch):
    closes = cycle.window(Stage.REVIEWING).closes
    publishing.publish_due(closes)
    monkeypatch.setattr("lib.clock.now", lambda: closes)
    return decided


# The departments of the city


@kept
def dora(db) -> User:
    """She works for the department of roads, once there is one."""
    return person("Dora", RoleName.DEPARTMENT)


@kept
def roads(dora: User, clara: User) -> Department:
    return departments.set_up(Department(), by=clara, name="Roads", people=[dora.pk], hands_to=[])


# A member's cards as a spreadsheet


@kept
def criteria(cycle: Cycle) -> dict[str, Question]:
    asked = {
        "land": {"step": "formal", "kind": "yes_no", "text": LAND},
        "climate": {"step": "assessment", "kind": "score", "most": 5, "text": "Is it good for the climate?"},
        "cost": {"step": "assessment", "kind": "amount", "text": COST},
        "way": {"step": "assessment", "kind": "choice", "lines": "By the city\n=SUM(1)", "text": WAY},
    }
    return {
        name: Question.objects.create(cycle=cycle, place=place, **each)
        for place, (name, each) in enumerate(asked.items(), start=1)
    }


@pytest.fixture
def looked(cycle, martin, criteria, now):
    """looked(cells): a preview of Martin's."""

    def look(cells: list[list[str]], kind: str = "csv", *, by: User = martin) -> CardImport:
        return importing.look(cycle, as_file(cells, kind), "my cards.csv", by=by, at=now)

    return look
