"""A count that cannot be done, which must not happen, leaves a way out: two people, with a public reason."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from audit.models import AuditEvent
from ballots import counting, no_vote
from ballots.counting import CannotCount, count_contest
from ballots.models import Count, NoResult
from ballots.opening import open_box
from ballots.sealing import Share
from budgeting.models import Contest, Cycle, JointAct
from lib.refusal import Refused
from results.missing import closed_of, missing_of
from tests.cast import signed_in
from tests.databases import refused_by_the_database
from tests.keeping import kept
from tests.papers import words_on

REASON = "The ballots of Riverside could not be counted; the council decides in public."
BOX = "/2027/box/"


@kept
def opened(a_vote: Cycle, shares: list[Share], clara: User, at: Callable[[str], datetime]) -> datetime:
    moment = at("counting")
    open_box(a_vote, shares[:2], by=clara, at=moment)
    return moment


@pytest.fixture
def broken(opened: datetime, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The count ends with an error."""

    def divide(*_given: object) -> None:
        raise ZeroDivisionError("no voter has a share")

    monkeypatch.setattr(counting, "count", divide)
    return opened


def test_a_count_that_fails_says_so_in_a_sentence_and_leads_on(
    broken, clara, otto, riverside_contest, caplog: pytest.LogCaptureFixture
) -> None:
    page = words_on(signed_in(clara).post(f"{BOX}count/riverside/", follow=True))
    assert "The ballots of Riverside cannot be counted: ZeroDivisionError: no voter has a share." in page
    assert "Propose to close it without a result" in page
    assert "ZeroDivisionError" in caplog.text, "those who look after the site find where"
    assert not Count.objects.exists()


def test_two_close_it_on_the_pages_and_everybody_reads_why(broken, clara, otto, at) -> None:
    form = {"no_result-contest": Contest.objects.get().pk, "no_result-reason": REASON}
    act = signed_in(clara).post(f"{BOX}no-result/", form).url
    assert not NoResult.objects.exists(), "one alone does nothing"
    assert "lose Riverside, Participatory budget 2027 without a result" in words_on(signed_in(otto).get(act))
    signed_in(otto).post(f"{act}confirmation/")
    kept = NoResult.objects.get()
    assert (kept.by, kept.confirmed_by, kept.reason) == (clara, otto, REASON)
    assert kept.failure == "ZeroDivisionError('no voter has a share')"
    assert AuditEvent.objects.filter(action="closed without result").exists()
    at("results")
    for address in ("/2027/results/", "/2027/riverside/results/"):
        page = words_on(Client().get(address))
        assert "No results yet" in page
    assert f"Closed without a result, because its ballots could not be counted: “{REASON}”" in page
    assert REASON in words_on(signed_in(clara).get(BOX))


def test_it_holds_up_nothing_more(broken, clara_and_otto, riverside_contest) -> None:
    assert [each.contest for each in missing_of(riverside_contest.cycle)] == [riverside_contest]
    no_vote.close_without_result(riverside_contest, by=clara_and_otto, at=broken, reason=REASON)
    assert missing_of(riverside_contest.cycle) == []
    [(_how, [closed])] = closed_of(riverside_contest.cycle)
    assert (closed.contest, closed.why) == (riverside_contest, REASON)


def test_what_can_be_counted_is_counted(opened, clara_and_otto, riverside_contest) -> None:
    with pytest.raises(Refused, match="can be counted"):
        no_vote.close_without_result(riverside_contest, by=clara_and_otto, at=opened, reason=REASON)
    assert not NoResult.objects.exists()


def test_a_tie_is_drawn_and_closes_nothing(opened, clara_and_otto, riverside_contest, monkeypatch) -> None:
    def tie(*_given: object) -> None:
        raise counting.UnresolvedTie(["1", "2"])

    monkeypatch.setattr(counting, "count", tie)
    with pytest.raises(Refused, match="A tie decides"):
        no_vote.close_without_result(riverside_contest, by=clara_and_otto, at=opened, reason=REASON)


def test_neither_before_the_box_is_open_nor_without_a_reason(
    a_vote, clara, otto, clara_and_otto, riverside_contest, at
) -> None:
    with pytest.raises(Refused, match="counted between"):
        no_vote.close_without_result(riverside_contest, by=clara_and_otto, at=at("voting"), reason=REASON)
    with pytest.raises(Refused, match="box is opened before"):
        no_vote.close_without_result(riverside_contest, by=clara_and_otto, at=at("counting"), reason=REASON)
    said = refused_by_the_database(
        "INSERT INTO ballots_noresult (contest_id, reason, failure, at, by_id, confirmed_by_id)"
        " VALUES (%s, 'x', 'y', now(), %s, %s)",
        riverside_contest.pk,
        clara.pk,
        otto.pk,
    )
    assert "no box of this contest has been opened" in said


def test_a_reason_is_needed_and_it_is_done_once(broken, clara_and_otto, riverside_contest) -> None:
    with pytest.raises(Refused, match="Say why there is no result"):
        no_vote.close_without_result(riverside_contest, by=clara_and_otto, at=broken, reason=" ")
    no_vote.close_without_result(riverside_contest, by=clara_and_otto, at=broken, reason=REASON)
    with pytest.raises(Refused, match="closed without a result already"):
        no_vote.close_without_result(riverside_contest, by=clara_and_otto, at=broken, reason=REASON)
    assert "only be added to" in refused_by_the_database("DELETE FROM ballots_noresult")


def test_a_count_that_succeeds_later_takes_its_place(broken, clara, clara_and_otto, riverside_contest, monkeypatch):
    with pytest.raises(CannotCount):
        count_contest(riverside_contest, by=clara, at=broken)
    no_vote.close_without_result(riverside_contest, by=clara_and_otto, at=broken, reason=REASON)
    monkeypatch.undo()
    count_contest(riverside_contest, by=None, at=broken)
    assert closed_of(riverside_contest.cycle) == []
    assert NoResult.objects.get().reason == REASON, "that it was closed stays on record"
    assert not JointAct.objects.exists()
