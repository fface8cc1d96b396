"""Riverside's money in two pots: proposals know their pot, and keep the address of their district."""

import re

import pytest

from lib.refusal import Refused
from proposals.models import Proposal
from tests.cast import WHAT
from tests.keeping import kept

WHERE = {"address": "Quay Street 12", "latitude": "0.5", "longitude": "0.5"}


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@kept
def bench(submitted, rosa, riverside_contest) -> Proposal:
    return submitted(rosa, contest=riverside_contest, title="A bench by the river")


@kept
def swing(submitted, rosa, parks) -> Proposal:
    return submitted(rosa, contest=parks, title="A swing in the park")


@kept
def view(submitted, rosa, hillside_contest) -> Proposal:
    return submitted(rosa, contest=hillside_contest, title="A view over the city", latitude=0.5, longitude=1.5)


def test_rosa_chooses_a_pot_and_writes_for_it(client, rosa, riverside_contest, parks, at) -> None:
    at("proposing")
    client.force_login(rosa)
    pots = re.findall(r'href="(/2027/[-\w]+/proposals/new/)"', client.get("/2027/proposals/new/").text)
    assert pots == ["/2027/riverside/proposals/new/", "/2027/riverside-parks/proposals/new/"]
    assert '<p class="eyebrow">Parks, ' in client.get(pots[1]).text
    where = client.post(pots[1], WHAT)["Location"]
    assert where == f"/2027/riverside/proposals/drafts/{Proposal.objects.get().pk}/where/"
    assert "lies outside Riverside" in client.post(where, {**WHERE, "longitude": "1.5"}).text
    cost = client.post(where, WHERE)["Location"]
    assert "is the most one project in Parks may cost" in text_of(client.get(cost))
    assert "Give at most €200,000." in client.post(cost, {"cost": "200 001"}).text
    photo = client.post(cost, {"cost": "200 000"})["Location"]
    done = client.post(photo.replace("photo", "preview"))
    proposal = Proposal.objects.get()
    assert (proposal.contest, proposal.number) == (parks, 1)
    assert done["Location"] == "/2027/riverside/proposals/1-a-playground-by-the-river/"
    page = client.get(done["Location"])
    assert "Number 1, Parks" in text_of(page)
    assert re.search(r'<a href="/2027/riverside-parks/">Parks</a>', page.text), "the way back leads to the pot"
    assert "Parks, Participatory budget 2027" in text_of(client.get("/me/"))


def test_after_the_deadline_the_pot_leads_to_its_proposals(client, rosa, parks, swing, at) -> None:
    at("reviewing")
    client.force_login(rosa)
    page = client.get("/2027/riverside-parks/proposals/new/")
    assert "Read the proposals for Parks" in text_of(page)
    assert "/2027/proposals/?district=riverside-parks" in page.text


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("", {"A bench by the river", "A swing in the park", "A view over the city"}),
        ("riverside", {"A bench by the river", "A swing in the park"}),
        ("riverside-parks", {"A swing in the park"}),
        ("hillside", {"A view over the city"}),
        ("nowhere", {"A bench by the river", "A swing in the park", "A view over the city"}),
    ],
)
def test_the_list_and_the_map_look_in_a_district_or_in_one_of_its_pots(
    client, bench, swing, view, at, place, found
) -> None:
    at("proposing")
    page = client.get(f"/2027/proposals/?district={place}").text
    assert set(re.findall(r'<h3><a href="[^"]+">([^<]+)</a></h3>', page)) == found
    places = client.get(f"/2027/proposals.geojson?district={place}").json()["features"]
    assert {each["properties"]["name"] for each in places if each["geometry"]["type"] == "Point"} == found
    districts = [each["properties"]["name"] for each in places if each["geometry"]["type"] == "Polygon"]
    assert len(districts) == len(set(districts)), "each district is drawn once"


def test_the_filter_names_each_district_once_and_its_pots_after_it(client, bench, swing, view, at) -> None:
    at("proposing")
    page = client.get("/2027/proposals/").text
    choices = page.partition('name="district"')[2].partition("</select>")[0]
    assert re.findall(r"<option[^>]*>([^<]+)</option>", choices) == [
        "All districts",
        "Hillside",
        "Riverside",
        "Riverside: Parks",
    ]


def test_with_one_pot_the_filter_names_districts_alone(client, riverside_contest, hillside_contest, at) -> None:
    at("proposing")
    choices = client.get("/2027/proposals/").text.partition('name="district"')[2].partition("</select>")[0]
    assert re.findall(r"<option[^>]*>([^<]+)</option>", choices) == ["All districts", "Hillside", "Riverside"]


def test_a_pots_page_shows_its_proposals_and_leads_to_as_many_as_it_says(client, bench, swing, at) -> None:
    at("proposing")
    page = client.get("/2027/riverside-parks/")
    assert "A swing in the park" in page.text
    assert "A bench by the river" not in page.text
    assert "The one proposal in Parks" in text_of(page)
    assert 'href="/2027/proposals/?district=riverside-parks"' in page.text
    page = client.get("/2027/riverside/")
    assert "A bench by the river" in page.text
    assert "A swing in the park" not in page.text
    assert "All 2 proposals in Riverside" in text_of(page)
    assert "2 proposals" in text_of(client.get("/2027/proposals/?district=riverside"))


def test_the_addresses_of_a_district_and_of_its_pots_lead_to_their_proposals(client, bench, swing) -> None:
    for place in ("riverside", "riverside-parks"):
        assert client.get(f"/2027/{place}/proposals/")["Location"] == f"/2027/proposals/?district={place}"
    assert client.get("/2027/nowhere/proposals/").status_code == 404


def test_a_districts_committee_decides_on_all_its_pots(client, bench, swing, view, martin, at) -> None:
    at("reviewing")
    client.force_login(martin)
    desk = text_of(client.get("/desk/"))
    assert f"Number {bench.number}, Riverside" in desk
    assert f"Number {swing.number}, Parks" in desk
    assert "A view over the city" not in desk
    page = client.get(f"{swing.get_absolute_url()}decision/")
    assert f"Number {swing.number}, Parks" in text_of(page)
    assert "€200,000" in page.text, "the money is that of the pot"
    into = page.text.partition('name="into"')[2].partition("</select>")[0]
    assert "A bench by the river" in into
    assert "A view over the city" not in into


def test_a_proposal_is_merged_across_the_pots_of_its_district_and_no_further(
    client, bench, swing, view, martin, at
) -> None:
    moment = at("reviewing")
    client.force_login(martin)
    form = {"outcome": "merge", "reason": "One project does both."}
    address = f"{swing.get_absolute_url()}decision/"
    assert client.post(address, {**form, "into": view.pk}).status_code == 422, "the form does not know it"
    with pytest.raises(Refused, match="another one of the same district and cycle"):
        swing.decide(by=martin, at=moment, into=view, **form)
    assert client.post(address, {**form, "into": bench.pk})["Location"] == address
    assert swing.motions.get().into == bench
    swing.decide(by=martin, at=moment, into=bench, **form)
    assert swing.get_absolute_url() in client.get(bench.get_absolute_url()).text


def test_what_a_pot_has_is_the_most_its_proposals_may_cost(submitted, rosa, riverside_contest, parks) -> None:
    assert submitted(rosa, contest=riverside_contest, cost=210_000_00)
    with pytest.raises(Refused, match="A project in Parks may cost €200,000 at most"):
        submitted(rosa, contest=parks, cost=210_000_00)
