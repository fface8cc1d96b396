"""A contest that was closed without a vote is told with its reason, and holds no result up."""

import pytest
from django.test import Client

from accounts.models import User
from ballots.models import NoVote
from budgeting.models import CalendarChange, Contest
from results.council_report import council_report
from results.missing import missing_of
from tests.keeping import kept
from tests.papers import source_of, words_of

REASON = "Nobody proposed anything in Hillside."


@kept
def without_hillside(counted, hillside_contest: Contest, clara: User, otto: User, at) -> Contest:
    NoVote.objects.create(contest=hillside_contest, reason=REASON, at=at("voting"), by=clara, confirmed_by=otto)
    at("results")
    return hillside_contest


def test_v11_the_results_of_the_cycle_are_whole_and_name_it(without_hillside, riverside_contest) -> None:
    assert missing_of(riverside_contest.cycle) == []
    page = source_of(Client().get("/2027/results/"))
    assert "Closed without a vote:" in page
    assert f"“{REASON}”" in page
    assert "This is not the whole result" not in page
    assert "So far:" not in page


def test_v11_its_own_page_says_so(without_hillside) -> None:
    assert f"“{REASON}”" in source_of(Client().get("/2027/hillside/results/"))


@pytest.mark.long
@pytest.mark.heavy
def test_v11_v10_so_does_the_report_which_tells_in_its_calendar_why_dates_moved(without_hillside, clara, at) -> None:
    cycle = without_hillside.cycle
    CalendarChange.objects.create(
        cycle=cycle,
        kind="moved",
        at=at("voting"),
        reason="The hall was flooded.",
        dates={"voting": [["2027-04-01T06:00:00+00:00", "2027-05-01T06:00:00+00:00"], None]},
        by=clara,
    )
    text = words_of(council_report(cycle, None, language="en", at=at("results")))
    assert f"“{REASON}”" in text
    assert "“The hall was flooded.”" in text
    assert "This is not the whole result" not in text
