"""A vote in a real browser: with the keyboard alone, without JavaScript on a phone, and no barrier up to the result."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts.models import User
from ballots.models import Count, Envelope
from tests.browser.looking import Opened, barriers
from tests.letters import Posted

Check = Callable[..., None]


def test_rosa_votes_without_javascript_on_a_phone(
    opened: Opened,
    voting: datetime,
    rosa_may_vote: User,
) -> None:
    page = opened("/2027/riverside/", by=rosa_may_vote, java_script_enabled=False, width=360)
    page.get_by_role("link", name="Vote", exact=True).click()
    page.get_by_label("Library benches").check()
    page.get_by_role("button", name="Review my ballot").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this your ballot?")
    expect(page.locator("main")).to_contain_text("Library benches")
    expect(page.locator("main")).not_to_contain_text("Bee hotel")
    assert not Envelope.objects.exists()
    page.get_by_role("button", name="Cast my ballot").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
    expect(page.locator("main")).not_to_contain_text("Library benches")
    assert Envelope.objects.count() == 1


def test_rosa_votes_with_the_keyboard_alone(
    opened: Opened,
    voting: datetime,
    rosa_may_vote: User,
) -> None:
    page = opened("/2027/riverside/ballot/", by=rosa_may_vote)
    go_to(page, "input[type=checkbox]")
    page.keyboard.press("Space")
    expect(page.locator("[role=status]")).to_contain_text("1 project chosen")
    go_to(page, "button:has-text('Review my ballot')")
    page.keyboard.press("Enter")
    go_to(page, "button:has-text('Cast my ballot')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
    assert Envelope.objects.count() == 1


def go_to(page: Page, control: str) -> None:
    """Press Tab until the control has the focus."""
    expect(page.locator(control).first).to_be_visible()
    for _ in range(60):
        if page.locator(f"{control}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {control}")


def test_f24_a_voter_who_leaves_is_warned_once_may_stay_and_is_signed_out(
    opened: Opened,
    voting: datetime,
    rosa_may_vote: User,
) -> None:
    page = opened("/2027/riverside/", by=rosa_may_vote)
    page.clock.install()
    page.goto(page.url + "ballot/")
    page.clock.fast_forward("05:01")
    expect(page.get_by_role("alert")).to_contain_text("In five minutes you are signed out")
    page.get_by_label("Library benches").check()
    expect(page.get_by_role("alert")).not_to_be_visible()
    page.clock.fast_forward("05:01")
    expect(page.get_by_role("alert")).to_have_count(1)
    page.clock.fast_forward("05:01")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert not Session.objects.exists()
    assert not Envelope.objects.exists()


def test_f24_a_letters_booth_leaves_the_choices_on_the_page(opened: Opened, voting: datetime, greta: Posted) -> None:
    page = opened("/verify/letter/")
    page.get_by_label("Code").fill(greta.code)
    page.get_by_role("button", name="Vote with this letter").click()
    page.clock.install()
    page.locator("main a.button").first.click()
    page.get_by_label("Library benches").check()
    page.wait_for_load_state()  # what the page does begins with the clock as it is then
    page.clock.fast_forward("20:00")
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.get_by_label("Library benches")).to_be_checked()


@pytest.mark.parametrize(
    "address", ["/2027/riverside/", "/2027/riverside/ballot/", "/2027/riverside/ballot/paper/", "/2027/board/"]
)
def test_a_voter_meets_no_barrier(
    nobody_is_kept_out: Check,
    voting: datetime,
    rosa_may_vote: User,
    address: str,
) -> None:
    nobody_is_kept_out(address, by=rosa_may_vote)


def test_reviewing_and_the_receipt_are_no_barrier(
    opened: Opened,
    voting: datetime,
    rosa_may_vote: User,
) -> None:
    page = opened("/2027/riverside/ballot/", by=rosa_may_vote, width=360)
    page.get_by_label("Playground").check()
    page.get_by_role("button", name="Review my ballot").click()
    assert barriers(page) == ""
    page.get_by_role("button", name="Cast my ballot").click()
    assert barriers(page) == ""


def test_a_clerk_at_the_box_meets_no_barrier(nobody_is_kept_out: Check, voting: datetime, clara: User) -> None:
    nobody_is_kept_out("/2027/box/", by=clara)


@pytest.mark.parametrize("address", ["/2027/", "/2027/riverside/results/", "/2027/results/"])
def test_whoever_reads_the_results_meets_no_barrier(
    nobody_is_kept_out: Check,
    at: Callable[[str], datetime],
    counted: Count,
    hillside_counted: Count,
    address: str,
) -> None:
    at("results")
    nobody_is_kept_out(address)
