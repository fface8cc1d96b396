from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from proposals.models import Milestone, Proposal
from proposals.rules import Refused
from tests.conftest import middle_of


@pytest.fixture
def funded(proposal, martin):
    proposal.decide(martin, middle_of("reviewing"), "shortlist", "Good")
    proposal.conclude(middle_of("counting"), funded=True, public_from=middle_of("results"))
    return proposal


def test_nobody_sees_the_outcome_before_the_results_are_public(funded, at):
    public = middle_of("results")
    before, after = (Proposal.objects.with_status(moment).get() for moment in (public - timedelta(seconds=1), public))
    assert (before.status, after.status) == ("shortlisted", "funded")


def test_counting_again_replaces_the_outcome(funded, at):
    at("results")
    funded.conclude(middle_of("results"), funded=False, public_from=middle_of("results"))
    assert funded.status == "not-funded"


def test_a_clerk_reports_from_planning_to_delivery(funded, clara, at):
    now = at("delivering")
    funded.report_delivery(clara, now, "planned", on=date(2027, 9, 1))
    funded.report_delivery(clara, now, "delayed", on=date(2027, 10, 1), note="The steel is late.", percent=40)
    assert funded.status == "funded"
    done = funded.report_delivery(clara, now, "delivered", on=date(2027, 11, 1), final_cost=41_000_00)
    assert funded.status == "delivered"
    assert done.percent == 100


def test_a_delay_is_explained(funded, clara, at):
    with pytest.raises(Refused, match="reason"):
        funded.report_delivery(clara, at("delivering"), "delayed", on=date(2027, 10, 1))
    with pytest.raises(IntegrityError, match="a_delay_has_a_reason"), transaction.atomic():
        Milestone.objects.create(proposal=funded, kind="delayed", on=date(2027, 10, 1), at=at("delivering"))
    with pytest.raises(ValidationError):
        funded.report_delivery(clara, at("delivering"), "started", on=date(2027, 10, 1), percent=101)


def test_only_clerks_report_and_only_on_what_is_funded(funded, submitted, rosa, martin, clara, at):
    with pytest.raises(Refused, match="Only a clerk"):
        funded.report_delivery(martin, at("delivering"), "started", on=date(2027, 9, 1))
    with pytest.raises(Refused, match="not funded"):
        submitted(rosa).report_delivery(clara, at("delivering"), "started", on=date(2027, 9, 1))
    with pytest.raises(Refused, match="being built"):
        funded.report_delivery(clara, at("results"), "started", on=date(2027, 9, 1))
