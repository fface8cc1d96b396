"""Who follows a round hears once that its shortlist is public: when the decisions are, and not before."""

from datetime import datetime, timedelta

import pytest

from budgeting.models import Cycle
from budgeting.stages import Stage
from notices.kinds import Kind, Way
from notices.models import Choice, Follow, Happening
from proposals import shortlist_public
from proposals.models import Proposal
from tests.cast import propose
from tests.keeping import kept
from tests.told import Told, text_of, to

DAY = timedelta(days=1)


@kept
def opens(cycle: Cycle) -> datetime:
    """The review closes, and the shortlist is presented."""
    return cycle.window(Stage.REVIEWING).closes


@kept
def shortlisted(riverside_contest, hillside_contest, clara, martin, opens) -> None:
    """Two in Riverside and none in Hillside, where one was turned down."""
    two, other = propose(riverside_contest, costs=(100, 200)), propose(riverside_contest, costs=(300,))
    for proposal in two:
        proposal.decide(by=martin, at=opens - 9 * DAY, outcome="shortlist", reason="Good.")
    other[0].decide(by=martin, at=opens - 9 * DAY, outcome="reject", reason="The ground is not the city's.")
    propose(hillside_contest, costs=(100,))


def looked(moment: datetime, told: Told, monkeypatch: pytest.MonkeyPatch) -> list:
    monkeypatch.setattr("lib.clock.now", lambda: moment)
    shortlist_public.look(moment)
    return told(moment)


def test_one_mail_for_the_whole_list_once_the_decisions_are_public(
    shortlisted, cycle, riverside, tomas, opens, told, monkeypatch
) -> None:
    for thing in (cycle, riverside):
        Follow.begin(thing, by=tomas, at=opens - DAY)
    assert looked(opens - timedelta(seconds=1), told, monkeypatch) == []
    assert not Happening.objects.filter(thing=f"budgeting.cycle:{cycle.pk}").exists()
    mails = [mail for days in range(4) for mail in looked(opens + days * DAY, told, monkeypatch)]
    [mail] = to(mails, tomas.email)
    assert text_of(mail).count(f"{cycle}: the shortlist") == 1
    assert f"/{cycle.slug}/shortlist/" in text_of(mail)


def test_at_once_it_says_how_many_stand_on_it_in_each_contest(
    shortlisted, cycle, tomas, opens, told, monkeypatch
) -> None:
    Follow.begin(cycle, by=tomas, at=opens - DAY)
    Choice.make(tomas.pk, Kind.SHORTLIST, Way.AT_ONCE)
    [mail] = looked(opens, told, monkeypatch)
    assert "– Riverside: 2 projects" in text_of(mail)
    assert "Hillside" not in text_of(mail)


def test_what_is_hidden_is_not_counted(shortlisted, cycle, tomas, clara, opens, told, monkeypatch) -> None:
    Follow.begin(cycle, by=tomas, at=opens - DAY)
    Choice.make(tomas.pk, Kind.SHORTLIST, Way.AT_ONCE)
    Proposal.objects.get(number=1).hide(by=clara, at=opens, reason="It names a neighbour.")
    mails = looked(opens, told, monkeypatch)
    [mail] = to(mails, tomas.email)
    assert "– Riverside: 1 project" in text_of(mail)


@pytest.mark.parametrize("late", [timedelta(days=3), timedelta(days=40)])
def test_nobody_is_told_late(shortlisted, cycle, tomas, opens, late, told, monkeypatch) -> None:
    Follow.begin(cycle, by=tomas, at=opens - DAY)
    looked(opens + late, told, monkeypatch)
    assert not Happening.objects.filter(thing=f"budgeting.cycle:{cycle.pk}").exists()


def test_a_list_with_nothing_on_it_is_no_news(cycle, riverside_contest, tomas, opens, told, monkeypatch) -> None:
    Follow.begin(cycle, by=tomas, at=opens - DAY)
    propose(riverside_contest)
    looked(opens, told, monkeypatch)
    assert not Happening.objects.exists()


def test_the_date_of_the_decisions_may_come_before_the_close_of_the_review(
    shortlisted, cycle, tomas, opens, told, monkeypatch
) -> None:
    Follow.begin(cycle, by=tomas, at=opens - 9 * DAY)
    Choice.make(tomas.pk, Kind.SHORTLIST, Way.AT_ONCE)
    Cycle.objects.update(decisions_public_at=opens - 4 * DAY)
    assert looked(opens - 5 * DAY, told, monkeypatch) == []
    told_of_it = to(looked(opens - 4 * DAY, told, monkeypatch), tomas.email)
    assert [mail["Subject"] for mail in told_of_it].count(f"{cycle}: the shortlist") == 1
    assert looked(opens, told, monkeypatch) == []


def test_a_list_whose_day_was_put_off_is_not_told_before_it(
    shortlisted, cycle, tomas, opens, told, monkeypatch
) -> None:
    Follow.begin(cycle, by=tomas, at=opens - DAY)
    looked(opens, told, monkeypatch)
    Cycle.objects.update(decisions_public_at=opens + 5 * DAY)
    assert to(looked(opens + 2 * DAY, told, monkeypatch), tomas.email) == []
