"""Every mail as its reader sees it, in a real browser: narrow and wide, light and dark, with long words.

`MAIL_PICTURES=folder` leaves the pictures there, to be looked at.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override
from playwright.sync_api import Page

from notices import stopping, words
from notices.dress import Button, dressed
from notices.kinds import Kind, Telling, all_worded
from tests.browser.looking import barriers

LONG = "Straßenbahnhaltestellenwartehäuschenbeleuchtung" * 4
SITE = "https://budget.city.example"

pytestmark = pytest.mark.django_db


def as_sent(kind: Kind, language: str, values: dict[str, str]) -> str:
    of = all_worded()[kind]
    subject, text = words.of_ours(of, language)
    with override(language):
        button = Button(str(of.button), f"{SITE}/2027/proposals/12/") if of.button else None
        can_be_stopped = isinstance(of, Telling) and not of.is_a_right
        stop = Button("No more mails of this kind", stopping.address(1, kind)) if can_be_stopped else None
        mail = dressed(
            words.subject_line(subject, values),
            words.filled(text, values),
            to="rosa@example.org",
            button=button,
            why=str(of.title),
            stop=stop,
        )
        return mail.alternatives[0].content


@pytest.fixture
def page(browser) -> Page:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.sampled(12)
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_mail_reads_well(page: Page, settings, kind: Kind, language: str) -> None:
    settings.CITY_CONTACT, settings.PUBLIC_URL = "budget@city.example", SITE
    with override(language):
        examples = {name: str(value) for name, value in all_worded()[kind].placeholders.items()}
    for name, values in {"example": examples, "long": dict.fromkeys(examples, LONG)}.items():
        page.set_content(as_sent(kind, language, values))
        for width in (360, 600):
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width} px"
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                if name == "example":
                    _keep(page, f"{language}-{scheme}-{width}-{kind.slug}")
                    assert _contrast(page) == "", f"{width} px, {scheme}"


def _contrast(page: Page) -> str:
    """What axe finds; a mail is no page, and has no headings or landmarks."""
    return barriers(page, "color-contrast", "link-name", "html-has-lang", "document-title")


def _keep(page: Page, name: str) -> None:
    if folder := os.environ.get("MAIL_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
