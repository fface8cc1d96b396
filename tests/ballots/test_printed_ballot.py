"""The paper ballot says what the booth says, and nothing that could tell one sheet from another."""

import page
import pytest

from ballots.printing import printed_ballot
from lib.private_files import PrivateFiles
from tests.cast import COSTS, TITLES, put_on_paper
from tests.papers import words_of

BALLOT = "/2027/riverside/ballot/paper.pdf"


def printed(client) -> bytes:
    return b"".join(client.get(BALLOT).streaming_content)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("style", ["approval", "points", "ranking"])
def test_a_ballot_of_every_style_is_accessible_and_archival(riverside_contest, style) -> None:
    riverside_contest.ballot_style = style
    riverside_contest.points = 10 if style == "points" else None
    riverside_contest.save()
    content = printed_ballot(put_on_paper(riverside_contest), "en")
    for profile in ("ua1", "3a"):
        assert page.validate_pdf_bytes(content, profile=profile).failures == [], profile


def test_every_project_stands_on_it_with_its_number_and_cost(client, riverside_paper) -> None:
    text = words_of(printed(client))
    for number, (title, cost) in enumerate(zip(TITLES, COSTS, strict=True), start=1):
        assert f"{number} {title} €{cost // 100:,}" in text or (f"{number} " in text and title in text), text
        assert f"€{cost // 100:,}" in text
    assert riverside_paper.digest in text


def test_all_sheets_are_the_same_and_made_once(client, riverside_paper, monkeypatch) -> None:
    first = printed(client)
    monkeypatch.setattr("ballots.views.printing.printed_ballot", lambda *_: b"made again")
    assert printed(client) == first


def test_before_the_paper_is_frozen_there_is_nothing_to_print(client, riverside_contest) -> None:
    assert client.get(BALLOT).status_code == 404


def test_a_kept_sheet_that_is_missing_is_made_again(client, riverside_paper, monkeypatch) -> None:
    monkeypatch.setattr("ballots.views.printing.printed_ballot", lambda *_: b"made")
    assert printed(client) == b"made"
    kept = PrivateFiles()
    (name,) = kept.listdir("ballots")[1]
    kept.delete(f"ballots/{name}")
    monkeypatch.setattr("ballots.views.printing.printed_ballot", lambda *_: b"made again")
    assert printed(client) == b"made again"
