"""What is done to a vote and to its calendar reaches its voters and followers at once, with the public reason."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import User
from ballots.closing import close_voting, extend_voting, pause_voting, resume_voting
from budgeting.models import CalendarChange, Cycle, Phase
from budgeting.news import News, happened
from budgeting.stages import Stage
from lib.refusal import Refused
from notices.models import Follow, Happening
from notices.models.happening import unread_by
from tests.cast import person
from tests.told import text_of, to

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REASON = "The site was away for a day."


@pytest.fixture
def morning(at, monkeypatch) -> datetime:
    """A morning of the vote, also by the database's clock."""
    moment = at("voting").replace(hour=9, minute=0)
    monkeypatch.setattr("lib.clock.now", lambda: moment)
    monkeypatch.setattr("lib.clock.of_the_database", lambda: moment)
    return moment


@pytest.fixture
def lena(riverside, morning) -> User:
    """She lives elsewhere, and follows a district."""
    lena = person("Lena")
    Follow.begin(riverside, by=lena, at=morning - DAY)
    return lena


@pytest.fixture
def the_vote(voting, cycle: Cycle, rosa_may_vote: User, lena: User, tomas: User, told, morning) -> Cycle:
    """Rosa may vote, Lena follows, Tomas does neither."""
    told(morning)
    return cycle


def test_a_pause_is_told_to_voters_and_followers_with_its_reason(the_vote, rosa, lena, clara, morning, told) -> None:
    pause_voting(the_vote, by=clara, reason=REASON)
    mails = told(morning)
    assert sorted(mail["To"] for mail in mails) == [lena.email, rosa.email]
    assert mails[0]["Subject"] == f"{the_vote}: the vote is paused"
    assert REASON in text_of(mails[0])
    assert told(morning + HOUR) == [], "once"


def test_resumed_it_says_until_when(the_vote, rosa, clara, clara_and_otto, morning, told) -> None:
    pause_voting(the_vote, by=clara, reason=REASON)
    told(morning)
    resume_voting(the_vote, by=clara_and_otto, reason="It is mended.")
    [mail] = to(told(morning), rosa.email)
    assert mail["Subject"] == f"{the_vote}: the vote goes on"
    assert "It is mended." in text_of(mail)
    assert "until" in text_of(mail)


def test_of_a_pause_that_is_over_by_the_morning_nobody_hears(
    the_vote, rosa, clara, clara_and_otto, morning, told
) -> None:
    night = morning.replace(hour=23)
    pause_voting(the_vote, by=clara, reason=REASON)
    assert told(night) == []
    resume_voting(the_vote, by=clara_and_otto, reason="It is mended.")
    assert told(night) == []
    assert [mail["Subject"] for mail in to(told(night + 9 * HOUR), rosa.email)] == [f"{the_vote}: the vote goes on"]


def test_the_bell_rings_for_the_last_of_it_alone(the_vote, rosa, clara, clara_and_otto, morning, told) -> None:
    pause_voting(the_vote, by=clara, reason=REASON)
    told(morning)
    before = unread_by(rosa)
    resume_voting(the_vote, by=clara_and_otto, reason="It is mended.")
    told(morning)
    assert unread_by(rosa) == before


def test_a_later_close_is_told_with_its_date(the_vote, rosa, clara_and_otto, morning, told) -> None:
    closes = the_vote.window(Stage.VOTING).closes
    extend_voting(the_vote, until=closes + 5 * DAY, by=clara_and_otto, reason=REASON)
    [mail] = to(told(morning), rosa.email)
    assert mail["Subject"] == f"{the_vote}: the vote goes on for longer"
    assert f"{(closes + 5 * DAY):%-d %B}" in text_of(mail)


def test_an_early_end_is_told_in_the_reader_s_language(the_vote, rosa, clara_and_otto, morning, told) -> None:
    User.objects.filter(pk=rosa.pk).update(language="fr")
    close_voting(the_vote, by=clara_and_otto, reason=REASON)
    [mail] = to(told(morning), rosa.email)
    assert mail["Subject"].strip() == f"{the_vote} : le vote a été clos avant sa date"


def test_what_is_not_done_is_told_to_nobody(the_vote, clara, morning, told) -> None:
    with pytest.raises(Refused):
        pause_voting(the_vote, by=clara, reason=" ")
    with transaction.atomic():
        pause_voting(the_vote, by=clara, reason=REASON)
        transaction.set_rollback(True)
    assert not Happening.objects.exists()
    assert told(morning) == []


# Dates that moved -----------------------------------------------------------------------------------------------------


def moved(cycle: Cycle, stage: Stage, by: User, at: datetime) -> None:
    window = cycle.window(stage)
    later = {"opens": window.opens, "closes": window.closes + DAY}
    dates = {stage.value: [[m.isoformat() for m in pair] for pair in ((window.opens, window.closes), later.values())]}
    change = CalendarChange.objects.create(cycle=cycle, kind="moved", at=at, reason=REASON, dates=dates, by=by)
    happened(News.CALENDAR_CHANGED, change, by=by, at=at)


def test_followers_hear_of_moved_dates_and_voters_where_the_vote_moves(
    cycle, riverside_contest, lena, rosa_may_vote, clara, morning, told
) -> None:
    moved(cycle, Stage.RESULTS, clara, morning)
    [mail] = told(morning)
    assert (mail["To"], mail["Subject"]) == (lena.email, f"{cycle}: other dates")
    closes = Phase.objects.get(cycle=cycle, stage="results").closes + DAY
    assert "Results: from" in text_of(mail)
    assert f"{closes:%-d %B}" in text_of(mail)
    assert REASON in text_of(mail)
    moved(cycle, Stage.VOTING, clara, morning)
    assert sorted(mail["To"] for mail in told(morning)) == [lena.email, rosa_may_vote.email]
