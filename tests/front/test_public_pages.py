"""What anyone reads of the calendar and the money, without an account."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ballots.models import Count
from budgeting.models import Contest, Cycle, District
from tests.cast import square

At = Callable[[str], datetime]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("stage", "headline"),
    [
        ("preparing", "The calendar is set"),
        ("proposing", "What should we build?"),
        ("reviewing", "Your proposals are being reviewed"),
        ("presenting", "Get to know the shortlist"),
        ("voting", "Vote on what we build"),
        ("counting", "The votes are being counted"),
        ("results", "This is what you decided"),
        ("delivering", "What you decided is being built"),
    ],
)
def test_the_home_page_says_what_can_be_done_now(
    client: Client, at: At, counted: Count, stage: str, headline: str
) -> None:
    at(stage)
    page = client.get("/").content.decode()
    assert f"{headline}</h1>" in page
    assert "€250,000" in page
    assert page.count("<h1") == 1
    assert page.count('class="button large"') == 1, "one main button"


def test_the_home_page_says_until_when(client: Client, at: At, riverside_contest: Contest) -> None:
    at("voting")
    assert "until Tuesday 4 May, 10:00 (UTC+2)</time>" in client.get("/").content.decode()


def test_a_cycle_to_vote_in_comes_before_a_newer_one(client: Client, at: At, riverside_contest: Contest) -> None:
    Cycle.objects.create(slug="2028", title="Participatory budget 2028")
    moment = at("voting")
    assert Cycle.present(moment) == riverside_contest.cycle
    page = client.get("/").content.decode()
    assert "Participatory budget 2028" in page[page.index("Other cycles") :]


def test_a_city_that_has_announced_nothing_says_so(client: Client, db: None) -> None:
    assert "No cycle has been announced yet" in client.get("/").content.decode()


def test_a_cycle_adds_up_its_money(client: Client, riverside_contest: Contest, hillside_contest: Contest) -> None:
    page = client.get("/2027/").content.decode()
    assert "€400,000" in page
    assert page.count('href="/2027/hillside/"') == 2, "on the map and in the list"


@pytest.mark.parametrize("stage", ["results", "delivering"])
def test_where_nothing_is_counted_nobody_is_told_what_they_decided(
    client: Client, at: At, riverside_contest: Contest, stage: str
) -> None:
    at(stage)
    for address in ("/", "/2027/"):
        page = client.get(address).content.decode()
        assert "The votes are being counted</h1>" in page
        assert "you decided" not in page


def test_counting_is_on_the_calendar_though_it_has_no_dates(client: Client, at: At, cycle: Cycle) -> None:
    cycle.phases.filter(stage="counting").delete()
    entries = cycle.calendar(at("counting"))
    assert [entry.stage for entry in entries if entry.now] == ["counting"]
    assert "counting" not in [entry.stage for entry in cycle.calendar(at("voting"))]


def test_a_district_says_how_it_is_decided_there(client: Client, at: At, riverside_contest: Contest) -> None:
    at("voting")
    Contest.objects.update(most_choices=3, highest_cost=80_000_00)
    page = client.get("/2027/riverside/").content.decode()
    for words in (
        "<h1>Riverside</h1>",
        "€250,000",
        "Choose up to 3 projects",
        "€80,000",
        "the one with the most votes first",
    ):
        assert words in page


@pytest.mark.parametrize("address", ["/2027/", "/2027/riverside/", "/2026/", "/styleguide/"])
def test_what_does_not_exist_is_said_plainly(client: Client, db: None, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "This page does not exist" in answer.content.decode()


def test_the_style_guide_is_there_for_whoever_makes_a_page(
    client: Client, at: At, riverside_contest: Contest, settings
) -> None:
    settings.DEMO = True
    assert client.get("/styleguide/").status_code == 200
    assert "Nothing you typed is lost" in client.get("/styleguide/?title=").content.decode()


@pytest.mark.parametrize("address", ["/how-it-works/", "/accessibility/"])
def test_the_pages_that_explain_open(client: Client, db: None, address: str) -> None:
    assert client.get(address).status_code == 200


def test_a_visitor_reads_in_french_after_one_press(client: Client, db: None) -> None:
    answer = client.post("/language/", {"language": "fr", "next": "/how-it-works/"}, follow=True)
    assert answer.redirect_chain == [("/how-it-works/", 302)]
    assert '<html lang="fr"' in answer.content.decode()


def test_the_map_reads_the_same_in_every_language(client: Client, at: At, riverside_contest: Contest, settings) -> None:
    at("voting")
    maps = {
        re.search(
            r"<svg viewBox.*?</svg>", client.get("/", headers={"accept-language": language}).content.decode(), re.DOTALL
        )[0]
        for language in ("en", "fr")
    }
    assert len({re.sub(r'aria-label="[^"]*"', "", drawn) for drawn in maps}) == 1


def test_the_language_switch_leads_to_no_other_site(client: Client, db: None) -> None:
    answer = client.post("/language/", {"language": "fr", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_no_page_carries_what_the_content_policy_refuses(
    client: Client, at: At, riverside_contest: Contest, settings
) -> None:
    settings.CITY_COLOUR, settings.DEMO = "#7a1f3d", True
    for address in ("/", "/2027/", "/2027/riverside/", "/how-it-works/", "/styleguide/"):
        answer = client.get(address)
        nonce = answer["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
        page = answer.content.decode()
        assert f'<style nonce="{nonce}">:root {{ --city: #7a1f3d }}</style>' in page
        assert " style=" not in page
        assert " onclick=" not in page


def test_a_page_of_many_districts_asks_the_database_no_more(
    client: Client, at: At, cycle: Cycle, riverside_contest: Contest, django_assert_num_queries
) -> None:

    at("voting")
    for address in ("/", "/2027/", "/2027/riverside/"):
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        for n in range(3):
            slug = f"d{n}{len(address)}"
            more = District.objects.create(slug=slug, name=f"District {slug}", boundary=square(n + 3, 0))
            Contest.objects.create(cycle=cycle, district=more, budget=1_000_00)
        with django_assert_num_queries(len(one)):
            client.get(address)
