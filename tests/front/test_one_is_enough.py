"""A town with one clerk says publicly that one person is enough; it holds a day later, and in no running vote."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from audit.models import AuditEvent
from budgeting import one_is_enough
from budgeting.models import OneIsEnough
from lib.refusal import Refused
from tests.cast import put_on_paper, signed_in
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


def test_after_the_count_it_may_be_said(counted, clara, at) -> None:
    one_is_enough.announce("We are one clerk.", by=clara, at=at("results"))


@pytest.mark.parametrize("who", ["rosa", "otto", "ines"])
def test_only_a_clerk_says_it(who: str, request: pytest.FixtureRequest, at) -> None:
    at("proposing")
    visitor = signed_in(request.getfixturevalue(who))
    assert visitor.post(PAGE, {"reason": "We are one."}).status_code == 404
    assert not OneIsEnough.objects.exists()
