"""A member puts a decision to the vote, the others vote, and what is carried is public on one date."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from budgeting.models import Cycle, Phase
from budgeting.people import RoleName
from budgeting.stages import Stage
from committee import motions, publishing
from committee.models import Committee, Motion, MotionVote, Resolution
from committee.recusing import recuse
from lib.refusal import Refused
from proposals.models import Decision
from tests.cast import person

DAY = timedelta(days=1)
SHORTLIST = {"outcome": "shortlist", "reason": "The quay belongs to the city."}


@pytest.fixture
def closes(cycle: Cycle):
    """When the review closes, and decisions are public."""
    return cycle.window(Stage.REVIEWING).closes


def voted(proposal, people, at, *choices: str) -> Motion:
    """The first puts it to the vote, the others vote as they choose."""
    motion = motions.move(proposal, by=people[0], at=at, **SHORTLIST)
    for member, choice in zip(people[1:], choices, strict=False):
        motions.vote(motion, choice, by=member, at=at)
    motion.refresh_from_db()
    return motion


# By how many ---------------------------------------------------------------------------------------------------------


def test_nothing_one_of_three_does_alone_becomes_a_decision(proposal, three, now, closes) -> None:
    motion = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    motions.settle_what_has_closed(now + 8 * DAY)
    publishing.publish_due(closes)
    assert not Resolution.objects.exists()
    assert not Decision.objects.exists()
    motion.refresh_from_db()
    assert motion.settled_at, "it is lost for want of a quorum"


def test_two_of_three_decide_and_everybody_reads_it_when_the_review_closes(proposal, three, now, closes) -> None:
    voted(proposal, three, now, "for")
    publishing.publish_due(closes - timedelta(seconds=1))
    assert not Decision.objects.exists()
    publishing.publish_due(closes)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.reason, decision.at) == ("shortlist", SHORTLIST["reason"], closes)
    assert proposal.status_at(closes) == "shortlisted"
    publishing.publish_due(closes + DAY)
    assert Decision.objects.count() == 1


def test_a_committee_of_one_decides_by_itself(proposal, martin, now) -> None:
    motion = motions.move(proposal, by=martin, at=now, **SHORTLIST)
    assert motion.resolution.entitled == 1


@pytest.mark.parametrize(
    ("choices", "carried"),
    [(["against", "abstain"], False), (["abstain", "abstain"], True), (["against", "against"], False)],
)
def test_once_all_have_voted_it_is_over(proposal, three, now, choices, carried) -> None:
    motion = voted(proposal, three, now, *choices)
    assert motion.settled_at == now
    assert Resolution.objects.exists() is carried


def test_a_quorum_is_set_for_all_or_for_a_district(proposal, submitted, rosa, three, cycle, riverside, now) -> None:
    Committee.objects.create(cycle=cycle, quorum=3)
    assert voted(proposal, three, now, "for").settled_at is None
    Committee.objects.create(cycle=cycle, district=riverside, quorum=2)
    assert voted(submitted(rosa, title="Swings"), three, now, "for").settled_at == now


def test_one_of_several_is_no_quorum_whatever_number_is_set(proposal, three, cycle, now) -> None:
    Committee.objects.create(cycle=cycle, quorum=1)
    motion = voted(proposal, three, now)
    assert motions.tally(motion).quorum == 2
    motions.settle(proposal, at=now + timedelta(days=8))
    assert not Resolution.objects.exists()


def test_what_is_put_to_the_vote_goes_on_by_the_rule_under_which_it_was_put(proposal, three, cycle, now) -> None:
    Committee.objects.create(cycle=cycle, quorum=3)
    motion = voted(proposal, three, now, "for")
    Committee.objects.update(quorum=1)
    motions.settle(proposal, at=now)
    assert motions.tally(motion).quorum == 3
    assert not Resolution.objects.exists()


def test_whose_role_has_ended_has_no_vote(proposal, three, now) -> None:
    motion = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    three[0].roles.all().delete()
    motions.vote(motion, "for", by=three[1], at=now)
    motion.refresh_from_db()
    assert motion.settled_at is None, "one of the two who may vote by now"
    assert motions.tally(motion).votes == 1


def test_a_vote_may_be_changed_until_it_is_over(proposal, three, now) -> None:
    motion = voted(proposal, three, now, "against")
    motions.vote(motion, "for", by=three[1], at=now)
    motion.refresh_from_db()
    assert motion.settled_at == now
    with pytest.raises(Refused, match="is over"):
        motions.vote(motion, "against", by=three[2], at=now)


# By whom -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["rosa", "tomas", "clara", "ines", "otto"])
def test_nobody_but_the_committee_decides(proposal, now, who, request) -> None:
    with pytest.raises(Refused, match="committee"):
        motions.move(proposal, by=request.getfixturevalue(who), at=now, **SHORTLIST)
    assert not AuditEvent.objects.exists()


def test_riversides_committee_has_no_say_in_hillside(submitted, rosa, martin, hillside_contest, now) -> None:
    proposal = submitted(rosa, contest=hillside_contest, latitude=None, longitude=None)
    with pytest.raises(Refused, match="committee"):
        motions.move(proposal, by=martin, at=now, **SHORTLIST)


def test_nobody_decides_on_a_proposal_of_their_own_nor_is_counted(submitted, three, now) -> None:
    proposal = submitted(three[0])
    with pytest.raises(Refused, match="of their own"):
        motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    assert voted(proposal, three[1:], now, "for").resolution.entitled == 2


def test_who_is_recused_has_no_vote_sees_nothing_and_is_not_counted(proposal, three, now) -> None:
    motion = voted(proposal, three, now, "against")
    recuse(proposal, by=three[1], at=now, interest="family")
    assert motions.tally(motion).entitled == 2
    assert motions.tally(motion).against == 0
    for act in (
        lambda: motions.vote(motion, "for", by=three[1], at=now),
        lambda: motions.move(proposal, by=three[1], at=now, **SHORTLIST),
        lambda: recuse(proposal, by=three[1], at=now, interest="work"),
    ):
        with pytest.raises(Refused, match="take no part"):
            act()


def test_a_recusal_may_leave_enough_of_the_others(proposal, three, now) -> None:
    """Of three one is for it, one has not voted, and the third goes: of two, one is no majority; then both are."""
    motion = voted(proposal, three, now, "against")
    motions.vote(motion, "for", by=three[2], at=now)
    motion.refresh_from_db()
    assert motion.resolution.in_favour == 2


# When ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["proposing", "presenting", "voting", "results"])
def test_decisions_are_made_while_reviewing(proposal, martin, at, stage) -> None:
    with pytest.raises(Refused, match="not open"):
        motions.move(proposal, by=martin, at=at(stage), **SHORTLIST)


def test_a_vote_of_the_committee_is_over_when_the_review_closes(proposal, three, closes) -> None:
    motion = motions.move(proposal, by=three[0], at=closes - DAY, **SHORTLIST)
    assert motion.closes == closes


def test_nor_does_it_outlast_a_review_whose_close_is_brought_forward(proposal, three, now, cycle) -> None:
    put = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    assert put.closes > now + DAY
    Phase.objects.filter(cycle=cycle, stage="reviewing").update(closes=now + DAY)
    motions.settle_what_has_closed(now + DAY - timedelta(seconds=1))
    assert not Motion.objects.exclude(settled_at=None).exists()
    motions.settle_what_has_closed(now + DAY)
    assert Motion.objects.get().settled_at == now + DAY, "so that no paper waits, and nothing is public after the rest"
    assert not Resolution.objects.exists(), "one of three"


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060\u00ad", " \u3164 ", "\u2800\n"])
def test_a_reason_of_what_nobody_sees_is_none(proposal, three, now, unseen) -> None:
    with pytest.raises(Refused, match="A decision needs a reason"):
        motions.move(proposal, by=three[0], at=now, outcome="reject", reason=unseen)
    assert not Motion.objects.exists()


def test_the_calendar_may_name_an_earlier_date_and_after_it_all_is_public_at_once(
    proposal, submitted, rosa, three, cycle, now
) -> None:
    Cycle.objects.update(decisions_public_at=now + DAY)
    voted(proposal, three, now, "for")
    publishing.publish_due(now + DAY)
    assert Decision.objects.count() == 1
    later = submitted(rosa, title="Swings")
    voted(later, three, now + 2 * DAY, "for")
    assert later.status_at(now + 2 * DAY) == "shortlisted"


def test_a_date_that_is_put_later_keeps_them_back(proposal, three, now, closes) -> None:
    voted(proposal, three, now, "for")
    Phase.objects.filter(stage="presenting").update(opens=closes + 3 * DAY)
    Phase.objects.filter(stage="reviewing").update(closes=closes + 2 * DAY)
    publishing.publish_due(closes)
    assert not Decision.objects.exists()
    publishing.publish_due(closes + 2 * DAY)
    assert Decision.objects.exists()


def test_what_was_withdrawn_meanwhile_is_not_decided_on(proposal, submitted, rosa, three, now, closes) -> None:
    other = submitted(rosa, title="Swings")
    for each in (proposal, other):
        voted(each, three, now, "for")
    proposal.withdraw(by=rosa, at=now, reason="I am moving.")
    publishing.publish_due(closes)
    assert [each.proposal for each in Decision.objects.all()] == [other]
    assert "not open" in Resolution.objects.get(decision=None).void


# On record -----------------------------------------------------------------------------------------------------------


def test_until_it_is_public_the_log_has_digests_alone_and_then_what_they_are_of(proposal, three, now, closes) -> None:
    motion = voted(proposal, three, now, "for")
    told = str([(event.object, event.facts) for event in AuditEvent.objects.all()])
    for secret in ("shortlist", "quay", "for'", bytes(motion.salt).hex(), f"proposal:{proposal.pk}"):
        assert secret not in told
    assert AuditEvent.objects.filter(action="motion made").get().facts == {"digest": motion.digest}
    publishing.publish_due(closes)
    opened = AuditEvent.objects.get(action="motion published").facts
    assert opened.pop("salt") == bytes(motion.salt).hex()
    assert opened == motion.content()


def test_the_database_refuses_a_resolution_without_quorum_or_majority(proposal, three, now) -> None:
    motion = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    for wrong, name in (
        ({"quorum": 2, "in_favour": 1, "against": 0}, "a_resolution_has_its_quorum"),
        ({"quorum": 1, "in_favour": 1, "against": 1}, "more_are_for_a_resolution"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Resolution.objects.create(motion=motion, at=now, entitled=3, abstained=0, **wrong)
    with pytest.raises(IntegrityError, match="a_member_votes_once"), transaction.atomic():
        MotionVote.objects.create(motion=motion, member=three[0], choice="for", at=now)


def test_one_thing_is_put_to_the_vote_at_a_time(proposal, three, now) -> None:
    motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    with pytest.raises(Refused, match="put to the vote on it already"):
        motions.move(proposal, by=three[1], at=now, outcome="reject", reason="No.")


def test_a_member_for_all_districts_votes_everywhere(proposal, three, now) -> None:
    everywhere = person("Eve", RoleName.COMMITTEE)
    motion = motions.move(proposal, by=three[0], at=now, **SHORTLIST)
    motions.vote(motion, "for", by=everywhere, at=now)
    assert motions.tally(motion).entitled == 4
