"""Two cycles vote in the same weeks, with the same people in the same district: neither's box is the other's affair."""

import pytest
from django.db import connection

from ballots import board, ceremony, draws, key
from ballots.agreement import differences_of
from ballots.casting import entrances, receipt_of
from ballots.counting import count_contest
from ballots.models import OpenedBallot, Participation
from ballots.opening import open_box
from ballots.readiness import ready
from ballots.roll import accounts_that_have_not_voted
from budgeting.models import Contest, Cycle, Draw, Phase
from lib.refusal import Refused
from tests.cast import enrol, put_on_paper
from tests.databases import as_owner
from tests.keeping import kept
from tests.vote import cast


@kept
def next_year(cycle, riverside, rosa_may_vote) -> Contest:
    """Riverside's contest of 2028, in the same months as that of 2027; Rosa may vote in both."""
    other = Cycle.objects.create(slug="2028", title="Participatory budget 2028", currency="EUR")
    for phase in cycle.phases.all():
        Phase.objects.create(cycle=other, stage=phase.stage, opens=phase.opens, closes=phase.closes)
    enrol(rosa_may_vote, other, riverside)
    return Contest.objects.create(cycle=other, district=riverside, budget=250_000_00)


@kept
def its_shares(next_year, clara, ines, otto, at) -> list:
    return key.make(next_year.cycle, [clara, ines, otto], by=clara, at=at("presenting"))


@kept
def both_voted(next_year, its_shares, voting, rosa_may_vote, riverside_contest, clara, at) -> list:
    """Rosa's receipts of 2027 and of 2028."""
    put_on_paper(next_year)
    key.rehearse(next_year.cycle, its_shares[:2], by=clara, at=at("presenting"))
    at("voting")
    return [cast(riverside_contest, {1: 1}, by=rosa_may_vote), cast(next_year, {2: 1}, by=rosa_may_vote)]


def test_the_paper_or_the_rehearsal_of_one_opens_no_booth_of_the_other(
    voting, its_shares, next_year, rosa_may_vote, clara, at
) -> None:
    assert board.publish(next_year) is None
    key.rehearse(next_year.cycle, its_shares[:2], by=clara, at=voting)
    assert ready([next_year.cycle_id]) == set()
    put_on_paper(next_year)
    assert ready([next_year.cycle_id]) == {next_year.cycle_id}


def test_nobody_votes_before_its_own_holders_have_rehearsed(
    voting, its_shares, next_year, rosa_may_vote, riverside_contest
) -> None:
    put_on_paper(next_year)
    with pytest.raises(Refused, match="not ready yet"):
        cast(next_year, {1: 1}, by=rosa_may_vote)
    here, there = entrances(rosa_may_vote, [riverside_contest, next_year], voting)
    assert (here.is_open, there.is_open) == (True, False)


def test_a_receipt_is_found_in_its_own_box_alone(
    both_voted, rosa_may_vote, riverside_contest, next_year, cycle, at
) -> None:
    first, second = both_voted
    assert [receipt_of(rosa_may_vote, each) for each in (riverside_contest, next_year)] == both_voted
    again = cast(next_year, {3: 1}, by=rosa_may_vote)
    assert receipt_of(rosa_may_vote, riverside_contest) == first
    assert [board.look_up(next_year.cycle, each.fingerprint).replaced for each in (second, again)] == [True, False]
    assert [board.look_up(cycle, each.fingerprint) for each in (second, again)] == [None, None]
    assert board.look_up(next_year.cycle, first.fingerprint) is None
    shown = entrances(rosa_may_vote, [riverside_contest, next_year], at("voting"))
    assert [each.receipt for each in shown] == [first, again]


def test_one_box_is_opened_and_counted_and_the_other_stays_shut(
    both_voted, shares, its_shares, cycle, next_year, riverside_contest, clara, at
) -> None:
    moment = at("counting")
    assert differences_of([cycle, next_year.cycle]) == {}
    assert open_box(cycle, shares[:2], by=clara, at=moment).reconciliation.keys() == {"riverside"}
    assert list(OpenedBallot.objects.values_list("contest", "content")) == [(riverside_contest.pk, "1:1")]
    count_contest(riverside_contest, by=clara, at=moment)
    with pytest.raises(Refused, match="opened before"):
        count_contest(next_year, by=clara, at=moment)
    with pytest.raises(Refused, match="until the box has been opened"):
        key.destroy_shares(next_year.cycle, "Two neighbours", by=clara, at=moment)
    assert key.why_not_rehearse(next_year.cycle) == ""
    open_box(next_year.cycle, its_shares[1:], by=clara, at=moment)
    assert differences_of([cycle, next_year.cycle]) == {}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ballots_openedballot DISABLE TRIGGER USER")
        cursor.execute("UPDATE ballots_openedballot SET ballots = 9 WHERE contest_id = %s", [next_year.pk])
    assert differences_of([cycle]) == {}
    assert differences_of([next_year.cycle]).keys() == {next_year.pk}


def test_who_has_voted_in_one_is_reminded_of_the_other(a_vote, next_year, rosa_may_vote) -> None:
    assert [row["user"] for row in accounts_that_have_not_voted(next_year.cycle)] == [rosa_may_vote.pk]
    assert list(accounts_that_have_not_voted(a_vote)) == []
    assert Participation.objects.get().contest.cycle == a_vote


def test_a_key_is_made_for_one_while_the_other_votes(a_vote, next_year, clara, ines, otto, clara_and_otto, at) -> None:
    moment = at("presenting")
    made = key.make(next_year.cycle, [clara, ines, otto], by=clara, at=moment)
    assert key.why_not_give_up(next_year.cycle, moment) == "There is no key that the holders have rehearsed with."
    key.rehearse(next_year.cycle, made[:2], by=clara, at=moment)
    key.give_up(next_year.cycle, by=clara_and_otto, at=moment, reason="A sheet was lost.")
    assert key.key_of(a_vote).is_rehearsed


def test_a_draw_of_one_asks_nothing_of_the_other(a_vote, next_year, clara, clara_and_otto, at) -> None:
    now = at("presenting")
    later = at("voting")
    facts = {"use": "ties", "what": "The lottery of 4 June", "drawn_by": "The lottery", "takes_place": later}
    draw = Draw(cycle=next_year.cycle, **facts)
    draws.announce(draw, by=clara, at=now)
    assert draws.takes_two(Draw(cycle=a_vote, **facts), now).startswith("A ballot paper is frozen")
    assert draws.due(a_vote, later) == []
    assert draws.due(next_year.cycle, later) == [draw]


def test_the_holders_of_one_part_and_those_of_the_other_stay_together(cycle, next_year, clara, ines, at) -> None:
    now = at("presenting")
    here, there = (
        ceremony.begin_key(each, [clara, ines], by=clara, at=now, threshold=2) for each in (cycle, next_year.cycle)
    )
    ceremony.break_off(here, by=clara, at=now)
    assert [ceremony.on_at(each) for each in (cycle, next_year.cycle)] == [None, there]
    with pytest.raises(Refused, match="together already"):
        ceremony.begin_key(next_year.cycle, [clara, ines], by=clara, at=now, threshold=2)
