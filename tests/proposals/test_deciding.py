import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from lib import clock
from lib.refusal import Refused
from proposals.models import Decision, Proposal


@pytest.mark.parametrize(("outcome", "status"), [("shortlist", "shortlisted"), ("reject", "rejected")])
def test_the_committee_decides_with_a_public_reason(proposal, martin, at, outcome, status):
    proposal.decide(by=martin, at=at("reviewing"), outcome=outcome, reason="The quay belongs to the city.")
    assert proposal.status_at(clock.now()) == status
    entry = AuditEvent.objects.get()
    assert (entry.action, entry.actor, entry.facts["outcome"]) == ("proposal decided", martin, outcome)


def test_the_latest_decision_counts_and_the_earlier_stays(proposal, martin, at):
    now = at("reviewing")
    proposal.decide(by=martin, at=now, outcome="reject", reason="No water there.")
    proposal.decide(by=martin, at=now.replace(hour=22), outcome="shortlist", reason="There is water after all.")
    assert proposal.status_at(clock.now()) == "shortlisted"
    assert proposal.decisions.count() == 2


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_a_decision_without_a_reason_is_refused(proposal, martin, at, reason):
    with pytest.raises(Refused, match="reason"):
        proposal.decide(by=martin, at=at("reviewing"), outcome="reject", reason=reason)


def test_the_database_refuses_a_decision_without_a_reason(proposal, martin, at):
    facts = {"proposal": proposal, "by": martin, "at": at("reviewing")}
    with pytest.raises(IntegrityError, match="a_decision_has_a_reason"), transaction.atomic():
        Decision.objects.create(outcome="reject", reason=" ", **facts)
    with pytest.raises(IntegrityError, match="only_a_merged"), transaction.atomic():
        Decision.objects.create(outcome="merge", reason="Same place", **facts)
    with pytest.raises(IntegrityError, match="only_a_merged"), transaction.atomic():
        Decision.objects.create(outcome="reject", reason="Same place", into=proposal, **facts)


def test_a_proposal_is_merged_into_another_of_the_same_district(submitted, rosa, tomas, martin, at):
    one, other = submitted(rosa), submitted(tomas, title="Swings on the quay")
    other.decide(by=martin, at=at("reviewing"), outcome="merge", reason="The same quay.", into=one)
    assert other.status_at(clock.now()) == "merged"
    assert list(one.merged.all()) == [other.decisions.get()]


def test_a_merger_names_a_proposal_that_still_stands(
    submitted, rosa, tomas, martin, hillside_contest, riverside_contest, at
):
    one, other = submitted(rosa), submitted(tomas)
    far = submitted(rosa, contest=hillside_contest, latitude=None, longitude=None)
    now = at("reviewing")
    for wrong in (None, other, far):
        with pytest.raises(Refused):
            other.decide(by=martin, at=now, outcome="merge", reason="Same place", into=wrong)
    other.decide(by=martin, at=now, outcome="merge", reason="Same place", into=one)
    with pytest.raises(Refused, match="itself withdrawn or merged"):
        one.decide(by=martin, at=now, outcome="merge", reason="Back again", into=other)
    assert one.status_at(clock.now()) == "submitted"


def test_the_committees_cost_becomes_the_proposals_and_a_version(proposal, martin, at):
    proposal.decide(
        by=martin,
        at=at("reviewing"),
        outcome="shortlist",
        reason="Feasible, but foundations cost more.",
        cost=55_000_00,
    )
    assert Proposal.objects.get().cost == 55_000_00
    assert [version.text["cost"] for version in proposal.versions.all()] == [40_000_00, 55_000_00]


def test_nothing_is_shortlisted_that_costs_more_than_the_budget(proposal, martin, at):
    with pytest.raises(Refused, match="at most"):
        proposal.decide(by=martin, at=at("reviewing"), outcome="shortlist", reason="Fine", cost=250_000_01)
    assert Proposal.objects.get().cost == 40_000_00
    assert not proposal.decisions.exists()


def test_the_ballot_gets_what_was_last_shortlisted_and_not_withdrawn(submitted, rosa, martin, riverside_contest, at):
    good, changed, gone, waiting = (submitted(rosa) for _ in range(4))
    now = at("reviewing")
    for proposal in (good, changed, gone):
        proposal.decide(by=martin, at=now, outcome="shortlist", reason="Good")
    changed.decide(by=martin, at=now.replace(hour=23), outcome="reject", reason="The bank is a nature reserve.")
    gone.withdraw(by=rosa, at=now, reason="Moving away")
    assert waiting.status_at(clock.now()) == "submitted"
    assert list(Proposal.objects.shortlisted(riverside_contest)) == [good]
