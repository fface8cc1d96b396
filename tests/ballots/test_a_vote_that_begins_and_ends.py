"""Who may vote hears that the vote has begun, and who has not voted that it ends soon; and of that nothing stays."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from ballots import ends_soon
from budgeting.models import Cycle
from budgeting.stages import Stage
from notices import spreading
from notices.kinds import Kind
from notices.models import Follow, Happening, Mail, Notice, Undelivered
from residents import vote_begins
from tests.cast import enrol, person
from tests.keeping import kept
from tests.smtp import MailServer, Step
from tests.told import Told, text_of
from tests.vote import cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@kept
def two_voters(voting, cycle, riverside, rosa_may_vote, tomas) -> tuple[User, User]:
    enrol(tomas, cycle, riverside)
    return rosa_may_vote, tomas


@pytest.fixture
def last_days(cycle: Cycle) -> datetime:
    """Two days before voting closes, at ten in the morning."""
    return (cycle.window(Stage.VOTING).closes - 2 * DAY).replace(hour=9, minute=0)


def looked(moment: datetime, told: Told, monkeypatch: pytest.MonkeyPatch) -> list:
    monkeypatch.setattr("lib.clock.now", lambda: moment)
    for look in (vote_begins.look, ends_soon.look):
        look(moment)
    return told(moment)


def test_who_is_verified_or_follows_hears_once_that_it_has_begun(two_voters, cycle, told, monkeypatch) -> None:
    lena, idle = person("Lena"), person("Idle")
    opened = (cycle.window(Stage.VOTING).opens + DAY).replace(hour=9)
    Follow.begin(cycle, by=lena, at=opened - 2 * DAY)
    mails = looked(opened, told, monkeypatch)
    assert sorted(mail["To"] for mail in mails) == sorted(user.email for user in (*two_voters, lena))
    assert idle.email not in [mail["To"] for mail in mails]
    assert "until" in text_of(mails[0])
    assert looked(opened + HOUR, told, monkeypatch) == []


def test_nobody_hears_of_it_once_it_has_gone_on_for_days(two_voters, last_days, told, monkeypatch) -> None:
    vote_begins.look(last_days)
    assert not Happening.objects.exists()


def test_only_who_has_not_voted_is_reminded(two_voters, riverside_contest, last_days, told, monkeypatch) -> None:
    rosa, tomas = two_voters
    cast(riverside_contest, {1: 1}, by=rosa)
    assert ["Riverside" in mail["Subject"] for mail in told(last_days)] == [True], "and that a ballot was cast"
    [mail] = looked(last_days, told, monkeypatch)
    assert mail["To"] == tomas.email
    assert looked(last_days + HOUR, told, monkeypatch) == [], "once"


def test_whoever_votes_before_it_goes_is_left_alone(two_voters, riverside_contest, last_days, told, monkeypatch):
    rosa, _tomas = two_voters
    night = last_days.replace(hour=22)
    assert looked(night, told, monkeypatch) == []
    cast(riverside_contest, {1: 1}, by=rosa)
    assert len(told(night)) == 1, "that a ballot was cast"
    assert len(looked(night + 9 * HOUR, told, monkeypatch)) == 1


def test_nothing_that_names_them_stays_once_it_has_gone(two_voters, last_days, told, monkeypatch) -> None:
    assert len(looked(last_days, told, monkeypatch)) == 2
    assert not Mail.objects.exists()
    assert not Notice.objects.exists()
    assert list(Happening.objects.values_list("by", "facts", "spread_to")) == [(None, {}, 0)]


def test_nor_where_it_is_over_before_all_were_told(two_voters, cycle, last_days, monkeypatch) -> None:
    monkeypatch.setattr("notices.spreading.AT_ONCE", 1)
    monkeypatch.setattr("lib.clock.now", lambda: last_days)
    ends_soon.look(last_days)
    spreading._spread_some(Happening.objects.get().pk, last_days)
    assert Happening.objects.get().spread_to
    Happening.is_over(Kind.VOTE_ENDS_SOON, cycle, at=last_days)
    assert Happening.objects.get().spread_to == 0


def test_nor_if_nobody_takes_it_which_is_counted(
    two_voters, last_days, told, monkeypatch, mail_server: MailServer
) -> None:
    mail_server.refuse(Step.RCPT, "550 5.1.1 Nobody of this name")
    assert looked(last_days, told, monkeypatch) == []
    assert not Mail.objects.exists()
    assert not Notice.objects.exists()
    assert list(Undelivered.objects.values_list("mails", flat=True)) == [2]


def test_a_paused_vote_reminds_nobody(two_voters, cycle, last_days, told, clara, monkeypatch) -> None:
    monkeypatch.setattr("budgeting.models.Cycle.allows", lambda self, act, at: False)
    assert looked(last_days, told, monkeypatch) == []
