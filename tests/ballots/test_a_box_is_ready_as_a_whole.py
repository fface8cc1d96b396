"""V11: nobody votes anywhere before all can: one question with one answer, for booth, pages, desk and list.

A contest with nothing to vote on is closed without a vote by two people with a public reason, and holds nobody up.
"""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from audit.models import AuditEvent
from ballots import paper
from ballots.casting import box_of, entrances
from ballots.checklist import Step, checklist
from ballots.models import BallotPaper, NoVote
from ballots.no_vote import close_without_vote
from ballots.opening import open_box
from budgeting.models import Contest, Cycle
from lib.refusal import Refused
from tests.cast import propose, put_on_paper, signed_in
from tests.keeping import kept
from tests.papers import source_of
from tests.vote import cast

REASON = "Nobody proposed anything in Hillside."


@kept
def half_ready(voting, hillside_contest: Contest) -> Cycle:
    """Voting has opened by the calendar; Riverside has its paper, Hillside has none."""
    return hillside_contest.cycle


@kept
def without_hillside(half_ready: Cycle, hillside_contest: Contest, clara_and_otto, voting) -> Cycle:
    close_without_vote(hillside_contest, by=clara_and_otto, at=voting, reason=REASON)
    return half_ready


def test_v11_nobody_votes_in_one_contest_before_all_can(half_ready, rosa_may_vote, riverside_contest, voting) -> None:
    with pytest.raises(Refused, match="not ready yet"):
        cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    (entrance,) = entrances(rosa_may_vote, [riverside_contest], voting)
    assert (entrance.is_open, entrance.refusal) == (False, "The ballot box is not ready yet.")
    found = checklist(half_ready, voting)
    assert (found.is_ready, found.is_late) == (False, True)


def test_v11_the_pages_say_what_the_desk_says(half_ready, rosa_may_vote, clara) -> None:
    booth = source_of(signed_in(rosa_may_vote).get("/2027/riverside/ballot/"))
    contest = source_of(signed_in(rosa_may_vote).get("/2027/riverside/"))
    desk = source_of(signed_in(clara).get("/2027/box/"))
    assert "The ballot box is not ready yet." in booth
    assert "The ballot box is not ready yet." in contest
    assert "nobody can vote, in no contest" in desk


def test_with_the_last_paper_all_of_them_vote(half_ready, rosa_may_vote, riverside_contest, hillside_contest, voting):
    put_on_paper(hillside_contest)
    assert checklist(half_ready, voting).is_ready
    (entrance,) = entrances(rosa_may_vote, [riverside_contest], voting)
    assert entrance.is_open
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)


def test_v11_a_contest_without_a_vote_holds_nobody_up(
    without_hillside, rosa_may_vote, riverside_contest, shares, clara, at, voting
) -> None:
    cast(riverside_contest, {1: 1}, by=rosa_may_vote)
    with pytest.raises(Refused, match="Nothing is voted on here: Nobody proposed"):
        box_of(NoVote.objects.get().contest)
    found = checklist(without_hillside, voting)
    assert (found.is_ready, found.unfrozen, found.waits_for) == (True, [], Step.VOTE)
    moment = at("counting")
    assert open_box(without_hillside, shares[:2], by=clara, at=moment).reconciliation.keys() == {"riverside"}


def test_where_nothing_is_voted_on_at_all_the_desk_asks_for_no_box(
    hillside_contest, riverside_contest, clara, clara_and_otto, at
) -> None:
    now = at("presenting")
    for contest in (hillside_contest, riverside_contest):
        close_without_vote(contest, by=clara_and_otto, at=now, reason=REASON)
    for moment in (now, at("voting")):
        found = checklist(Cycle.objects.get(), moment)
        assert (found.waits_for, found.is_late, found.is_due) == (Step.NOTHING, False, False)
    page = source_of(signed_in(clara).get("/2027/box/"))
    assert "nothing is left to do" in page
    assert "Nobody can vote before" not in page
    assert "/2027/hillside/rule/" not in signed_in(clara).get("/desk/").content.decode()


def test_everybody_reads_why_nothing_is_voted_on_there(without_hillside, hillside_contest, tomas) -> None:
    assert hillside_contest.no_vote.reason == REASON
    page = source_of(Client().get("/2027/hillside/"))
    assert f"Nothing is voted on here: {REASON}" in page
    assert AuditEvent.objects.get(action="closed without vote").facts["reason"] == REASON


def test_where_there_is_something_to_vote_on_a_contest_is_not_closed(
    half_ready, hillside_contest, clara_and_otto, voting, at
) -> None:
    for proposal in propose(hillside_contest):
        proposal.decisions.create(outcome="shortlist", reason="Good.", at=at("reviewing"))
    at("voting")
    with pytest.raises(Refused, match="There is something to vote on"):
        close_without_vote(hillside_contest, by=clara_and_otto, at=voting, reason=REASON)


@pytest.mark.parametrize("stage", ["proposing", "reviewing", "counting"])
def test_it_is_closed_between_the_review_and_the_close(cycle, hillside_contest, clara_and_otto, at, stage) -> None:
    with pytest.raises(Refused, match="between the review and the close"):
        close_without_vote(hillside_contest, by=clara_and_otto, at=at(stage), reason=REASON)


def test_a_contest_has_a_paper_or_no_vote(
    without_hillside, hillside_contest, riverside_contest, clara_and_otto, voting
):
    with pytest.raises(Refused, match="closed without a vote already"):
        close_without_vote(hillside_contest, by=clara_and_otto, at=voting, reason=REASON)
    with pytest.raises(Refused, match="is frozen"):
        close_without_vote(riverside_contest, by=clara_and_otto, at=voting, reason=REASON)
    with pytest.raises(DatabaseError, match="a ballot paper or no vote"), transaction.atomic():
        put_on_paper(hillside_contest)
    with pytest.raises(DatabaseError, match="a ballot paper or no vote"), transaction.atomic():
        NoVote.objects.create(contest=riverside_contest, reason=REASON, at=voting, by=clara_and_otto.first)
    assert BallotPaper.objects.count() == 1


def test_a_contest_without_a_vote_is_not_frozen_after_all(without_hillside, hillside_contest, at) -> None:
    for proposal in propose(hillside_contest):
        proposal.decisions.create(outcome="shortlist", reason="Good.", at=at("reviewing"))
    with pytest.raises(Refused, match="closed without a vote"):
        paper.plan(hillside_contest, at("presenting"))


def test_a_clerk_proposes_it_on_the_desk_and_an_auditor_confirms_it(half_ready, hillside_contest, clara, otto) -> None:
    claras = signed_in(clara)
    assert "Close a contest without a vote" in source_of(claras.get("/2027/box/"))
    typed = {"no_vote-contest": hillside_contest.pk, "no_vote-reason": REASON}
    page = source_of(claras.post("/2027/box/no-vote/", typed, follow=True))
    assert REASON in page
    assert "150,000" in page
    act = half_ready.joint_acts.get()
    signed_in(otto).post(f"{act.get_absolute_url()}confirmation/")
    desk = source_of(claras.get("/2027/box/"))
    assert "closed without a vote" in desk
    assert "Close a contest without a vote" not in desk
    assert (NoVote.objects.get().by, NoVote.objects.get().confirmed_by) == (clara, otto)
