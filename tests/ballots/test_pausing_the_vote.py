"""A clerk or an auditor alone may pause the vote at once, publicly; two resume it, and it lasts as much longer."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from accounts.models import User
from ballots import board
from ballots.closing import pause_voting, resume_voting
from ballots.models import BoardBatch, Envelope, Opening
from ballots.opening import open_box
from budgeting.models import CalendarChange, Cycle
from budgeting.people import RoleName
from budgeting.stages import Act, Stage
from lib import clock
from lib.refusal import Refused
from tests.cast import person, signed_in
from tests.keeping import kept
from tests.papers import source_of
from tests.vote import cast, leaving_guards_aside

HOUR = timedelta(hours=1)
REASON = "Votes are cast with stolen letters."


@kept
def paused(a_vote: Cycle, clara: User) -> Cycle:
    """Clara has paused the vote in which Rosa has voted."""
    pause_voting(a_vote, by=clara, reason=REASON)
    return Cycle.objects.get()


def test_nobody_votes_while_it_is_paused(paused, rosa_may_vote, riverside_contest) -> None:
    before = Envelope.objects.get().fingerprint
    with pytest.raises(Refused, match="The vote is paused"):
        cast(riverside_contest, {2: 1}, by=rosa_may_vote)
    assert Envelope.objects.get().fingerprint == before


def test_the_database_takes_no_envelope_either(paused) -> None:
    for sql in (
        "UPDATE ballots_envelope SET sealed = sealed",
        "INSERT INTO ballots_envelope SELECT * FROM ballots_envelope",
    ):
        with pytest.raises(DatabaseError, match="is paused"), leaving_guards_aside() as cursor:
            cursor.execute(sql)


@pytest.mark.parametrize("stage", ["voting", "counting", "results"])
def test_a_paused_vote_has_not_closed_whatever_the_calendar_says(
    paused, riverside_contest, shares, clara, at, stage: str
) -> None:
    moment = at(stage)
    assert paused.stage(moment) is Stage.VOTING
    assert not any(paused.allows(act, moment) for act in (Act.VOTE, Act.OPEN_BOX, Act.COUNT, Act.SEE_RESULTS))
    list(board.publish_due())
    assert not BoardBatch.objects.filter(final=True).exists()
    with pytest.raises(Refused, match="once voting has closed"):
        open_box(paused, shares[:2], by=clara, at=moment)


def test_the_database_knows_no_final_batch_and_no_opening_of_it(paused, riverside_contest, clara, voting) -> None:
    empty = {"day": voting.date(), "added": [], "replaced": [], "envelopes": 0}
    digests = {"list_digest": "0", "previous_root": "0", "root": "0"}
    with pytest.raises(DatabaseError, match="is paused"), transaction.atomic():
        BoardBatch.objects.create(contest=riverside_contest, number=9, final=True, **empty, **digests)
    with pytest.raises(DatabaseError, match="is paused"), transaction.atomic():
        Opening.objects.create(cycle=paused, share_numbers=[1, 2], reconciliation={}, by=clara, at=voting)


def test_two_resume_it_and_it_lasts_as_much_longer(
    paused, clara_and_otto, monkeypatch, rosa_may_vote, riverside_contest
):
    closes, since = paused.window(Stage.VOTING).closes, paused.paused_since
    monkeypatch.setattr(clock, "of_the_database", lambda: since + 50 * HOUR)
    monkeypatch.setattr(clock, "now", lambda: since + 50 * HOUR)
    resume_voting(paused, by=clara_and_otto, reason="The letters are void.")
    cycle = Cycle.objects.get()
    assert cycle.window(Stage.VOTING).closes == closes + 50 * HOUR
    assert cycle.window(Stage.COUNTING).opens == closes + 50 * HOUR
    assert cycle.paused_since is None
    cast(riverside_contest, {2: 1}, by=rosa_may_vote)


def test_a_pause_beyond_the_close_is_made_up_for_too(paused, clara_and_otto, at) -> None:
    closes, since = paused.window(Stage.VOTING).closes, paused.paused_since
    resumed = at("results")
    resume_voting(paused, by=clara_and_otto, reason="The letters are void.")
    cycle = Cycle.objects.get()
    assert cycle.window(Stage.VOTING).closes == closes + (resumed - since)
    assert cycle.stage(resumed) is Stage.VOTING
    assert cycle.allows(Act.VOTE, resumed)


def test_resumed_by_other_dates_than_the_pause_gives_the_database_says_no(paused, clara_and_otto, voting) -> None:
    later = paused.window(Stage.VOTING).closes + HOUR
    CalendarChange.objects.create(
        cycle=paused, kind="resumed", at=voting + 2 * HOUR, reason="Mended.", closes=later, by=clara_and_otto.first
    )
    with pytest.raises(DatabaseError, match="close of the vote follows"), transaction.atomic():
        paused.phases.filter(stage="voting").update(closes=later)


def test_each_pauses_a_vote_once(paused, clara, otto, clara_and_otto) -> None:
    with pytest.raises(Refused, match="paused already"):
        pause_voting(paused, by=otto, reason=REASON)
    resume_voting(paused, by=clara_and_otto, reason="The letters are void.")
    with pytest.raises(Refused, match="You have paused this vote before"):
        pause_voting(paused, by=clara, reason=REASON)
    pause_voting(paused, by=otto, reason=REASON)
    assert [each.by for each in CalendarChange.objects.filter(kind="paused")] == [clara, otto]


def test_the_database_too_lets_each_pause_once_and_in_turn(paused, clara, otto, clara_and_otto, voting) -> None:
    said = {"cycle": paused, "at": voting, "reason": REASON}
    with pytest.raises(IntegrityError, match="in turn"), transaction.atomic():
        CalendarChange.objects.create(kind="paused", by=otto, **said)
    resume_voting(paused, by=clara_and_otto, reason="The letters are void.")
    with pytest.raises(IntegrityError, match="a_person_pauses_a_vote_once"), transaction.atomic():
        CalendarChange.objects.create(kind="paused", by=clara, **said)
    with pytest.raises(IntegrityError, match="in turn"), transaction.atomic():
        CalendarChange.objects.create(kind="resumed", by=clara, **said)


@pytest.mark.parametrize("role", [RoleName.COUNCIL, RoleName.COMMITTEE])
def test_nobody_else_pauses_it(a_vote, role: RoleName) -> None:
    with pytest.raises(Refused, match="A clerk or an auditor"):
        pause_voting(a_vote, by=person("Petra", role), reason=REASON)


@pytest.mark.parametrize("stage", ["presenting", "counting"])
def test_a_vote_that_is_not_open_is_not_paused(riverside_paper, shares, cycle, clara, at, stage: str) -> None:
    at(stage)
    with pytest.raises(Refused, match="Voting is not open"):
        pause_voting(cycle, by=clara, reason=REASON)


def test_without_a_reason_it_goes_on(a_vote, clara) -> None:
    with pytest.raises(Refused, match="everybody will ask"):
        pause_voting(a_vote, by=clara, reason="  ")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("address", ["/", "/2027/", "/2027/riverside/", "/2027/board/"])
def test_v10_everybody_reads_that_it_is_paused_and_why(paused, address: str) -> None:
    page = source_of(Client().get(address))
    assert REASON in page
    assert "Paused on" in page


@pytest.mark.sampled(2)
@pytest.mark.parametrize("address", ["/", "/2027/", "/2027/riverside/", "/2027/riverside/ballot/"])
def test_a_page_with_a_way_to_vote_says_that_there_is_none(paused, rosa_may_vote, address: str) -> None:
    page = source_of(signed_in(rosa_may_vote).get(address))
    assert "The vote is paused" in page
    assert 'href="/2027/riverside/ballot/"' not in page
    assert "Choose your district and vote" not in page


def test_an_auditor_pauses_it_at_the_desk_of_the_box_and_two_resume_it_there(
    a_vote, otto, clara, ines, at, voting: datetime
) -> None:
    ottos, claras = signed_in(otto), signed_in(clara)
    assert "Pause the vote" not in source_of(signed_in(ines).get("/2027/box/"))
    assert signed_in(ines).post("/2027/box/pause/", {"pause-reason": REASON}).status_code == 422
    assert "once in this vote" in source_of(ottos.get("/2027/box/"))
    page = source_of(ottos.post("/2027/box/pause/", {"pause-reason": REASON}, follow=True))
    assert "The vote is paused. Two people resume it." in page
    again = source_of(ottos.post("/2027/box/pause/", {"pause-reason": REASON}))
    assert "The vote is paused already." in again
    proposal = source_of(ottos.post("/2027/box/resumption/", {"resumption-reason": "Mended."}, follow=True))
    assert "Mended." in proposal
    act = a_vote.joint_acts.get()
    ottos.post(f"{act.get_absolute_url()}confirmation/")
    assert Cycle.objects.get().paused_since
    claras.post(f"{act.get_absolute_url()}confirmation/")
    assert Cycle.objects.get().paused_since is None
    assert "Resumed on" in source_of(Client().get("/2027/"))
    assert "Resume" in source_of(claras.get(act.get_absolute_url()))
