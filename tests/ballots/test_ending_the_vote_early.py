"""A clerk may end the vote before its date, with a reason and on record; afterwards nobody votes, and the box opens."""

import pytest
from django.test import Client

from audit.models import AuditEvent
from ballots.casting import cast
from ballots.closing import close_voting
from ballots.models import Envelope
from ballots.opening import open_box
from budgeting.stages import Stage
from lib.refusal import Refused


def test_the_vote_ends_at_once_and_the_box_can_be_opened(
    riverside_contest, rosa_may_vote, tomas, clara, shares, voting
) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    cycle = riverside_contest.cycle
    at = close_voting(cycle, by=clara, reason="The power is out in half the city.")
    with pytest.raises(Refused, match="not open"):
        cast(riverside_contest, {2: 1}, by=rosa_may_vote)
    cycle.refresh_from_db()
    assert cycle.stage(at) is Stage.COUNTING
    assert open_box(cycle, shares[:2], by=clara, at=at).reconciliation["riverside"]["voters"] == 1
    assert Envelope.objects.count() == 1


def test_it_is_on_record_with_who_and_why(cycle, clara, voting) -> None:
    close_voting(cycle, by=clara, reason="  A flood. ")
    entry = AuditEvent.objects.get(action="voting ended")
    assert (entry.actor, entry.facts) == (clara, {"reason": "A flood."})


@pytest.mark.parametrize("stage", ["proposing", "presenting", "counting", "delivering"])
def test_a_vote_that_is_not_open_cannot_be_ended(cycle, clara, at, stage: str) -> None:
    at(stage)
    before = cycle.windows()
    with pytest.raises(Refused, match="not open"):
        close_voting(cycle, by=clara, reason="A flood.")
    assert cycle.windows() == before


def test_without_a_reason_it_goes_on(cycle, clara, voting) -> None:
    with pytest.raises(Refused, match="why"):
        close_voting(cycle, by=clara, reason=" ")


def test_the_clerk_ends_it_on_the_desk_and_nobody_else_can(client: Client, cycle, clara, ines, voting, at) -> None:
    client.force_login(ines)
    assert client.post("/2027/box/closing/", {"closing-reason": "I wish it."}).status_code == 404
    client.force_login(clara)
    assert "End the vote before its date" in client.get("/2027/box/").content.decode()
    again = client.post("/2027/box/closing/", {"closing-reason": ""})
    assert again.status_code == 422
    assert cycle.phases.get(stage="voting").closes > voting
    page = client.post("/2027/box/closing/", {"closing-reason": "A flood."}, follow=True)
    assert "Voting has ended" in page.content.decode()
    assert cycle.phases.get(stage="voting").closes <= voting
