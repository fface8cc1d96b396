"""Two people move a vote to a moment with fractions of a second, and other dates can still be moved afterwards."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from ballots.closing import extend_voting
from budgeting.models import CalendarChange, Cycle
from budgeting.stages import Stage
from tests.cast import signed_in
from tests.forms import Typed
from tests.keeping import kept
from tests.papers import source_of

LATER = timedelta(days=1, seconds=7, microseconds=123_456)


@pytest.fixture
def set_up(clara: User) -> Client:
    clara.is_staff = clara.is_superuser = True
    clara.save()
    return signed_in(clara)


@kept
def moved(a_vote: Cycle, clara_and_otto) -> Cycle:
    """The close of the vote, the count, the results and the time for objections are where no field can show them."""
    closes = a_vote.window(Stage.VOTING).closes
    Cycle.objects.update(objections_until=closes + timedelta(days=60))
    extend_voting(a_vote, until=closes + LATER, by=clara_and_otto, reason="The flood.")
    return Cycle.objects.get()


def typed(client: Client, cycle: Cycle) -> Typed:
    return Typed(client.get(f"/admin/budgeting/cycle/{cycle.pk}/change/").content.decode())


def test_results_are_put_off_and_the_vote_stays_where_it_was(set_up: Client, moved: Cycle) -> None:
    form = typed(set_up, moved)
    row = form.row("phases", "results")
    sent = {**form.fields, f"{row}-opens_0": "2027-06-20", f"{row}-closes_0": "2027-06-30", "reason": "A court asks."}
    answer = set_up.post(f"/admin/budgeting/cycle/{moved.pk}/change/", sent)
    assert answer.status_code == 302, source_of(answer)
    after = Cycle.objects.get()
    assert after.window(Stage.VOTING) == moved.window(Stage.VOTING)
    assert after.window(Stage.COUNTING) == moved.window(Stage.COUNTING)
    assert after.objections_until == moved.objections_until
    assert CalendarChange.objects.latest("pk").dates.keys() == {"results"}


def test_a_page_on_which_nothing_was_touched_moves_nothing(set_up: Client, moved: Cycle) -> None:
    form = typed(set_up, moved).fields
    assert set_up.post(f"/admin/budgeting/cycle/{moved.pk}/change/", form).status_code == 302
    assert Cycle.objects.get().windows() == moved.windows()
    assert CalendarChange.objects.count() == 1
