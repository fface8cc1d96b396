"""A district whose money lies in two pots, on the pages anyone reads."""

import re

import pytest

from budgeting.models import Contest


def map_on(page) -> str:
    return page.text.partition('<figure class="district-map">')[2].partition("</figure>")[0]


@pytest.mark.parametrize("page", ["/", "/2027/"])
def test_pots_stand_by_their_district_in_a_fixed_order(
    client, parks, riverside_contest, hillside_contest, city_wide_contest, at, page
) -> None:
    Contest.objects.create(
        cycle=parks.cycle, district=parks.district, slug="riverside-art", name="Art", budget=10_000_00
    )
    at("voting")
    named = re.findall(r"<span>([^<]+)</span> <span class=\"money\">", client.get(page).text)
    assert named == ["The whole city", "Hillside", "Riverside", "Art", "Parks"]


def test_the_map_draws_a_district_once_and_leads_to_its_first_contest(
    client, parks, riverside_contest, hillside_contest, at
) -> None:
    at("voting")
    drawn = map_on(client.get("/2027/riverside-parks/"))
    assert re.findall(r'<a href="([^"]+)"', drawn) == ["/2027/hillside/", "/2027/riverside/"]
    assert re.findall(r"<title>([^<]+)</title>", drawn) == ["Hillside", "Riverside"]
    assert drawn.count('class="here"') == 1
    assert "aria-current" not in drawn, "the map has no link to this page"
    drawn = map_on(client.get("/2027/riverside/"))
    assert drawn.count('aria-current="page"') == drawn.count('class="here"') == 1


def test_a_pot_goes_by_its_own_name(client, parks, riverside_contest, at) -> None:
    at("voting")
    page = client.get("/2027/riverside-parks/").text
    assert "<h1>Parks</h1>" in page
    assert "<title>Parks, Participatory budget 2027 –" in page
    assert "€200,000" in page
    assert "<h1>Riverside</h1>" in client.get("/2027/riverside/").text


def test_the_districts_address_leads_to_its_first_pot_where_none_has_it(client, parks, at) -> None:
    Contest.objects.create(
        cycle=parks.cycle, district=parks.district, slug="riverside-art", name="Art", budget=10_000_00
    )
    at("voting")
    answer = client.get("/2027/riverside/")
    assert (answer.status_code, answer["Location"]) == (302, "/2027/riverside-art/")
    drawn = map_on(client.get("/2027/"))
    assert re.findall(r"<title>([^<]+)</title>", drawn) == ["Riverside"], "the map names districts"


@pytest.mark.parametrize(
    "address", ["", "ballot/paper/", "ballot/paper.json", "ballot/paper.pdf", "results/", "proposals/"]
)
def test_an_address_of_no_contest_is_not_found(client, parks, riverside_contest, at, address) -> None:
    at("results")
    assert client.get(f"/2027/nowhere/{address}").status_code == 404
