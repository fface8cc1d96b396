"""S17. Nobody floods the site with drafts, comments, support or reports; and whoever is told to wait loses no word."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from budgeting.templatetags.dates import words
from lib.refusal import Refused
from notices.counts import Limit
from proposals import quotas
from proposals.models import Comment, Endorsement, Proposal
from tests.cast import WHAT, person

FEW = 2
Deed = Callable[[datetime], object]


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours are tens and more; the sentences are found by what is counted."""
    for name in ("DRAFTS", "COMMENTS", "SUPPORT", "REPORTS"):
        monkeypatch.setattr(quotas, name, replace(getattr(quotas, name), most=FEW))


def drafts(proposal: Proposal, by: User) -> Iterator[Deed]:
    while True:
        yield lambda at: Proposal(contest=proposal.contest, title="Bench").begin(by=by, at=at)


def comments(proposal: Proposal, by: User) -> Iterator[Deed]:
    while True:
        yield lambda at: proposal.comment(by=by, at=at, text="Yes!")


def support(proposal: Proposal, by: User) -> Iterator[Deed]:
    """Given, taken back, and given again."""

    def press(at: datetime) -> None:
        proposal.unendorse(by=by, at=at)
        proposal.endorse(by=by, at=at)

    while True:
        yield press


def reports(proposal: Proposal, by: User) -> Iterator[Deed]:
    comment = Comment.objects.create(proposal=proposal, text="Tss.", at=proposal.submitted_at)
    while True:
        yield lambda at: comment.report(by=by, at=at, reason="Rude.")


@pytest.mark.parametrize("many", [drafts, comments, support, reports])
def test_s17_one_person_gets_so_many_an_hour_and_is_told_from_when_there_are_more(many, proposal, tomas, martin, at):
    began = at("proposing")
    mine, others = many(proposal, tomas), many(proposal, person("Lena"))
    for minutes in range(FEW):
        next(mine)(began + timedelta(minutes=minutes))
    with pytest.raises(Refused) as refused:
        next(mine)(began + timedelta(minutes=30))
    assert words(began + timedelta(minutes=61, microseconds=-1)) in refused.value.sentence
    next(others)(began + timedelta(minutes=30))
    with pytest.raises(Refused):
        next(mine)(began + timedelta(minutes=59))
    next(mine)(began + timedelta(hours=1))


def test_s17_a_comment_too_many_is_still_in_its_field(client, proposal, tomas, at):
    at("proposing")
    client.force_login(tomas)
    address = f"{proposal.get_absolute_url()}comments/"
    for number in range(FEW):
        assert client.post(address, {"text": f"Number {number}"}).status_code == 302
    answer = client.post(address, {"text": "Half an hour's work"})
    assert answer.status_code == 422
    assert "You have written 2 comments within an hour." in answer.text
    assert "Half an hour&#x27;s work</textarea>" in answer.text


def test_s17_so_is_what_was_written_on_the_first_page_of_a_proposal(client, rosa, riverside_contest, at):
    at("proposing")
    client.force_login(rosa)
    for _ in range(FEW):
        assert client.post("/2027/riverside/proposals/new/", WHAT).status_code == 302
    answer = client.post("/2027/riverside/proposals/new/", WHAT)
    assert "You have begun 2 proposals within an hour." in answer.text
    assert WHAT["summary"] in answer.text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_s17_who_supports_too_many_reads_it_with_and_without_a_script(client, submitted, rosa, tomas, at, headers):
    client.force_login(tomas)
    for proposal in [submitted(rosa) for _ in range(FEW + 1)]:
        at("proposing")
        answer = client.post(f"{proposal.get_absolute_url()}endorsement/", headers=headers, follow=True)
    assert answer.text.count("You have supported proposals 2 times within an hour.") == 1
    assert Endorsement.objects.count() == FEW


def test_s17_official_answers_are_not_counted(proposal, martin, clara, at):
    for by in (martin, clara):
        for _ in range(FEW + 1):
            proposal.comment(by=by, at=at("proposing"), text="The engineers say no.")


def test_s17_what_is_refused_for_another_reason_counts_for_nothing(proposal, tomas, at):
    moment = at("proposing")
    for _ in range(FEW + 1):
        with pytest.raises(Refused, match="Write your comment first"):
            proposal.comment(by=tomas, at=moment, text=" ")
    proposal.comment(by=tomas, at=moment, text="Yes!")


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_s17_many_comments_at_once_are_no_more(proposal, tomas, at):
    now = at("proposing")

    def send(_: int) -> bool:
        try:
            return bool(Proposal.objects.get(pk=proposal.pk).comment(by=tomas, at=now, text="Yes!"))
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(send, range(8))) == FEW
    assert Comment.objects.count() == FEW


def test_of_many_at_once_the_one_that_looked_at_the_clock_first_and_came_last_counts_too(db, at):
    limit, now = Limit("tries of a test", 2, timedelta(hours=1)), at("voting")
    assert limit.count("me", at=now) is None
    assert limit.count("me", at=now - timedelta(seconds=1)) is None
    assert limit.count("me", at=now) == now + timedelta(hours=1)


def test_a_clock_that_is_put_back_begins_anew(db, at):
    limit, now = Limit("tries of a test", 1, timedelta(hours=1)), at("voting")
    assert limit.count("me", at=now) is None
    assert limit.count("me", at=now) == now + timedelta(hours=1)
    assert limit.count("me", at=now - timedelta(days=1)) is None
    assert limit.count("me", at=now) is None
