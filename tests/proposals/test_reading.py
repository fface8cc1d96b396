import pytest


@pytest.mark.parametrize(
    "address", ["/2027/proposals/", "/2027/proposals.geojson", "/2027/riverside/proposals/1-a-playground-by-the-river/"]
)
def test_anyone_reads_without_an_account(client, proposal, at, address):
    at("proposing")
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("slug", ["1", "1-", "1-another-title", "1-A-PLAYGROUND", "1-%F0%9F%8C%B3"])
def test_a_wrong_slug_leads_to_the_right_one(client, proposal, at, slug):
    at("proposing")
    answer = client.get(f"/2027/riverside/proposals/{slug}/")
    assert (answer.status_code, answer["Location"]) == (302, "/2027/riverside/proposals/1-a-playground-by-the-river/")


def test_a_proposal_is_found_in_its_own_district_and_cycle_only(client, proposal, hillside_contest, at):
    at("proposing")
    for address in (
        "/2027/hillside/proposals/1/",
        "/2026/riverside/proposals/1/",
        "/2027/riverside/proposals/99999999/",
    ):
        assert client.get(address).status_code == 404
