"""V10: two people may end the vote before its date, with a public reason; then nobody votes, and the box opens."""

import pytest
from django.test import Client

from audit.models import AuditEvent
from ballots.closing import close_voting
from ballots.models import Envelope
from ballots.opening import open_box
from budgeting.models import CalendarChange, Cycle, JointAct
from budgeting.stages import Stage
from lib.refusal import Refused
from tests.cast import signed_in
from tests.keeping import kept
from tests.papers import source_of
from tests.vote import cast, turn_the_database


@kept
def voting_now(voting):
    """By everybody's clock, that of the database's guards too."""
    turn_the_database(voting)
    return voting


def test_the_vote_ends_at_once_and_the_box_can_be_opened(
    riverside_contest, rosa_may_vote, tomas, clara, clara_and_otto, shares, voting_now
) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    cycle = riverside_contest.cycle
    at = close_voting(cycle, by=clara_and_otto, reason="The power is out in half the city.").at
    with pytest.raises(Refused, match="not open"):
        cast(riverside_contest, {2: 1}, by=rosa_may_vote)
    cycle.refresh_from_db()
    assert cycle.stage(at) is Stage.COUNTING
    assert open_box(cycle, shares[:2], by=clara, at=at).reconciliation["riverside"]["voters"] == 1
    assert Envelope.objects.count() == 1


def test_it_is_on_record_with_who_and_why(cycle, clara, otto, clara_and_otto, voting_now) -> None:
    close_voting(cycle, by=clara_and_otto, reason="  A flood. ")
    entry = AuditEvent.objects.get(action="voting ended")
    stands = Cycle.objects.get().dates()
    assert stands["voting"][1] == cycle.phases.get(stage="voting").closes.isoformat()
    change = {"at": stands["voting"][1], "dates": CalendarChange.objects.get().dates}
    told = {"reason": "A flood.", "confirmed_by": otto.pk, "calendar": stands, **change}
    assert (entry.actor, entry.facts) == (clara, told)


@pytest.mark.parametrize("stage", ["proposing", "presenting", "counting", "delivering"])
def test_a_vote_that_is_not_open_cannot_be_ended(cycle, clara_and_otto, at, stage: str) -> None:
    at(stage)
    before = cycle.windows()
    with pytest.raises(Refused, match="not open"):
        close_voting(cycle, by=clara_and_otto, reason="A flood.")
    assert cycle.windows() == before
    assert not CalendarChange.objects.exists()


def test_without_a_reason_it_goes_on(cycle, clara_and_otto, voting_now) -> None:
    with pytest.raises(Refused, match="why"):
        close_voting(cycle, by=clara_and_otto, reason=" ")


def test_ended_twice_it_is_ended_once(cycle, clara_and_otto, voting_now) -> None:
    """C9."""
    close_voting(cycle, by=clara_and_otto, reason="A flood.")
    with pytest.raises(Refused, match="not open"):
        close_voting(cycle, by=clara_and_otto, reason="A flood.")
    assert AuditEvent.objects.filter(action="voting ended").count() == 1


def test_a_clerk_proposes_it_on_the_desk_and_an_auditor_confirms_it(cycle, clara, ines, otto, voting_now) -> None:
    assert signed_in(ines).post("/2027/box/closing/", {"ending-reason": "I wish it."}).status_code == 404
    claras = signed_in(clara)
    assert "End the vote before its date" in source_of(claras.get("/2027/box/"))
    assert claras.post("/2027/box/closing/", {"ending-reason": ""}).status_code == 422
    page = claras.post("/2027/box/closing/", {"ending-reason": "A flood."}, follow=True)
    assert "A flood." in source_of(page)
    again = claras.post("/2027/box/closing/", {"ending-reason": "A flood."})
    assert "waits for a second person already" in source_of(again)
    act = JointAct.objects.get()
    claras.post(f"{act.get_absolute_url()}confirmation/")
    assert Cycle.objects.get().window(Stage.VOTING).closes > voting_now
    done = signed_in(otto).post(f"{act.get_absolute_url()}confirmation/", follow=True)
    assert "Done: end the vote" in source_of(done)
    assert Cycle.objects.get().window(Stage.VOTING).closes == voting_now


PAGES = ["/", "/2027/", "/2027/riverside/", "/2027/board/", "/2027/riverside/results/", "/2027/results/"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("address", PAGES)
def test_v10_the_reason_stands_where_the_date_does(
    address: str, riverside_contest, rosa_may_vote, clara_and_otto, voting_now
) -> None:
    close_voting(riverside_contest.cycle, by=clara_and_otto, reason="The power is out in half the city.")
    page = source_of(Client().get(address))
    assert "The power is out in half the city." in page
    assert "Ended before its date" in page


def test_v10_the_reason_stands_in_the_booth(riverside_contest, rosa_may_vote, clara_and_otto, voting_now) -> None:
    close_voting(riverside_contest.cycle, by=clara_and_otto, reason="A flood.")
    assert "“A flood.”" in source_of(signed_in(rosa_may_vote).get("/2027/riverside/ballot/"))
