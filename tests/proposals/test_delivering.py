from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ballots.models import Count
from budgeting.models import Counted, Phase
from lib import clock
from lib.refusal import Refused
from proposals.models import Milestone, Proposal
from proposals.timeline import timeline
from tests.cast import conclude, middle_of
from tests.databases import lifted
from tests.keeping import kept


@kept
def funded(proposal, martin):
    proposal.decide(by=martin, at=middle_of("reviewing"), outcome="shortlist", reason="Good")
    conclude(proposal, funded=True)
    return proposal


def test_nobody_sees_the_outcome_before_the_results_are_public(funded, at):
    public = Phase.objects.get(stage="results").opens
    before, after = (Proposal.objects.with_status(moment).get() for moment in (public - timedelta(seconds=1), public))
    assert (before.status, after.status) == ("shortlisted", "funded")


def test_a_contest_that_is_not_counted_has_no_funded_proposal(funded, at):
    with lifted("ballots_count", "only_grows"), lifted("ballots_count", "is_told"):
        Count.objects.all().delete()
        with lifted("budgeting_counted", "was_counted"):
            Counted.objects.all().delete()
    assert funded.status_at(at("results")) == "shortlisted"


def test_h4_results_that_are_postponed_take_what_was_built_out_of_sight_too(client, funded, clara, at):
    """The building had begun, and is done, when somebody moves the results to a later day."""
    funded.report_delivery(by=clara, at=at("delivering"), kind="started", on=date(2027, 9, 1), note="Diggers came.")
    funded.report_delivery(by=clara, at=at("delivering"), kind="delivered", on=date(2027, 11, 1))
    address = funded.get_absolute_url()
    now = at("delivering")
    assert Proposal.objects.with_status(now).get().status == "delivered"
    assert "Diggers came." in client.get(address).text
    Phase.objects.filter(stage__in=("results", "delivering")).delete()
    assert Proposal.objects.with_status(now).get().status == "shortlisted"
    page = client.get(address).text
    for told in ("Delivered", "Funded", "Diggers came.", "Work has started"):
        assert told not in page


def test_the_story_dates_the_outcome_when_everybody_could_read_it(funded, at):
    """Counted late: not on the day the calendar had opened results that were not there."""
    late, early = at("results"), middle_of("counting")
    with lifted("budgeting_counted", "was_counted"):
        Counted.objects.update(at=late)
    assert timeline(funded, late)[-1].day == late
    with lifted("budgeting_counted", "was_counted"):
        Counted.objects.update(at=early)
    assert timeline(funded, late)[-1].day == Phase.objects.get(stage="results").opens


def test_counting_again_replaces_the_outcome(funded, at):
    at("results")
    conclude(funded, funded=False)
    assert funded.status_at(clock.now()) == "not-funded"


def test_a_clerk_reports_from_planning_to_delivery(funded, clara, at):
    now = at("delivering")
    funded.report_delivery(by=clara, at=now, kind="planned", on=date(2027, 9, 1))
    funded.report_delivery(
        by=clara, at=now, kind="delayed", on=date(2027, 10, 1), note="The steel is late.", percent=40
    )
    assert funded.status_at(clock.now()) == "funded"
    done = funded.report_delivery(by=clara, at=now, kind="delivered", on=date(2027, 11, 1), final_cost=41_000_00)
    assert funded.status_at(clock.now()) == "delivered"
    assert done.percent == 100


def test_a_delay_is_explained(funded, clara, at):
    with pytest.raises(ValidationError, match="A delay needs its reason"):
        funded.report_delivery(by=clara, at=at("delivering"), kind="delayed", on=date(2027, 10, 1))
    with pytest.raises(IntegrityError, match="a_delay_has_a_reason"), transaction.atomic():
        Milestone.objects.create(proposal=funded, kind="delayed", on=date(2027, 10, 1), at=at("delivering"))
    with pytest.raises(ValidationError):
        funded.report_delivery(by=clara, at=at("delivering"), kind="started", on=date(2027, 10, 1), percent=101)


def test_only_clerks_report_and_only_on_what_is_funded(funded, submitted, rosa, martin, clara, at):
    with pytest.raises(Refused, match="Only a clerk"):
        funded.report_delivery(by=martin, at=at("delivering"), kind="started", on=date(2027, 9, 1))
    with pytest.raises(Refused, match="not funded"):
        submitted(rosa).report_delivery(by=clara, at=at("delivering"), kind="started", on=date(2027, 9, 1))
    with pytest.raises(Refused, match="being built"):
        funded.report_delivery(by=clara, at=at("results"), kind="started", on=date(2027, 9, 1))
