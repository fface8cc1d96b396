"""T-27: who votes again is counted once, by the last ballot; old receipts are replaced; nobody else sees how often."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import User
from audit.models import AuditEvent
from ballots import board, stocktaking
from ballots.models import OpenedBallot, Participation
from ballots.opening import open_box
from ballots.sealing import Share
from budgeting.models import Contest, Cycle
from tests.cast import signed_in
from tests.databases import undone
from tests.thoroughness import many, walks
from tests.vote import cast

VOTERS = 4


class Vote(RuleBasedStateMachine):
    """A few people vote again and again, batches come up in between, and receipts are looked up."""

    contest: Contest
    voters: list[User]
    shares: list[Share]
    clara: User
    at: Callable[[str], datetime]

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.at("voting")
        self.stands: dict[int, tuple[str, int]] = {}
        self.replaced: list[str] = []

    def teardown(self) -> None:
        """In the end the box is opened: each last ballot is in it, and nothing else."""
        open_box(self.contest.cycle, self.shares[:2], by=self.clara, at=self.at("counting"))
        said = dict(OpenedBallot.objects.values_list("content", "ballots"))
        assert said == Counter(f"{choice}:1" for _receipt, choice in self.stands.values())
        self.old_receipts_are_replaced()
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @rule(who=st.integers(0, VOTERS - 1), choice=st.integers(1, 6))
    def somebody_votes(self, who: int, choice: int) -> None:
        receipt = cast(self.contest, {choice: 1}, by=self.voters[who])
        if who in self.stands:
            self.replaced.append(self.stands[who][0])
        self.stands[who] = (str(receipt), choice)

    @rule(again=st.booleans())
    def a_batch_comes_up(self, again: bool) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(board, "CROWD", 1)
            board.publish(self.contest)
            assert not again or board.publish(self.contest) is None

    @invariant()
    def each_voter_counts_once(self) -> None:
        stock = stocktaking.take(self.contest)
        assert (stock.voters, stock.repeated) == (len(self.stands), len(self.replaced))
        assert stocktaking.differences(self.contest, stock, list(self.contest.batches.all())) == []
        assert Participation.objects.filter(contest=self.contest).count() == len(self.stands)

    @invariant()
    def old_receipts_are_replaced(self) -> None:
        for receipt in self.replaced:
            found = board.look_up(self.contest.cycle, receipt)
            assert found
            assert found.replaced
        for receipt, _choice in self.stands.values():
            found = board.look_up(self.contest.cycle, receipt)
            assert found
            assert not found.replaced


@pytest.mark.long
def test_t27_whatever_the_order_the_last_ballot_counts(
    voting: datetime,
    neighbours: list[User],
    riverside_contest: Contest,
    shares: list[Share],
    clara: User,
    at: Callable[[str], datetime],
) -> None:
    with_it = {"contest": riverside_contest, "voters": neighbours[:VOTERS], "shares": shares, "clara": clara}
    machine = type("OneVote", (Vote,), {**with_it, "at": staticmethod(at)})
    how = settings(max_examples=walks(6, 80), stateful_step_count=many(12, 40), deadline=None)
    run_state_machine_as_test(machine, settings=how)


# What others see ------------------------------------------------------------------------------------------------------


def pages(visitors: dict[str, Client], cycle: Cycle) -> dict[str, str]:
    """What can be read of the vote and of the log, by whom; without what is new in every page."""
    addresses = [
        "/",
        "/2027/",
        "/2027/riverside/",
        "/2027/results/",
        "/2027/box/",
        "/desk/",
        "/audit/",
        "/audit/log.csv",
    ]
    addresses += ["/2027/board/", "/2027/riverside/ballot/paper/", "/desk/2027/register/"]
    found = {}
    for who, client in visitors.items():
        for address in addresses:
            answer = client.get(address, follow=True)
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = re.sub(r'(nonce|value|hx-headers)=(["\']).*?\2', "", said.decode())
            found[f"{who}: {address}"] = re.sub(r"\b\d\d:\d\d(:\d\d)?(\.\d+)?\b", "", text)
    return found


@pytest.mark.long
def test_t27_no_page_and_no_log_tells_others_how_often_somebody_voted(
    voting: datetime, neighbours: list[User], riverside_contest: Contest, clara: User, otto: User, ines: User
) -> None:
    """The same city twice: in one of them somebody votes five times more."""
    cycle = riverside_contest.cycle
    for user in neighbours[1:]:
        cast(riverside_contest, {1: 1}, by=user)
    visitors = {"nobody": Client(), **{user.name: signed_in(user) for user in (clara, otto, ines, neighbours[1])}}

    def with_votes(number: int) -> tuple[dict[str, str], Any]:
        with undone():
            for _ in range(number):
                cast(riverside_contest, {2: 1}, by=neighbours[0])
            rows = Participation.objects.order_by("resident").values()
            return pages(visitors, cycle), (list(rows), AuditEvent.objects.count())

    once, often = with_votes(1), with_votes(6)
    assert once == often
    never = with_votes(0)
    assert never[1] != once[1], "that somebody voted, the city knows"


# At the same moment ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_t27_who_votes_many_times_at_once_is_counted_once_and_every_other_as_repeated(
    voting: datetime, neighbours: list[User], riverside_contest: Contest
) -> None:
    """Batches come up meanwhile: each sees box, count and what was replaced in one moment."""
    times, receipts, failed = many(6, 40), list[str](), list[Exception]()
    for user in neighbours[2:]:
        cast(riverside_contest, {1: 1}, by=user)

    def vote(user: User) -> None:
        try:
            for _ in range(times):
                receipts.append(str(cast(riverside_contest, {2: 1}, by=user)))
        except Exception as failure:
            failed.append(failure)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=vote, args=(user,)) for user in neighbours[:2] for _ in range(2)]
    for thread in threads:
        thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(board, "CROWD", 1)
        while any(thread.is_alive() for thread in threads):
            board.publish(riverside_contest)
        board.publish(riverside_contest)
    for thread in threads:
        thread.join()
    assert failed == []
    stock = stocktaking.take(riverside_contest)
    assert (stock.first, stock.repeated, stock.gone) == (len(neighbours), 4 * times - 2, frozenset())
    assert stocktaking.errors(riverside_contest) == []
    standing = [board.look_up(riverside_contest.cycle, receipt) for receipt in receipts]
    assert Counter(each.replaced for each in standing if each) == {True: 4 * times - 2, False: 2}
