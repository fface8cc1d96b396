"""Somebody saves a search of the list with a button, finds it by words among what they follow, and stops (row I10)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from audit.models import reference
from budgeting import retention
from budgeting.registry import kept_of, leavings
from budgeting.stages import Stage
from lib.refusal import Refused
from notices.models import Follow
from proposals.models import Category, SavedSearch
from proposals.models.saved_search import KEPT_FOR, MOST_SEARCHES
from tests.cast import signed_in
from tests.papers import words_on
from tests.searches import save, searched

DAY = timedelta(days=1)
LIST, SAVE = "/2027/proposals/", "/2027/proposals/saved/"


@pytest.fixture
def now(at) -> datetime:
    """A morning on which proposals are taken."""
    return at("proposing")


@pytest.fixture
def tomas_client(tomas: User, riverside_contest, now) -> Client:
    return signed_in(tomas)


# On the list ---------------------------------------------------------------------------------------------------------


def test_a_search_is_saved_with_one_button_and_stopped_with_another(tomas_client, submitted, rosa):
    address = f"{LIST}?q=playground&district=riverside&sort=newest"
    page = tomas_client.get(address)
    assert "Tell me of new ones" in page.text
    assert f'action="{SAVE}?q=playground&amp;district=riverside&amp;sort=newest"' in page.text
    answer = tomas_client.post(f"{SAVE}?q=playground&district=riverside&sort=newest", follow=True)
    assert answer.request["PATH_INFO"] + "?" + answer.request["QUERY_STRING"] == address, "where they were"
    assert "told of each new proposal that fits: “playground”, Riverside" in words_on(answer)
    assert "You are told of new ones." in words_on(answer)
    [search] = SavedSearch.objects.all()
    stopped = tomas_client.post("/me/follows/", {"thing": reference(search), "stop": "1", "next": address}, follow=True)
    assert "Tell me of new ones" in words_on(stopped)


def test_among_what_one_follows_it_stands_by_words_and_opens_as_the_search(tomas_client, submitted, rosa):
    parks = Category.objects.create(slug="parks", name="Parks")
    here, _elsewhere = submitted(rosa, category=parks), submitted(rosa, title="A slide")
    tomas_client.post(f"{SAVE}?q=river+%26+quay&category=parks&language=en")
    search = SavedSearch.objects.get()
    page = tomas_client.get("/me/follows/")
    assert "New in Participatory budget 2027: “river &amp; quay”, Parks, English" in words_on(page)
    assert f'href="{LIST}?q=river+%26+quay&amp;category=parks&amp;language=en"' in page.text
    tomas_client.post(f"{SAVE}?category=parks")
    [_first, second] = SavedSearch.objects.order_by("pk")
    found = tomas_client.get(second.get_absolute_url())
    assert [each.pk for each in found.context["page"]] == [here.pk]
    tomas_client.post("/me/follows/", {"thing": reference(search), "stop": "1"})
    assert "river &amp; quay" not in words_on(tomas_client.get("/me/follows/"))


def test_whoever_is_not_signed_in_comes_back_to_the_same_search(client, riverside_contest, now):
    page = client.get(f"{LIST}?q=playground&district=riverside")
    assert 'next=/2027/proposals/%3Fq%3Dplayground%26district%3Driverside"' in page.text
    answer = client.post(f"{SAVE}?q=playground")
    assert answer.url.endswith("?next=/2027/proposals/saved/%3Fq%3Dplayground"), "also where a session ended meanwhile"


def test_who_signed_in_in_between_finds_the_button_again(tomas_client):
    assert tomas_client.get(f"{SAVE}?q=playground").url == f"{LIST}?q=playground"
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("address", ["", "q=+", "sort=newest", "status=submitted", "district=nowhere", "q=%00"])
def test_a_search_that_finds_everything_is_the_round_itself(tomas_client, address):
    page = words_on(tomas_client.get(f"{LIST}?{address}"))
    assert "Tell me of new ones" not in page
    answer = tomas_client.post(f"{SAVE}?{address}", follow=True)
    assert "This search finds everything. Follow Participatory budget 2027 instead." in words_on(answer)
    assert not SavedSearch.objects.exists()


def test_saved_twice_it_is_one(tomas_client):
    for address in ("q=swing+park", "q=swing++park&sort=newest&status=submitted"):
        tomas_client.post(f"{SAVE}?{address}")
    assert SavedSearch.objects.get().words == "swing park"


def test_one_person_saves_so_many_and_is_told_so(tomas_client, tomas, rosa, cycle, now):
    for number in range(MOST_SEARCHES):
        save(tomas, cycle, f"q=word{number}", now)
    answer = tomas_client.post(f"{SAVE}?q=more", follow=True)
    assert f"You have {MOST_SEARCHES} saved searches." in words_on(answer)
    assert "Tell me of new ones" in words_on(answer), "nothing is lost"
    assert SavedSearch.objects.count() == MOST_SEARCHES
    save(tomas, cycle, "q=word3", now)
    Follow.stop(reference(SavedSearch.objects.get(words="word3")), by=tomas, at=now)
    save(tomas, cycle, "q=more", now)
    with pytest.raises(Refused, match="saved searches"):
        save(tomas, cycle, "q=word3", now)
    save(rosa, cycle, "q=more", now)


@pytest.mark.parametrize("stage", ["reviewing", "voting", "delivering"])
def test_where_nothing_new_is_proposed_nothing_is_saved(tomas, riverside_contest, at, stage):
    at(stage)
    client = signed_in(tomas)
    page = words_on(client.get(f"{LIST}?q=playground"))
    assert "new ones" not in page
    assert "Nothing new is proposed" in words_on(client.post(f"{SAVE}?q=playground", follow=True))


def test_before_proposals_are_taken_a_search_can_be_saved(tomas, riverside_contest, at):
    at("preparing")
    client = signed_in(tomas)
    client.post(f"{SAVE}?q=playground")
    assert "You are told of new ones." in words_on(client.get(f"{LIST}?q=playground"))


def test_nobody_sees_or_stops_the_searches_of_others(tomas_client, rosa, cycle, now):
    search = save(rosa, cycle, "q=secret", now)
    assert "You are told of new ones" not in words_on(tomas_client.get(f"{LIST}?q=secret"))
    assert tomas_client.post("/me/follows/", {"thing": reference(search)}).status_code == 404
    tomas_client.post("/me/follows/", {"thing": reference(search), "stop": "1"})
    assert SavedSearch.kept_by(rosa, at=now, cycle=cycle, **searched(cycle, "q=secret").to_save) == search


# What is kept of it --------------------------------------------------------------------------------------------------


def test_it_is_among_what_is_handed_out_and_goes_with_the_account(rosa, tomas, cycle, riverside_contest, now):
    for user in (rosa, tomas):
        save(user, cycle, "q=playground&district=riverside", now)
    [handed_out] = kept_of(tomas)["proposals.savedsearch"]
    assert handed_out["words"] == "playground"
    for leaving in leavings():
        leaving.forget(tomas)
    assert [each.user for each in SavedSearch.objects.all()] == [rosa]
    assert not Follow.objects.filter(user=tomas).exists()


def test_what_was_stopped_is_forgotten_and_what_finds_nothing_any_more(rosa, tomas, cycle, riverside_contest, now):
    kept, stopped = save(rosa, cycle, "q=playground", now), save(tomas, cycle, "q=playground", now)
    Follow.stop(reference(stopped), by=tomas, at=now)
    retention.forget(now)
    assert list(SavedSearch.objects.all()) == [kept]
    assert not Follow.objects.filter(user=tomas).exists()
    closes = cycle.window(Stage.PROPOSING).closes
    retention.forget(closes + KEPT_FOR)
    assert list(SavedSearch.objects.all()) == [kept]
    retention.forget(closes + KEPT_FOR + DAY)
    assert not SavedSearch.objects.exists()
    assert not Follow.objects.filter(user=rosa).exists()
