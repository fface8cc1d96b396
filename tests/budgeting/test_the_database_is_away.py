"""While the database is away, whoever comes is told so in words; and nobody is told so when it is there."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from lib.away import DatabaseAway, is_away
from lib.postgresql.base import DatabaseWrapper

PAGES = ["/", "/accounts/login/", "/2027/", "/2027/riverside/ballot/", "/2027/box/", "/admin/", "/me/"]


@pytest.fixture
def away(voting, rosa_may_vote) -> Iterator[Client]:
    """Rosa's browser, and no database."""
    browser = Client(raise_request_exception=False)
    browser.force_login(rosa_may_vote)

    def create_cursor(self: DatabaseWrapper, name: str | None = None) -> None:
        raise psycopg.OperationalError("consuming input failed: server closed the connection unexpectedly")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseWrapper, "create_cursor", create_cursor)
        yield browser


@pytest.mark.sampled(2)
@pytest.mark.parametrize("address", PAGES)
def test_every_page_says_so_and_when_to_come_back(away: Client, address: str) -> None:
    answer = away.get(address)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert answer["Cache-Control"] == "no-store"
    assert "This site will be back in a moment" in answer.content.decode()
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_a_vote_that_could_not_be_put_in_is_told_from_one_that_was(away: Client) -> None:
    answer = away.post("/2027/riverside/ballot/cast/", {"choice": ["3"]})
    assert answer.status_code == 503
    assert "What you sent may not have been saved" in answer.content.decode()
    assert "Location" not in answer


def test_a_vote_lost_between_the_form_and_the_box_is_told_the_same(voting, rosa_may_vote, monkeypatch) -> None:
    """In the booth what broke is not passed on, because of what it knows; that the database is away is."""

    def breaks(*args: object) -> None:
        raise OperationalError("the connection is closed") from psycopg.OperationalError("the connection is closed")

    monkeypatch.setattr("ballots.casting._refuse_unless_voting_is_open", breaks)
    booth = Client(raise_request_exception=False)
    booth.force_login(rosa_may_vote)
    answer = booth.post("/2027/riverside/ballot/cast/", {"choice": ["3"]})
    assert answer.status_code == 503
    assert isinstance(answer.exc_info[1], DatabaseAway)


def test_it_is_said_in_the_language_of_the_visitor(away: Client) -> None:
    page = away.get("/", headers={"Accept-Language": "fr"}).content.decode()
    assert '<html lang="fr">' in page


def test_one_line_is_logged_and_no_traceback(away: Client, caplog) -> None:
    away.get("/")
    (line,) = [record for record in caplog.records if record.name == "django.request"]
    assert line.getMessage() == "The database cannot be reached, or its disk is full: /"
    assert line.exc_info is None


def test_11_a_vote_for_which_the_disk_has_no_room_is_told_the_same(voting, rosa_may_vote, monkeypatch) -> None:
    def breaks(*args: object) -> None:
        raise OperationalError("could not extend file") from psycopg.errors.DiskFull("could not extend file")

    monkeypatch.setattr("ballots.casting._refuse_unless_voting_is_open", breaks)
    booth = Client(raise_request_exception=False)
    booth.force_login(rosa_may_vote)
    answer = booth.post("/2027/riverside/ballot/cast/", {"choice": ["3"]})
    assert answer.status_code == 503
    assert "What you sent may not have been saved" in answer.content.decode()


def test_11_a_page_for_which_the_disk_has_no_room_is_told_the_same(client, monkeypatch) -> None:
    def breaks(*args: object) -> None:
        raise OperationalError("could not extend file") from psycopg.errors.DiskFull("could not extend file")

    monkeypatch.setattr("front.views.pages.render", breaks)
    client.raise_request_exception = False
    assert client.get("/how-it-works/").status_code == 503


@pytest.mark.parametrize("state", ["57P01", "57P02", "57P03", "53300", "08006", "08003"])
def test_a_server_that_ends_or_starts_or_cannot_take_more_is_away(state: str) -> None:
    assert is_away(wrapped(psycopg.errors.lookup(state)()))


def test_a_line_that_broke_is_away() -> None:
    assert is_away(psycopg.OperationalError("server closed the connection unexpectedly"))
    assert is_away(InterfaceError("connection already closed"))
    assert is_away(DatabaseAway())


@pytest.mark.parametrize("state", ["40P01", "53100", "55P03", "57014", "25P03"])
def test_what_a_server_that_is_there_says_no_to_is_another_matter(state: str) -> None:
    assert not is_away(wrapped(psycopg.errors.lookup(state)()))
    assert not is_away(InterfaceError("the cursor is closed"))
    assert not is_away(RuntimeError("out of order"))
    assert not is_away(None)


def wrapped(cause: psycopg.Error) -> OperationalError:
    """As Django hands it on."""
    error = OperationalError(*cause.args)
    error.__cause__ = cause
    return error


def test_any_other_error_stays_one(client, monkeypatch) -> None:
    def breaks(*args: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("front.views.pages.render", breaks)
    client.raise_request_exception = False
    answer = client.get("/how-it-works/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer
