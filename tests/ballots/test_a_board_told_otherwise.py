"""T-30: the city goes back to yesterday's database, or shows two boards to two people; one file each has kept tells.

What is asked of the site itself, as anybody may.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from ballots import board
from budgeting.models import Contest
from lib import clock
from tests.databases import undone
from tests.papers import words_on
from tests.verifier import looked_at
from tests.vote import cast


@pytest.fixture
def site(tmp_path: Path) -> Callable[[str], Path]:
    """What the site publishes at this moment, in a folder."""

    def fetched(name: str) -> Path:
        folder, visitor = tmp_path / name, Client()
        folder.mkdir()
        page = visitor.get("/2027/board/").content.decode()
        for address in {"/2027/riverside/ballot/paper.json", *re.findall(r'href="(/2027/board/[^"]+\.txt)"', page)}:
            file = address.rpartition("/")[2].replace("riverside.txt", "list.txt")
            (folder / file).write_bytes(visitor.get(address).content)
        return folder

    return fetched


@pytest.fixture
def yesterday(voting, neighbours: list[User], riverside_contest: Contest, monkeypatch) -> Iterator[list[User]]:
    """Ten have voted, and their batch is up; the two who vote today."""
    for user in neighbours[:10]:
        cast(riverside_contest, {1: 1}, by=user)
    assert board.publish(riverside_contest)
    monkeypatch.setattr(clock, "of_the_database", lambda: voting + timedelta(days=1))
    return neighbours[10:]


def votes(user: User, contest: Contest) -> str:
    """The receipt, which is on the board at once: it is the first batch of the day."""
    receipt = cast(contest, {2: 1}, by=user)
    assert board.publish(contest)
    return str(receipt)


def test_who_kept_a_file_names_a_city_that_went_back_to_yesterdays_database(
    yesterday, riverside_contest, site, tmp_path
) -> None:
    keeps = ["--seen", str(tmp_path / "seen.json")]
    assert looked_at(site("yesterday"), *keeps).frauds == []
    with undone():
        receipt = votes(yesterday[0], riverside_contest)
        assert looked_at(site("today"), *keeps).frauds == []
    assert looked_at(site("back"), *keeps).kinds == {"rolled back"}
    assert "neither in the box nor on the board" in words_on(Client().post("/2027/board/", {"receipt": receipt}))
    votes(yesterday[1], riverside_contest)
    assert looked_at(site("and on"), *keeps).kinds == {"fork"}
    assert looked_at(site("without a file")).frauds == [], "in itself it is without a fault"


@pytest.mark.long
def test_two_who_are_shown_two_boards_find_out_with_the_file_of_one(
    yesterday, riverside_contest, site, tmp_path
) -> None:
    files = []
    for user in yesterday:
        with undone():
            votes(user, riverside_contest)
            folder = site(f"shown to {user.pk}")
        files.append([folder, "--seen", str(tmp_path / f"{user.pk}.json")])
        assert looked_at(*files[-1]).frauds == []
    (_, *of_the_one), (folder, *_) = files
    assert looked_at(folder, *of_the_one).kinds == {"fork"}


def test_whoever_looks_up_the_receipt_of_a_stranger_learns_no_more_and_leaves_no_trace(
    yesterday, riverside_contest, caplog
) -> None:
    receipt = votes(yesterday[0], riverside_contest)
    before, visitor = AuditEvent.last_head(), Client()
    said = words_on(visitor.post("/2027/board/", {"receipt": receipt}))
    assert "on the board since batch 2" in said
    assert str(yesterday[0].name) not in said
    assert AuditEvent.last_head() == before
    assert not visitor.session.keys()
    assert caplog.records == []
