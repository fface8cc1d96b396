"""A refusal reaches the person who asked, with a script or without."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from budgeting.models import Contest
from lib.refusal import Refused
from proposals.views import discuss
from tests.browser.conftest import _session, barriers
from tests.proposals.conftest import drafted


@pytest.mark.parametrize("with_a_script", [True, False])
def test_tomas_reads_why_his_support_was_not_taken(
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    riverside_contest: Contest,
    rosa: User,
    tomas: User,
    at: Callable[[str], datetime],
    monkeypatch,
    with_a_script: bool,
) -> None:
    slide = drafted(rosa, riverside_contest)
    slide.submit(by=rosa, at=at("proposing"))
    context = new_context(java_script_enabled=with_a_script)
    context.add_cookies([_session(tomas, live_server.url)])
    page = context.new_page()
    page.goto(live_server.url + slide.get_absolute_url())

    def refuse(*args: object, **kwargs: object) -> None:
        raise Refused("The desk is closed.")

    monkeypatch.setattr(discuss, "find", refuse)
    page.locator("#support button").click()
    expect(page.locator("main h1")).to_have_text("This could not be done")
    expect(page.locator("main")).to_contain_text("The desk is closed.")
    expect(page.locator("main")).to_contain_text("Nothing was changed.")
    assert page.locator("h1").count() == 1
    if with_a_script:
        assert barriers(page) == ""
    page.get_by_role("link", name="Go back").click()
    expect(page.locator("h1")).to_have_text("A playground by the river")
