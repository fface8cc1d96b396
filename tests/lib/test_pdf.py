"""What a printed document promises: accessible, archival, readable by machines, and blind to everything outside."""

import zlib
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from pathlib import Path

import page
import pypdf
import pytest
from django.template.loader import render_to_string

from lib import pdf
from tests.papers import text_of

PANGRAMS = (
    "Zażółć gęślą jaźń. Dès Noël, où un zéphyr haï me vêt de glaçons würmiens. Ξεσκεπάζω την ψυχοφθόρα βδελυγμία."
)


@pytest.fixture
def template(settings, tmp_path: Path):
    """Write a document's content and get the name of a template that extends the common one."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]

    names = (f"document-{number}.html" for number in count())

    def write(content: str) -> str:
        name = next(names)
        (tmp_path / name).write_text('{% extends "pdf.html" %}{% block content %}' + content + "{% endblock %}")
        return name

    return write


DOCUMENT = f"""
<h1>The council's report</h1><p>{PANGRAMS}</p><p><a href="https://city.example/">City</a></p>
<h2>Money</h2><table><caption>Costs</caption>
<thead><tr><th scope="col">Project</th><th scope="col">Cost</th></tr></thead>
<tbody><tr><th scope="row">Benches</th><td class="money">12 500</td></tr></tbody></table>
<svg role="img" aria-label="A bar" viewBox="0 0 10 2" width="100" height="20"><title>A bar</title>
<rect width="8" height="2"/></svg>
"""


def made(template: str, language: str = "fr", **more) -> bytes:
    return pdf.render(template, {}, title="Rapport du conseil", language=language, **more)


@pytest.mark.long
def test_a_screen_reader_and_an_archive_both_accept_a_document(template) -> None:
    enclosed = pdf.Attachment("results.json", b"{}", "Results", datetime(2027, 7, 1, tzinfo=UTC))
    content = made(template(DOCUMENT), attachments=[enclosed])
    for profile in ("ua1", "3a"):
        report = page.validate_pdf_bytes(content, profile=profile)
        assert report.failures == [], profile
        assert report.is_compliant, profile


@pytest.mark.long
@pytest.mark.parametrize("text", ["ends like a line", "é"])
def test_no_stream_ends_like_a_line(template, text) -> None:
    """The check sum of a packed stream ends with a carriage return once in 256."""
    attached = next(found for n in count() if zlib.adler32(found := f"{text} {n} {n}".encode()) % 256 == ord("\r"))
    enclosed = pdf.Attachment("results.json", attached, "Results", datetime(2027, 7, 1, tzinfo=UTC))
    content = made(template(DOCUMENT), attachments=[enclosed])
    assert page.validate_pdf_bytes(content, profile="3a").failures == []


def test_polish_french_and_greek_letters_can_be_searched_and_copied(template) -> None:
    text = " ".join(text_of(made(template(DOCUMENT))).split())
    assert PANGRAMS in text


def test_figures_in_columns_and_joined_letters_can_be_copied(template) -> None:
    content = made(
        template(
            '<h1>Affiches officielles</h1><p class="money">1 234 567,89</p><p class="secret">A0B0</p><p>Łódź m² H₂O</p>'
        )
    )
    assert "Affiches officielles" in text_of(content)
    assert "1 234 567,89" in text_of(content)
    assert "A0B0" in text_of(content)
    assert "Łódź m² H₂O" in text_of(content)


@pytest.mark.long
def test_a_title_with_an_emoji_still_makes_an_archival_document(template) -> None:
    content = made(template("<h1>Trees 🌳 for all</h1><p>Text</p>"))
    assert page.validate_pdf_bytes(content, profile="3a").failures == []
    assert "Trees □ for all" in text_of(content)


def test_a_document_names_its_language_its_title_and_its_pages(template, settings) -> None:
    settings.CITY_NAME = "Halverne"
    content = made(template(DOCUMENT + '<p class="page-break">More</p>'), language="en")
    reader = pypdf.PdfReader(BytesIO(content))
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.metadata.title == "Rapport du conseil"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "Rapport du conseil" not in reader.pages[0].extract_text()
    assert reader.pages[1].extract_text().splitlines() == ["More", "Rapport du conseil", "Halverne Page 2 of 2"]


def test_an_auditor_can_take_the_attached_figures_out_again(template) -> None:
    enclosed = pdf.Attachment("results.json", b'{"spent": 1}', "Results", datetime(2027, 7, 1, tzinfo=UTC))
    reader = pypdf.PdfReader(BytesIO(made(template(DOCUMENT), attachments=[enclosed])))
    assert reader.attachments["results.json"] == [b'{"spent": 1}']


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "lure",
    [
        '<img src="{url}" alt="">',
        '<link rel="stylesheet" href="{url}">',
        '<link rel="attachment" href="{url}">',
        '<a rel="attachment" href="{url}">x</a>',
        '<style>@import url("{url}");</style>',
        '<style>@font-face {{ font-family: lure; src: url("{url}") }} p {{ font-family: lure }}</style>',
        "<p style=\"background: url('{url}')\">x</p>",
        '<svg viewBox="0 0 1 1" width="9" height="9"><image href="{url}" width="1" height="1"/></svg>',
        '<object data="{url}"></object><embed src="{url}">',
    ],
)
def test_a_document_fetches_nothing_the_platform_does_not_ship(template, tmp_path, monkeypatch, lure: str) -> None:
    """A canary file of the machine, and addresses on the network, are asked for in every way a page can ask."""
    canary = tmp_path / "canary.css"
    canary.write_text("canary-in-the-mine")
    opened = []
    monkeypatch.setattr("socket.socket.connect", lambda self, address: opened.append(address))
    asked = []
    monkeypatch.setattr(pdf, "bundled", lambda url, honest=pdf.bundled: asked.append(url) or honest(url))
    urls = {canary.as_uri(), "http://127.0.0.1:9/canary.css", "http://169.254.169.254/latest/"}
    content = made(template("<h1>Report</h1><p>Text</p>" + "".join(lure.format(url=url) for url in urls)))
    assert urls <= set(asked), "a lure was never tried, so this test proves nothing"
    assert b"canary-in-the-mine" not in content
    assert "canary" not in text_of(content)
    assert not pypdf.PdfReader(BytesIO(content)).attachments
    assert opened == []


@pytest.mark.parametrize(
    "path", ["../settings.py", "%2e%2e/settings.py", "css/../../pdf.py", "fonts/", "//etc/passwd", "fonts/LICENSE.md"]
)
def test_an_address_cannot_climb_out_of_the_bundle(settings, path: str) -> None:
    with pytest.raises(pdf.NotBundled):
        pdf.bundled(f"{settings.PUBLIC_URL}/static/{path}")


def test_an_address_that_only_begins_like_ours_is_refused(settings) -> None:
    assert pdf.bundled(f"{settings.PUBLIC_URL}/static/{pdf.STYLESHEET}")
    with pytest.raises(pdf.NotBundled):
        pdf.bundled(f"{settings.PUBLIC_URL}@evil.example/static/{pdf.STYLESHEET}")
    with pytest.raises(pdf.NotBundled):
        pdf.bundled(f"{settings.PUBLIC_URL.replace('://', '://evil.')}/static/{pdf.STYLESHEET}")


def test_the_common_document_has_a_language_and_a_title() -> None:
    assert '<html lang="pl">' in render_to_string("pdf.html", {"language": "pl", "title": "Raport"})
