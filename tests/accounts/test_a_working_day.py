"""Whoever holds a role signs in every working day; a resident stays signed in as long as before."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from budgeting.people import RoleName
from tests.cast import person
from tests.papers import words_on

SOON, WORKING_DAY = timedelta(minutes=1), timedelta(hours=10)
TWO_WEEKS = timedelta(weeks=2)


def left() -> timedelta:
    """Of the only session there is."""
    return Session.objects.get().expire_date - timezone.now()


@pytest.fixture(params=list(RoleName), ids=lambda kind: kind.value)
def holder(db, request) -> User:
    return person("Ola", request.param)


def test_whoever_holds_a_role_is_signed_in_for_a_working_day(client: Client, holder) -> None:
    client.force_login(holder)
    client.get("/me/")
    assert WORKING_DAY - SOON < left() <= WORKING_DAY
    assert client.cookies["session"]["max-age"] <= WORKING_DAY.total_seconds()


@pytest.mark.long
def test_no_request_makes_the_day_longer(client: Client, clara) -> None:
    client.force_login(clara)
    client.get("/desk/")
    session = client.session
    session.set_expiry(timezone.now() + SOON)
    session.save()
    for _ in range(3):
        assert client.get("/desk/").status_code == 200
    session = client.session
    session["anything"] = "that is saved"
    session.save()
    assert client.get("/desk/").status_code == 200
    assert left() <= SOON


def test_after_it_the_desk_asks_to_sign_in(client: Client, clara) -> None:
    client.force_login(clara)
    assert client.get("/desk/").status_code == 200
    Session.objects.update(expire_date=timezone.now() - SOON)
    answer = client.get("/desk/")
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


def test_a_resident_stays_signed_in(client: Client, rosa) -> None:
    client.force_login(rosa)
    client.get("/me/")
    assert left() > TWO_WEEKS - SOON


def test_f24_an_hour_after_its_last_page_the_session_of_a_clerk_has_ended(client: Client, clara) -> None:
    client.force_login(clara)
    assert client.get("/desk/").status_code == 200
    last_seen(client, minutes=59)
    assert client.get("/desk/").status_code == 200
    last_seen(client, minutes=61)
    answer = client.get("/desk/")
    assert answer.url.startswith("/accounts/login/")
    assert "nothing was done here for 60 minutes. Sign In" in words_on(client.get(answer.url))
    assert client.get("/desk/").status_code == 302


def test_f24_whoever_sends_something_then_reads_that_it_was_not_taken(client: Client, clara, otto) -> None:
    client.force_login(clara)
    client.get("/desk/")
    last_seen(client, minutes=61)
    answer = client.post("/desk/roles/", {"email": "otto@example.org", "name": "Otto"})
    assert "What you have just sent was not taken" in words_on(client.get(answer.url))


@pytest.mark.long
def test_f24_a_page_now_and_then_keeps_it(client: Client, clara) -> None:
    client.force_login(clara)
    client.get("/desk/")
    for _ in range(3):
        last_seen(client, minutes=40)
        assert client.get("/desk/").status_code == 200


def test_f24_to_ask_how_long_is_left_is_nothing_done_and_to_say_that_one_is_here_is(client: Client, clara) -> None:
    client.force_login(clara)
    client.get("/desk/")
    last_seen(client, minutes=58)
    for _ in range(2):
        assert 110 <= client.get("/me/here/").json()["left"] <= 120
    assert client.post("/me/here/").json()["left"] > 59 * 60
    last_seen(client, minutes=61)
    assert client.get("/me/here/").status_code == 302


@pytest.mark.parametrize(("who", "told"), [("clara", True), ("rosa", False)])
def test_f24_the_pages_of_whoever_holds_a_role_say_it_beforehand(client: Client, request, who: str, told: bool) -> None:
    client.force_login(request.getfixturevalue(who))
    page = client.get("/me/").content.decode()
    assert ("js/idle.js" in page) == ('data-idle="3600"' in page) == told


def test_f24_a_resident_may_leave_it_for_longer(client: Client, rosa) -> None:
    client.force_login(rosa)
    last_seen(client, minutes=600)
    assert client.get("/me/").status_code == 200


def last_seen(client: Client, *, minutes: int) -> None:
    session = client.session
    session["last_seen"] = time.time() - minutes * 60
    session.save()
