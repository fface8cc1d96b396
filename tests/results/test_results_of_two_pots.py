"""Riverside's money in two pots: what came out of each, on pages, in files and in the council's report."""

import json
from io import BytesIO
from itertools import product

import pypdf
import pytest

from results.council_report import council_report
from results.models import Report
from tests.cast import work
from tests.papers import words_of, words_on
from tests.verifier import looked_at

CYCLE = "/2027/results/"
FILES = ["results.csv", "results.json", "ballots.pb", "ballots.csv", "ballots.json"]
PARKS = "/2027/riverside-parks/results/"


def headings(outline) -> list[str]:
    """The titles of a PDF's outline, however deep."""
    return [title for each in outline for title in (headings(each) if isinstance(each, list) else [each.title])]


@pytest.mark.long
def test_the_cycle_lists_each_pot_beside_its_district(client, pots_counted, at) -> None:
    at("results")
    page = client.get(CYCLE).content.decode()
    places = [
        page.index(f'href="/2027/{slug}/results/"') for slug in ("city", "hillside", "riverside", "riverside-parks")
    ]
    assert places == sorted(places)
    assert words_on(client.get(CYCLE)).count("fewer than 10 people voted") == 3


def test_a_pot_has_results_of_its_own(client, pots_counted, pots, at, monkeypatch) -> None:
    at("results")
    monkeypatch.setattr("results.turnout.LEAST", 3)
    told = words_on(client.get(PARKS))
    assert "Results: Parks" in told
    assert "Parks 1" in told
    assert "Riverside 1" not in told
    assert "3 of 13 registered residents voted: 23%" in told, "the turnout is that of the district"
    assert "3 of 13 registered residents voted: 23%" in words_on(client.get("/2027/riverside/results/"))
    assert client.get("/2027/riverside-meadows/results/").status_code == 404


@pytest.mark.long
def test_each_file_is_named_for_its_contest_and_says_it(client, pots_counted, at) -> None:
    at("results")
    for slug, name in product(["riverside", "riverside-parks"], FILES):
        answer = client.get(f"/2027/{slug}/results/{name}")
        assert answer["Content-Disposition"] == f'attachment; filename="2027-{slug}-{name}"'
        if name.endswith(".json"):
            told = json.loads(answer.content)
            assert (told["cycle"], told["contest"]) == ("2027", slug)
            assert "district" not in told


@pytest.mark.long
def test_the_files_of_a_pot_can_be_checked_by_anyone(client, pots_counted, at, tmp_path) -> None:
    at("results")
    for name in ("ballots.pb", "results.json"):
        (tmp_path / name).write_bytes(client.get(PARKS + name).content)
    assert "subunit;Parks" in (tmp_path / "ballots.pb").read_text()
    (tmp_path / "paper.json").write_bytes(client.get("/2027/riverside-parks/ballot/paper.json").content)
    assert looked_at(tmp_path).frauds == []


@pytest.mark.long
def test_the_councils_report_has_a_chapter_for_each_pot(pots_counted, cycle, at) -> None:
    content = council_report(cycle, None, language="en", at=at("results"))
    text = words_of(content)
    for part in ("Riverside 3", "Parks 3", "Hillside 3", "Feasible."):
        assert part in text, part
    reader = pypdf.PdfReader(BytesIO(content))
    assert set(reader.attachments) == {
        f"{slug}-{name}" for slug in ("city", "riverside", "riverside-parks") for name in ("results.json", "ballots.pb")
    }
    places = ["The whole city", "Hillside", "Riverside", "Parks"]
    told = [title for title in headings(reader.outline) if title in places]
    assert told == [*places, *places], "the chapters, and then what the committee decided in each"


@pytest.mark.long
def test_a_report_on_one_pot_says_nothing_of_the_other(client, pots_counted, pots, clara, at) -> None:
    at("results")
    client.force_login(clara)
    client.post(f"{PARKS}report/")
    assert Report.objects.get().contest == pots["riverside-parks"]
    work()
    answer = client.get("/2027/riverside-parks/results.pdf")
    assert 'filename="results-2027-riverside-parks.pdf"' in answer["Content-Disposition"]
    content = b"".join(answer.streaming_content)
    text = words_of(content)
    assert "Parks, Participatory budget 2027" in text
    assert "Parks 3" in text
    assert "Riverside 1" not in text
    assert set(pypdf.PdfReader(BytesIO(content)).attachments) == {
        "riverside-parks-results.json",
        "riverside-parks-ballots.pb",
    }
    assert client.get("/2027/riverside/results.pdf").status_code == 302, "the other pot's is not made yet"
