"""The close of a vote with ballots in its box: later, or now, by two people and with a reason; never in the past.

The database refuses everything else, on its own clock.
"""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from audit.acts import Done
from audit.models import AuditEvent
from ballots.closing import close_voting, extend_voting, pause_voting, resume_voting
from budgeting.models import CalendarChange, Cycle, Phase
from budgeting.stages import Stage
from budgeting.templatetags.dates import end_words
from budgeting.two import Two
from lib import clock
from lib.refusal import Refused
from tests.cast import signed_in
from tests.databases import refused_by_the_database
from tests.papers import source_of, words_on
from tests.vote import leaving_guards_aside, turn_the_database

DAY = timedelta(days=1)


def close_of(cycle: Cycle) -> datetime:
    return Cycle.objects.get(pk=cycle.pk).window(Stage.VOTING).closes


def moved_by_hand(**dates: object) -> str:
    """What the database says to whoever moves the vote without telling anybody why."""
    with pytest.raises(DatabaseError) as refusal, leaving_guards_aside():
        Phase.objects.filter(stage="voting").update(**dates)
    return str(refusal.value)


# Later ----------------------------------------------------------------------------------------------------------------


def test_two_put_the_close_later_and_what_would_overlap_moves_along(a_vote, clara_and_otto, clara, otto) -> None:
    closes = close_of(a_vote)
    results = a_vote.window(Stage.RESULTS)
    extend_voting(a_vote, until=closes + 40 * DAY, by=clara_and_otto, reason="The site was away for a day.")
    cycle = Cycle.objects.get()
    assert cycle.window(Stage.VOTING).closes == closes + 40 * DAY
    assert cycle.window(Stage.COUNTING).opens == closes + 40 * DAY
    assert cycle.window(Stage.RESULTS).opens == results.opens + 40 * DAY
    entry = AuditEvent.objects.get(action="voting extended")
    assert (entry.actor, entry.facts["confirmed_by"]) == (clara, otto.pk)
    assert CalendarChange.objects.get().reason == "The site was away for a day."
    page = source_of(Client().get("/2027/"))
    assert page.count("Made longer on") == 1
    assert page.count("Moved along with the vote on") == 3


def test_what_would_not_overlap_stays(a_vote, clara_and_otto) -> None:
    a_vote.phases.filter(stage="counting").delete()
    before = a_vote.window(Stage.RESULTS)
    extend_voting(a_vote, until=close_of(a_vote) + DAY, by=clara_and_otto, reason="The site was away.")
    assert Cycle.objects.get().window(Stage.RESULTS) == before


def test_as_long_after_the_vote_as_before_one_may_object(a_vote, clara_and_otto) -> None:
    closes = close_of(a_vote)
    Cycle.objects.update(objections_until=closes + 14 * DAY)
    extend_voting(a_vote, until=closes + DAY, by=clara_and_otto, reason="The site was away.")
    assert Cycle.objects.get().objections_until == closes + 15 * DAY
    assert f"“The site was away.” Before: until {end_words(closes + 14 * DAY)}" in words_on(Client().get("/2027/"))


@pytest.mark.parametrize("days", [0, -1])
def test_a_close_that_is_not_later_is_refused(a_vote, clara_and_otto, days: int) -> None:
    with pytest.raises(Refused, match="only be made longer"):
        extend_voting(a_vote, until=close_of(a_vote) + days * DAY, by=clara_and_otto, reason="The site was away.")
    assert not CalendarChange.objects.exists()


@pytest.mark.parametrize(("year", "sentence"), [("2127", "more than a year away"), ("9999", "Look at the year: 9999.")])
def test_a_year_that_was_mistyped_is_refused(a_vote, clara, year: str, sentence: str) -> None:
    form = {
        "extension-until_0": f"{year}-12-31",
        "extension-until_1": "23:59",
        "extension-reason": "The site was away.",
    }
    answer = signed_in(clara).post("/2027/box/extension/", form)
    assert answer.status_code == 422
    assert sentence in source_of(answer)


def test_a_vote_that_has_closed_is_not_made_longer(a_vote, clara_and_otto, at) -> None:
    at("counting")
    with pytest.raises(Refused, match="Voting is not open"):
        extend_voting(a_vote, until=close_of(a_vote) + 60 * DAY, by=clara_and_otto, reason="The site was away.")


def test_a_clerk_proposes_it_both_see_what_moves_and_an_auditor_confirms_it(a_vote, clara, otto, voting) -> None:
    typed = {"extension-until_0": "2027-06-01", "extension-until_1": "20:00", "extension-reason": "The site was away."}
    page = source_of(signed_in(clara).post("/2027/box/extension/", typed, follow=True))
    assert "let the vote of" in page.lower()
    assert "these dates would move" in page
    assert "Tuesday 1 June, 20:00" in page
    assert "Counting" in page
    act = a_vote.joint_acts.get()
    signed_in(otto).post(f"{act.get_absolute_url()}confirmation/")
    assert close_of(a_vote).strftime("%d.%m.%Y %H:%M") == "01.06.2027 18:00"


def test_a_moment_that_is_none_is_said_on_the_form(a_vote, clara, voting) -> None:
    typed = {"extension-until_0": "2027-01-01", "extension-until_1": "20:00", "extension-reason": "Because."}
    page = signed_in(clara).post("/2027/box/extension/", typed)
    assert page.status_code == 422
    assert "choose a later moment than its close" in source_of(page)
    assert "2027-01-01" in source_of(page)


# The database ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, -1, -400])
def test_the_database_moves_no_close_without_two_and_a_reason(a_vote, days: int) -> None:
    assert "close of the vote follows" in moved_by_hand(closes=close_of(a_vote) + days * DAY)
    assert "close of the vote follows" in moved_by_hand(closes=None)


def test_the_database_moves_no_opening(a_vote, clara_and_otto) -> None:
    opens = a_vote.window(Stage.VOTING).opens
    assert "opening of the vote stays" in moved_by_hand(opens=opens + DAY)
    assert "opening of the vote stays" in moved_by_hand(opens=opens - DAY)
    assert "opening of the vote stays" in moved_by_hand(stage="presenting")


def test_the_database_lets_the_vote_not_be_taken_off_the_calendar(a_vote) -> None:
    with pytest.raises(DatabaseError, match="opening of the vote stays"), transaction.atomic():
        a_vote.phases.filter(stage="voting").delete()


def told(cycle: Cycle, by: Two, kind: str, closes: datetime, at: datetime) -> None:
    CalendarChange.objects.create(
        cycle=cycle, kind=kind, at=at, reason="Because.", closes=closes, by=by.first, confirmed_by=by.second
    )


def test_the_database_ends_no_vote_in_the_past_and_none_in_the_future(a_vote, clara_and_otto, voting) -> None:
    """Not even with a row that says so. Its own clock is far from the one that is turned here."""
    for moment in (clock.now(), voting - DAY):
        told(a_vote, clara_and_otto, "ended", moment, at=moment)
        assert "close of the vote follows" in moved_by_hand(closes=moment)
    turn_the_database(voting)
    past = datetime.fromisoformat("2026-11-01T12:00:00+00:00")
    Phase.objects.exclude(stage="voting").filter(stage__in=("proposing", "reviewing", "presenting")).delete()
    told(a_vote, clara_and_otto, "ended", past, at=past)
    assert "close of the vote follows" in moved_by_hand(closes=past)


def test_the_database_follows_a_row_of_this_transaction_only(a_vote, clara_and_otto) -> None:
    later = close_of(a_vote) + DAY
    long_ago = datetime.fromisoformat("2026-01-01T12:00:00+00:00")
    told(a_vote, clara_and_otto, "extended", later, at=long_ago)
    assert "close of the vote follows" in moved_by_hand(closes=later)


def test_the_database_follows_the_newest_row_only(a_vote, clara_and_otto, voting) -> None:
    later = close_of(a_vote) + DAY
    told(a_vote, clara_and_otto, "extended", later, at=voting)
    told(a_vote, clara_and_otto, "extended", later + DAY, at=voting)
    assert "close of the vote follows" in moved_by_hand(closes=later)


def test_before_anybody_has_voted_the_calendar_is_the_clerks(voting, cycle) -> None:
    Phase.objects.filter(stage="voting").update(closes=close_of(cycle) - DAY)


def test_what_was_told_is_never_untold(a_vote, clara_and_otto, voting) -> None:
    told(a_vote, clara_and_otto, "extended", close_of(a_vote) + DAY, at=voting)
    for sql in ("UPDATE budgeting_calendarchange SET reason = 'x'", "DELETE FROM budgeting_calendarchange"):
        assert "may only be added to" in refused_by_the_database(sql)


# The demo's one way past ----------------------------------------------------------------------------------------------


def test_only_the_transaction_that_loads_the_demo_gets_past(db, request) -> None:
    with transaction.atomic():
        AuditEvent.append(Done.DEMO_LOADED, by=None)
    cycle = request.getfixturevalue("a_vote")
    Phase.objects.filter(stage="voting").update(closes=close_of(cycle) - DAY)


@pytest.mark.parametrize("action", [Done.MADE, Done.CHANGED])
def test_in_any_other_database_nobody_does(db, request, action: Done) -> None:
    with transaction.atomic():
        AuditEvent.append(action, by=None)
    request.getfixturevalue("a_vote")
    with transaction.atomic():
        AuditEvent.append(Done.DEMO_LOADED, by=None)  # but not as the first entry
    assert "close of the vote follows" in moved_by_hand(closes=None)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_once_the_demo_is_loaded_it_is_held_like_any_other_city(db, request) -> None:
    with transaction.atomic():
        AuditEvent.append(Done.DEMO_LOADED, by=None)
    request.getfixturevalue("a_vote")
    with pytest.raises(DatabaseError, match="close of the vote follows"), transaction.atomic():
        Phase.objects.filter(stage="voting").update(closes=None)


# A pause --------------------------------------------------------------------------------------------------------------


def test_a_person_is_not_two(a_vote, clara) -> None:
    with pytest.raises(Refused, match="Another person confirms it"):
        close_voting(a_vote, by=Two(clara, clara), reason="A flood.")


def test_while_it_is_paused_it_may_be_ended_but_not_made_longer(a_vote, clara_and_otto, clara, voting) -> None:
    turn_the_database(voting)
    pause_voting(a_vote, by=clara, reason="Somebody votes for others.")
    with pytest.raises(Refused, match="Resume it first"):
        extend_voting(a_vote, until=close_of(a_vote) + DAY, by=clara_and_otto, reason="A flood.")
    close_voting(a_vote, by=clara_and_otto, reason="It cannot be mended.")
    cycle = Cycle.objects.get()
    assert cycle.paused_since is None
    assert cycle.stage(voting) is Stage.COUNTING
    with pytest.raises(Refused, match="not paused"):
        resume_voting(cycle, by=clara_and_otto, reason="It is mended after all.")
