"""What residents see once the results are open, and nobody before."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pabulib.checker import Checker

from budgeting.models import Contest, District
from lib.spreadsheets import cell
from proposals.models import Proposal
from results.result import results_of
from tally import Rule, pabulib
from tally import count as tally
from tests.cast import TITLES, count, put_on_paper
from tests.papers import words_on
from tests.verifier import looked_at

CYCLE = "/2027/results/"
RIVERSIDE = "/2027/riverside/results/"
PAGES = [CYCLE, RIVERSIDE]
FILES = ["results.csv", "results.json", "ballots.pb", "ballots.csv", "ballots.json"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("stage", ["voting", "counting"])
def test_nobody_reads_a_result_before_it_is_published(client, rosa, martin, counted, at, stage, page) -> None:
    at(stage)
    for visitor in (None, rosa, martin):
        if visitor:
            client.force_login(visitor)
        answer = client.get(page)
        assert "No results yet" in words_on(answer)
        assert "Playground" not in words_on(answer)
        assert "The results will stand here from Thursday 3 June" in words_on(answer)


@pytest.mark.parametrize("name", FILES)
def test_no_file_is_handed_out_before_the_results_are_published(client, rosa, counted, at, name) -> None:
    at("counting")
    client.force_login(rosa)
    assert client.get(RIVERSIDE + name).status_code == 404
    at("results")
    assert client.get(RIVERSIDE + name).status_code == 200


@pytest.mark.parametrize("staff", ["clara", "ines", "otto"])
def test_clerk_council_and_auditor_read_it_from_the_count_on(client, counted, at, request, staff) -> None:
    at("counting")
    client.force_login(request.getfixturevalue(staff))
    for page in PAGES:
        answer = words_on(client.get(page))
        assert "Only staff see this page now." in answer
        assert "2 projects are funded with €210,000 of €250,000." in answer


def test_staff_read_nothing_before_the_count(client, clara, riverside_paper, at) -> None:
    at("results")
    client.force_login(clara)
    assert "No results yet" in words_on(client.get(RIVERSIDE))


def test_everyone_reads_what_is_funded_and_why_the_rest_is_not(client, counted, at) -> None:
    at("results")
    answer = words_on(client.get(RIVERSIDE))
    assert "2 projects are funded with €210,000 of €250,000. €40,000 is left." in answer
    assert "Cycle stands Funded 30 votes" in answer
    assert "Funded in round 1; €160,000 was left after it." in answer
    assert "Community garden Not funded 10 votes" in answer
    assert "It costs €60,000; when its turn came, €40,000 was left." in answer
    assert "Library benches Not funded 8 votes" in answer
    assert "passed over, and the next has its turn" in answer
    assert "2 ballots were blank." in answer
    assert "1 ballot was invalid: A project can be chosen once." in answer


def test_the_cycle_shows_the_money_of_all_districts(client, counted, hillside_counted, at) -> None:
    at("results")
    answer = words_on(client.get(CYCLE))
    assert "Riverside" in answer
    assert "Hillside" in answer
    assert "fewer than 10 people voted" in answer


def test_a_cycle_page_asks_the_database_as_often_for_three_districts_as_for_one(client, cycle, counted, at) -> None:
    at("results")
    client.get(CYCLE)
    with CaptureQueriesContext(connection) as one:
        client.get(CYCLE)
    for name in ("Mill", "Station"):
        district = District.objects.create(slug=name.lower(), name=name)
        contest = Contest.objects.create(cycle=cycle, district=district, budget=250_000_00)
        put_on_paper(contest)
        count(contest)
    with CaptureQueriesContext(connection) as three:
        client.get(CYCLE)
    assert len(three) == len(one)


def test_with_seven_ballots_no_number_of_votes_is_published(client, hillside_counted, at) -> None:
    at("results")
    answer = words_on(client.get("/2027/hillside/results/"))
    assert "Too few ballots were counted here" in answer
    assert "vote " not in answer
    assert " votes" not in answer.replace("no number of votes", "").replace("the most votes", "").replace(
        "greater number of votes", ""
    )
    for name in FILES:
        assert client.get(f"/2027/hillside/results/{name}").status_code == 404


def test_v21_with_few_ballots_neither_order_nor_reason_nor_tie_tells_how_they_were_cast(
    client, hillside_contest, at
) -> None:
    """One ballot for two projects, the last two on the paper."""
    put_on_paper(hillside_contest)
    count(hillside_contest, {"5:1 6:1": 1})
    at("results")
    page = words_on(client.get("/2027/hillside/results/"))
    outcomes = ["Not funded"] * 4 + ["Funded"] * 2
    places = [page.index(f"{title} {outcome} €") for title, outcome in zip(TITLES, outcomes, strict=True)]
    assert places == sorted(places), "as on the ballot paper"
    for told in ("in round", "would have been funded", "Nobody chose it", "Equal:", "tie", "No two projects", "%"):
        assert told not in page, told
    assert "that alone may tell how somebody voted" in page


def test_v21_with_few_ballots_the_winners_stand_by_their_number_too(client, hillside_contest, at) -> None:
    """The ballots chose the last one first."""
    put_on_paper(hillside_contest)
    count(hillside_contest, {"6:1": 4, "5:1": 3})
    (result,) = results_of(hillside_contest.cycle, hillside_contest)
    assert [line.number for line in result.lines] == [1, 2, 3, 4, 5, 6]
    assert [line.number for line in result.funded] == [5, 6]
    assert [title for title, _ in result.parts] == ["Drinking fountains", "Bee hotel"]
    assert {(line.support, line.share, line.nearness) for line in result.lines} == {(None, None, "")}
    assert {line.why for line in result.lines} == {"Funded", "Not funded"}


def test_v21_a_city_that_tells_of_more_ballots_only_tells_no_blank_ones_either(client, counted, at, settings) -> None:
    settings.ANONYMOUS_BALLOTS_FROM = 50
    at("results")
    page = words_on(client.get(RIVERSIDE))
    assert "41 people voted." in page
    for told in ("blank", "invalid", "of those who voted chose"):
        assert told not in page


# What is missing -----------------------------------------------------------------------------------------------------


def test_v14_c11_a_contest_that_is_not_counted_is_named_as_missing(
    client, counted, hillside_contest, city_wide_contest, at
) -> None:
    put_on_paper(hillside_contest)
    at("results")
    page = words_on(client.get(CYCLE))
    assert "This is not the whole result: 2 contests are missing." in page
    assert "Hillside, €150,000 : Its ballots have not been counted yet." in page
    assert "The whole city, €400,000 : It has no ballot paper, so nobody has voted on it." in page
    assert "So far: 2 projects are funded with €210,000 of €250,000." in page


def test_v14_a_whole_result_is_called_so_far_by_nobody(client, counted, hillside_counted, at) -> None:
    at("results")
    page = words_on(client.get(CYCLE))
    assert "So far" not in page
    assert "missing" not in page


@pytest.mark.parametrize(
    ("frozen", "why"),
    [(True, "Its ballots have not been counted yet."), (False, "It has no ballot paper, so nobody has voted on it.")],
)
def test_v14_the_page_of_a_contest_without_a_result_says_why(
    client, counted, hillside_contest, at, frozen, why
) -> None:
    if frozen:
        put_on_paper(hillside_contest)
    at("results")
    assert why in words_on(client.get("/2027/hillside/results/"))


def test_before_anything_is_counted_no_page_promises_what_is_funded(client, riverside_paper, at) -> None:
    at("results")
    page = words_on(client.get("/2027/"))
    assert "What is funded" not in page
    assert "/2027/results/" not in client.get("/2027/").content.decode().split("<h2")[-1]


def test_what_staff_see_before_the_results_are_public_stays_in_no_cache(client, clara, counted, at) -> None:
    visitor = Client()
    client.force_login(clara)
    for address in (CYCLE, RIVERSIDE, f"{RIVERSIDE}results.json"):
        at("counting")
        assert "no-store" in client.get(address)["Cache-Control"]
        at("results")
        assert "no-store" not in visitor.get(address).get("Cache-Control", "")


def test_an_unknown_file_or_district_is_not_found(client, counted, at) -> None:
    at("results")
    assert client.get(RIVERSIDE + "results.xlsx").status_code == 404
    assert client.get("/2027/nowhere/results/").status_code == 404
    assert client.get("/2031/results/").status_code == 404


def test_a_result_can_be_counted_again_from_what_is_published(client, counted, riverside_contest, at, tmp_path) -> None:
    """With nothing but the files, by the tally's own reader and by the independent verifier."""
    at("results")
    for name in ("ballots.pb", "results.json"):
        (tmp_path / name).write_bytes(client.get(RIVERSIDE + name).content)
    told = json.loads((tmp_path / "results.json").read_text())
    again = tally(pabulib.read(tmp_path / "ballots.pb").election, Rule.from_dict(told["rule"]))
    assert list(again.winners) == told["winners"] == ["2", "1"]
    assert again.totals == told["totals"]
    (tmp_path / "paper.json").write_bytes(client.get("/2027/riverside/ballot/paper.json").content)
    assert looked_at(tmp_path).frauds == []
    assert [each.partition(":")[0] for each in looked_at(tmp_path).unchecked] == ["how the ballots were cast"]


def test_the_published_ballots_are_what_was_cast_and_no_more(client, counted, at) -> None:
    at("results")
    rows = client.get(RIVERSIDE + "ballots.csv").content.decode().splitlines()
    assert rows == ["ballots,choices", "2,", "20,1:1 2:1", "10,2:1 3:1", "8,4:1"]
    ballots = json.loads(client.get(RIVERSIDE + "ballots.json").content)["ballots"]
    assert {"ballots": 20, "points": {"1": 1, "2": 1}} in ballots
    assert sum(ballot["ballots"] for ballot in ballots) == 40


def test_pabulibs_own_checker_accepts_our_file(client, counted, at, tmp_path, settings) -> None:
    settings.CITY_COUNTRY = "Belgium"
    at("results")
    file = tmp_path / "ballots.pb"
    file.write_bytes(client.get(RIVERSIDE + "ballots.pb").content)
    found = Checker().process_files([str(file)])
    assert found["metadata"]["invalid"] == 0, found
    assert set(found["summary"]) <= {"project with no votes", "wrong meta fields order"}, found


def test_a_title_that_looks_like_a_formula_is_only_text_in_a_spreadsheet(client, counted, at) -> None:
    assert cell('=HYPERLINK("http://evil.example")') == '\'=HYPERLINK("http://evil.example")'
    assert [cell(text) for text in ("+1", "-1", "@x", "\tx", " =1", "＝1")] == [
        "'+1",
        "'-1",
        "'@x",
        "'\tx",
        "' =1",
        "'＝1",
    ]
    assert cell(-5) == -5
    at("results")
    assert "Bee hotel" in client.get(RIVERSIDE + "results.csv").content.decode()


def test_a_proposal_is_one_click_away(client, counted, at) -> None:
    at("results")
    proposal = Proposal.objects.get(title="Bee hotel")
    assert proposal.get_absolute_url() in client.get(RIVERSIDE).content.decode()
    assert reverse("contest_results", args=["2027", "riverside"]) in client.get(CYCLE).content.decode()
