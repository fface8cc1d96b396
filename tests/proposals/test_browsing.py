import re

import pytest
from django.test import Client

from proposals.models import Category
from tests.cast import enrol
from tests.keeping import kept


def titles(answer) -> list[str]:
    return [proposal.title for proposal in answer.context["page"]]


@kept
def city(submitted, rosa, tomas, martin, hillside_contest, at):
    """Three proposals that differ in everything one may filter or sort by."""
    now = at("proposing")
    play = Category.objects.create(slug="play", name="Play")
    slide = submitted(rosa, title="Slide", cost=300_00, category=play)
    bench = submitted(rosa, contest=hillside_contest, title="Bench", cost=100_00, latitude=None, longitude=None)
    jeux = submitted(tomas, title="Aire de jeux", cost=200_00, language="fr")
    for user in (rosa, tomas, martin):
        enrol(user, bench.cycle, hillside_contest.district)
        bench.endorse(by=user, at=now)
    jeux.endorse(by=rosa, at=now)
    slide.decide(by=martin, at=at("reviewing"), outcome="shortlist", reason="Good")
    at("proposing")
    return slide, bench, jeux


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("sort=cheap", ["Bench", "Aire de jeux", "Slide"]),
        ("sort=dear", ["Slide", "Aire de jeux", "Bench"]),
        ("sort=support", ["Bench", "Aire de jeux", "Slide"]),
        ("sort=number", ["Slide", "Bench", "Aire de jeux"]),
        ("district=hillside", ["Bench"]),
        ("category=play", ["Slide"]),
        ("status=shortlisted", ["Slide"]),
        ("status=submitted&sort=cheap", ["Bench", "Aire de jeux"]),
        ("language=fr", ["Aire de jeux"]),
        ("q=aire", ["Aire de jeux"]),
        ("q=bennch", ["Bench"]),
        ("q=nothing-like-it", []),
        ("district=riverside&language=en", ["Slide"]),
    ],
)
def test_every_filter_is_a_link(client, city, asked, found):
    assert titles(client.get(f"/2027/proposals/?{asked}")) == found


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    "asked",
    [
        "sort=author__password",
        "sort=-cost;DROP TABLE",
        "status=draft",
        "district=nowhere",
        "category[]=1",
        "status__in=draft",
        "author__email__startswith=r",
        "_connector=OR",
        "page=9999999999999999999999",
        "page=-1",
        "page=%00",
        "language=%00",
        "q=%00",
    ],
)
def test_t10_what_is_no_filter_is_ignored(client, city, asked):
    answer = client.get(f"/2027/proposals/?{asked}")
    assert answer.status_code == 200
    assert len(titles(answer)) == 3


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", ["q", "district", "category", "status", "language", "sort"])
@pytest.mark.parametrize(
    "payload", ["' OR 1=1 --", "1); SELECT pg_sleep(9); --", "%' AND 1=0 UNION SELECT", "a" * 20_000]
)
def test_t10_no_filter_reaches_the_database_as_code(client, city, name, payload):
    assert client.get("/2027/proposals/", {name: payload}).status_code == 200


def test_the_order_is_random_and_stays_while_the_browser_is_open(client, submitted, rosa, at):
    at("proposing")
    for number in range(12):
        submitted(rosa, title=f"Idea {number}")
    first = titles(client.get("/2027/proposals/"))
    assert titles(client.get("/2027/proposals/")) == first
    assert sorted(first) == sorted(f"Idea {number}" for number in range(12))
    others = {tuple(titles(Client().get("/2027/proposals/"))) for _ in range(6)}
    assert len(others) > 1


def test_a_page_holds_24_and_every_proposal_is_on_one_page(client, submitted, rosa, at):
    at("proposing")
    for number in range(26):
        submitted(rosa, title=f"Idea {number}")
    first, second = (client.get(f"/2027/proposals/?page={page}") for page in (1, 2))
    assert (len(titles(first)), len(titles(second))) == (24, 2)
    assert len({*titles(first), *titles(second)}) == 26
    assert "page=2" in first.text


def test_a_page_keeps_its_filters(client, submitted, rosa, at):
    at("proposing")
    for number in range(25):
        submitted(rosa, title=f"Idea {number}")
    assert re.search(
        r'href="\?[^"]*district=riverside[^"]*page=2', client.get("/2027/proposals/?district=riverside").text
    )


def test_htmx_gets_the_results_alone(client, city):
    answer = client.get("/2027/proposals/?sort=number", headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="results"')
    assert "HX-Request" in answer["Vary"]


def test_the_map_shows_the_same_results(client, city):
    answer = client.get("/2027/proposals.geojson?language=fr")
    features = answer.json()["features"]
    assert answer["Content-Type"] == "application/geo+json"
    assert [f["properties"]["name"] for f in features if f["geometry"]["type"] == "Point"] == ["Aire de jeux"]
    boundaries = [
        f["properties"]["name"] for f in client.get("/2027/proposals.geojson?district=hillside").json()["features"]
    ]
    assert boundaries == ["Hillside"]


def test_drafts_are_on_no_list_and_no_map(client, city, draft, rosa):
    client.force_login(rosa)
    for address in ("/2027/proposals/", "/2027/proposals.geojson", "/2027/proposals/?q=playground"):
        assert draft.title not in client.get(address).text


def test_a_list_of_three_asks_the_database_no_more_than_a_list_of_one(
    client, submitted, rosa, at, django_assert_num_queries, django_assert_max_num_queries
):
    at("proposing")
    submitted(rosa)
    with django_assert_max_num_queries(14) as seen:
        client.get("/2027/proposals/")
    for _ in range(2):
        submitted(rosa)
    with django_assert_num_queries(len(seen)):
        client.get("/2027/proposals/")


def test_a_long_discussion_asks_the_database_no_more_than_a_short_one(
    client, proposal, rosa, tomas, at, django_assert_num_queries, django_assert_max_num_queries
):
    now = at("proposing")

    def thread() -> None:
        comment = proposal.comment(by=tomas, at=now, text="Shade?")
        proposal.comment(by=rosa, at=now, text="Yes", parent=comment)

    thread()
    client.get(proposal.get_absolute_url())
    with django_assert_max_num_queries(16) as seen:
        client.get(proposal.get_absolute_url())
    thread()
    thread()
    with django_assert_num_queries(len(seen)):
        client.get(proposal.get_absolute_url())


def test_a_district_leads_to_its_proposals(client, city):
    assert client.get("/2027/hillside/proposals/")["Location"] == "/2027/proposals/?district=hillside"


def test_whatever_the_cookie_of_the_order_says_the_list_is_shown(client, submitted, rosa, at):
    at("proposing")
    submitted(rosa)
    assert client.get("/2027/proposals/", headers={"cookie": r'order="a\000b"'}).status_code == 200
