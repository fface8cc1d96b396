"""V5: once a paper is frozen nothing on it changes, however the calendar is moved: state forbids it, not the date."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from ballots import paper
from ballots.models import BallotPaper
from budgeting import registry
from budgeting.models import Contest, Cycle
from budgeting.registry import Deed
from budgeting.two import Two
from lib.refusal import Refused
from proposals.models import Decision, Proposal, Version, Withdrawal
from tests.cast import picture, propose, put_on_paper
from tests.keeping import kept
from tests.vote import leaving_guards_aside

FROZEN = "frozen ballot paper"


@kept
def reviewing_again(riverside_contest: Contest, rosa: User, at) -> datetime:
    """Riverside's paper is frozen, and somebody moves the calendar so that the review is open again."""
    Proposal.objects.filter(pk__in=[each.pk for each in propose(riverside_contest)]).update(author=rosa)
    paper.write(riverside_contest, list(Proposal.objects.all()), by=None, at=at("presenting"))
    return at("reviewing")


@kept
def on_paper(reviewing_again: datetime, riverside_contest: Contest) -> Proposal:
    return riverside_contest.paper.lines.get(ballot_number=1).proposal


def refused(sql: str, *values: object) -> str:
    """What the database says to it, though the session has told it to leave its guards aside."""
    with pytest.raises(DatabaseError) as refusal, leaving_guards_aside() as cursor:
        cursor.execute(sql, values)
    return str(refusal.value)


def test_v5_its_author_does_not_withdraw_it(on_paper, rosa, reviewing_again) -> None:
    with pytest.raises(Refused, match=FROZEN):
        on_paper.withdraw(by=rosa, at=reviewing_again, reason="I have thought better of it.")
    assert not Withdrawal.objects.exists()


def test_v5_its_author_does_not_edit_it(on_paper, rosa, at) -> None:
    at_proposing = at("proposing")
    with pytest.raises(Refused, match=FROZEN):
        on_paper.edit(by=rosa, at=at_proposing, title="Something quite different")
    with pytest.raises(Refused, match=FROZEN):
        on_paper.add_photo(by=rosa, at=at_proposing, file=picture(), alt="Something quite different")
    assert not Version.objects.exists()


@pytest.mark.parametrize("outcome", ["reject", "return", "shortlist"])
def test_v5_the_committee_does_not_decide_on_it(on_paper, martin, reviewing_again, outcome: str) -> None:
    with pytest.raises(Refused, match=FROZEN):
        on_paper.decide(by=martin, at=reviewing_again, outcome=outcome, reason="The ground is wet.")
    assert not Decision.objects.exists()


def test_v5_the_committee_does_not_price_it_anew(on_paper, martin, reviewing_again) -> None:
    with pytest.raises(Refused, match=FROZEN):
        on_paper.decide(by=martin, at=reviewing_again, outcome="shortlist", reason="Good.", cost=1_00)
    on_paper.refresh_from_db()
    assert on_paper.cost == on_paper.ballot_lines.get().cost


def test_what_is_on_no_paper_goes_on_as_ever(on_paper, hillside_contest, rosa, reviewing_again) -> None:
    (elsewhere,) = propose(hillside_contest, costs=[10_000_00])
    Proposal.objects.filter(pk=elsewhere.pk).update(author=rosa)
    elsewhere.refresh_from_db()
    elsewhere.withdraw(by=rosa, at=reviewing_again, reason="I have thought better of it.")
    assert Withdrawal.objects.get().proposal == elsewhere


WORDS = {
    "withdrawal": "INSERT INTO proposals_withdrawal (proposal_id, at, reason) VALUES (%s, now(), 'No.')",
    "decision": "INSERT INTO proposals_decision (proposal_id, at, outcome, reason) VALUES (%s, now(), 'reject', 'No.')",
    "version": "INSERT INTO proposals_version (proposal_id, number, at, text) VALUES (%s, 9, now(), '{}')",
    "cost": "UPDATE proposals_proposal SET cost = 1 WHERE id = %s",
    "title": "UPDATE proposals_proposal SET title = 'Something quite different' WHERE id = %s",
    "place": "UPDATE proposals_proposal SET address = 'Elsewhere' WHERE id = %s",
    "contest": "UPDATE proposals_proposal SET contest_id = contest_id + 1 WHERE id = %s",
    "the whole": "DELETE FROM proposals_proposal WHERE id = %s",
}


@pytest.mark.parametrize("sql", WORDS.values(), ids=WORDS)
def test_v5_the_database_refuses_it_too(on_paper: Proposal, sql: str) -> None:
    assert FROZEN in refused(sql, on_paper.pk)


def test_v5_what_was_decided_before_the_freeze_is_not_taken_back(riverside_contest, martin, clara, at) -> None:
    (project,) = propose(riverside_contest, costs=[10_000_00])
    project.decide(by=martin, at=at("reviewing"), outcome="shortlist", reason="Good.")
    paper.write(riverside_contest, [project], by=Two(martin, clara), at=at("presenting"))
    assert FROZEN in refused("DELETE FROM proposals_decision")
    assert FROZEN in refused("UPDATE proposals_decision SET outcome = 'reject'")


def test_v5_its_photos_stay_as_people_in_the_booth_see_them(riverside_contest, rosa, at) -> None:
    (project,) = propose(riverside_contest, costs=[10_000_00])
    Proposal.objects.filter(pk=project.pk).update(author=rosa)
    project.refresh_from_db()
    photo = project.add_photo(by=rosa, at=at("proposing"), file=picture(), alt="The quay")
    paper.write(riverside_contest, [project], by=None, at=at("presenting"))
    with pytest.raises(Refused, match="can no longer be removed"):
        project.remove_photo(by=rosa, at=at("proposing"), photo=photo)
    assert FROZEN in refused("DELETE FROM proposals_photo")
    assert FROZEN in refused("UPDATE proposals_photo SET alt = 'Another'")


def test_an_account_that_is_taken_away_takes_its_name_along(riverside_contest, rosa, martin, at) -> None:
    """Nothing of what is said changes by it."""
    (project,) = propose(riverside_contest, costs=[10_000_00])
    Proposal.objects.filter(pk=project.pk).update(author=rosa)
    project.decide(by=martin, at=at("reviewing"), outcome="shortlist", reason="Good.")
    paper.write(riverside_contest, [project], by=None, at=at("presenting"))
    Decision.objects.update(by=None)
    Proposal.objects.update(author=None)


@pytest.mark.parametrize("how", ["withdrawn", "rejected", "dearer"])
def test_what_changed_while_the_paper_was_being_frozen_does_not_get_on_it(
    riverside_contest: Contest, rosa, martin, clara, at, how: str
) -> None:
    (project,) = propose(riverside_contest, costs=[10_000_00])
    as_it_was = Proposal.objects.get(pk=project.pk)
    Proposal.objects.filter(pk=project.pk).update(author=rosa)
    project.refresh_from_db()
    if how == "withdrawn":
        project.withdraw(by=rosa, at=at("reviewing"), reason="I have thought better of it.")
    elif how == "rejected":
        project.decide(by=martin, at=at("reviewing"), outcome="reject", reason="Wet.")
    else:
        Proposal.objects.update(cost=11_000_00)
    with pytest.raises(DatabaseError, match="changed in the meantime"), transaction.atomic():
        paper.write(riverside_contest, [as_it_was], by=Two(clara, martin), at=at("presenting"))
    assert not BallotPaper.objects.exists()


# The dates of the vote ------------------------------------------------------------------------------------------------


def test_v5_the_set_up_moves_no_opening_of_a_vote_with_ballots(a_vote: Cycle) -> None:
    windows = a_vote.windows()
    later = [type(each)(each.stage, each.opens + timedelta(days=1), each.closes) for each in windows]
    assert "opening of the vote" in registry.why_not(Deed.MOVE_DATES, a_vote, later)
    assert "opening of the vote" in registry.why_not(Deed.MOVE_DATES, a_vote, [])
    closing = [type(each)(each.stage, each.opens, None) for each in windows]
    assert "two people" in registry.why_not(Deed.MOVE_DATES, a_vote, closing)
    assert registry.why_not(Deed.MOVE_DATES, a_vote, windows) == ""


def test_before_anybody_has_voted_the_vote_may_still_be_moved(voting, cycle: Cycle) -> None:
    assert registry.why_not(Deed.MOVE_DATES, cycle, []) == ""


def test_no_contest_is_added_to_a_vote(a_vote: Cycle, cycle: Cycle, hillside) -> None:
    assert "no contest can be added" in registry.why_not(Deed.ADD_CONTEST, a_vote.pk)
    with pytest.raises(DatabaseError, match="ballots have been cast"), transaction.atomic():
        Contest.objects.create(cycle=a_vote, district=hillside, budget=1)


def test_every_deed_is_answered_for(monkeypatch) -> None:
    assert registry.every_deed_is_answered_for(None) == []
    monkeypatch.delitem(registry._registered.objections, Deed.MOVE_DATES)
    assert [found.id for found in registry.every_deed_is_answered_for(None)] == ["budgeting.E003"]


def test_a_paper_written_by_the_cast_is_a_frozen_one(hillside_contest) -> None:
    put_on_paper(hillside_contest)
    assert FROZEN in refused("UPDATE proposals_proposal SET cost = 1")
