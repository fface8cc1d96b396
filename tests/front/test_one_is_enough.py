"""A town with one clerk says publicly that one person is enough; it holds a day later, and in no running vote."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from audit.models import AuditEvent
from ballots import paper
from ballots.models import BallotPaper, NoResult
from ballots.opening import open_box
from budgeting import one_is_enough
from budgeting.models import OneIsEnough
from lib.refusal import Refused
from proposals.models import Decision
from tests.cast import propose, put_on_paper, signed_in
from tests.papers import source_of

PAGE = "/desk/two-people/"


def test_a_clerk_announces_it_and_it_stands_on_public_pages(clara, cycle, at) -> None:
    at("proposing")
    signed_in(clara).post(PAGE, {"reason": "We are one clerk."})
    for address in ("/how-it-works/", "/2027/"):
        page = source_of(Client().get(address))
        assert "We are one clerk." in page
        assert "one person is enough" in page
    assert AuditEvent.objects.filter(action="one is enough", actor=clara).exists()


def test_it_holds_a_day_later_until_it_is_revoked(clara, at) -> None:
    now = at("proposing")
    said = one_is_enough.announce("We are one clerk.", by=clara, at=now)
    assert OneIsEnough.in_effect(now + timedelta(hours=23, minutes=59)) is None
    assert OneIsEnough.in_effect(now + timedelta(hours=24)) == said
    signed_in(clara).post(f"{PAGE}again/")
    assert OneIsEnough.in_effect(now + timedelta(hours=24)) is None
    with pytest.raises(Refused, match="revoked already"):
        one_is_enough.revoke(said, by=clara, at=now)
    assert "We are one clerk." not in source_of(Client().get("/how-it-works/"))


def test_it_needs_a_reason_and_is_said_once(clara, at) -> None:
    now = at("proposing")
    with pytest.raises(Refused, match="Say why"):
        one_is_enough.announce("  ", by=clara, at=now)
    one_is_enough.announce("We are one clerk.", by=clara, at=now)
    with pytest.raises(Refused, match="announced already"):
        one_is_enough.announce("Again.", by=clara, at=now)


def test_not_between_the_freeze_and_the_count(riverside_contest, clara, at) -> None:
    put_on_paper(riverside_contest)
    now = at("voting")
    page = source_of(signed_in(clara).post(PAGE, {"reason": "We are one clerk."}))
    assert "frozen and not counted" in page
    with pytest.raises(DatabaseError, match="frozen and not counted"), transaction.atomic():
        OneIsEnough.objects.create(reason="We.", announced_by=clara, announced_at=now)
    assert not OneIsEnough.objects.exists()


def test_no_paper_is_frozen_while_it_is_announced_and_does_not_hold_yet(
    riverside_contest, clara, otto, martin, at
) -> None:
    """Two would freeze it, and a day later one would be enough for all that follows."""
    for proposal in propose(riverside_contest):
        Decision.objects.create(proposal=proposal, outcome="shortlist", reason="Good.", by=martin, at=at("reviewing"))
    now = at("presenting")
    said = one_is_enough.announce("We are one clerk.", by=clara, at=now)
    with pytest.raises(Refused, match="one person will be enough"):
        paper.plan(riverside_contest, now)
    with pytest.raises(DatabaseError, match="announced that one person will be enough"), transaction.atomic():
        BallotPaper.objects.create(
            contest=riverside_contest,
            manifest="{}",
            digest="x",
            size=1,
            frozen_at=now,
            frozen_by=clara,
            frozen_with=otto,
        )
    one_is_enough.revoke(said, by=clara, at=now)
    assert paper.plan(riverside_contest, now)["lines"]


def test_a_vote_that_ended_without_a_result_stands_in_nobody_s_way(a_vote, shares, clara, otto, at) -> None:
    now = at("counting")
    open_box(a_vote, shares[:2], by=clara, at=now)
    with pytest.raises(Refused, match="not counted"):
        one_is_enough.announce("We are one clerk.", by=clara, at=now)
    for contest in a_vote.contests.filter(paper__isnull=False):
        NoResult.objects.create(contest=contest, reason="Broken.", failure="x", at=now, by=clara, confirmed_by=otto)
    one_is_enough.announce("We are one clerk.", by=clara, at=now)


def test_after_the_count_it_may_be_said(counted, clara, at) -> None:
    one_is_enough.announce("We are one clerk.", by=clara, at=at("results"))


@pytest.mark.parametrize("who", ["rosa", "otto", "ines"])
def test_only_a_clerk_says_it(who: str, request: pytest.FixtureRequest, at) -> None:
    at("proposing")
    visitor = signed_in(request.getfixturevalue(who))
    assert visitor.post(PAGE, {"reason": "We are one."}).status_code == (404 if who == "rosa" else 403)
    assert not OneIsEnough.objects.exists()


@pytest.mark.parametrize("who", ["otto", "ines"])
def test_whoever_else_could_confirm_takes_it_back(who: str, request: pytest.FixtureRequest, clara, at) -> None:
    """A clerk who says so alone would else be alone with it."""
    one_is_enough.announce("We are one clerk.", by=clara, at=at("proposing"))
    visitor = signed_in(request.getfixturevalue(who))
    assert PAGE in visitor.get("/desk/").content.decode()
    assert "Take two people again" in source_of(visitor.get(PAGE))
    visitor.post(f"{PAGE}again/")
    assert OneIsEnough.announced() is None
    assert "Announce that one is enough" not in source_of(visitor.get(PAGE))
