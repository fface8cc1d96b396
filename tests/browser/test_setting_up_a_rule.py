"""A clerk sets up a rule in a real browser, and residents read it."""

from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import expect

from accounts.models import User
from budgeting.models import Contest
from tests.browser.looking import Opened, barriers

Check = Callable[..., None]
PAGE = "/2027/riverside/rule/"


def test_nobody_is_kept_out_of_the_page_of_the_rule(
    nobody_is_kept_out: Check, clara: User, riverside_contest: Contest, at: Callable[[str], datetime]
) -> None:
    at("proposing")
    nobody_is_kept_out(PAGE, by=clara)


def test_a10_clara_asks_for_a_minimum_and_is_told_where_she_mistyped(
    opened: Opened, clara: User, riverside_contest: Contest, at: Callable[[str], datetime]
) -> None:
    at("proposing")
    page = opened(PAGE, by=clara, width=360)
    page.locator("#id_minimum_votes").fill("100")
    page.get_by_label("Share of the ballots a project needs").fill("0.1")
    page.get_by_role("button", name="Save").click()
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("“0.1” is not a share.")
    assert barriers(page) == ""
    summary.get_by_role("link").click()
    expect(page.get_by_label("Share of the ballots a project needs")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("10 %")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#told + p ~ p").filter(has_text="at least 100 votes")).to_be_visible()
    expect(page.locator("main")).to_contain_text("at least 10% of all ballots")
    expect(page.locator("#id_minimum_votes")).to_have_value("100")
