"""A letter's code in a real browser: from the square on the sheet into the field, and to no server on the way."""

from collections.abc import Callable
from datetime import datetime

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import expect

from accounts.models import User
from budgeting.models import Cycle
from tests.browser.looking import Opened

PASSWORD = "correct horse battery"
CODE = "0123-4567-89AB-CDEF"


@pytest.fixture(autouse=True)
def _it_is_voting_time(at: Callable[[str], datetime], cycle: Cycle) -> None:
    at("voting")


@pytest.fixture
def rosa_with_a_password(rosa: User) -> User:
    rosa.set_password(PASSWORD)
    rosa.save()
    EmailAddress.objects.create(user=rosa, email=rosa.email, verified=True, primary=True)
    return rosa


def test_s13_the_code_goes_from_the_square_through_the_sign_in_and_to_no_server(
    opened: Opened, rosa_with_a_password: User
) -> None:
    page = opened("/verify/", width=360)
    asked: list[str] = []
    page.on("request", lambda request: asked.extend((request.url, request.headers.get("referer", ""))))
    page.goto(page.url + f"letter/#{CODE}")
    expect(page.get_by_label("Code")).to_have_value(CODE)
    assert CODE not in page.url, "it is out of the address, and of the browser's history"
    page.locator("main").get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill(rosa_with_a_password.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_have_value(CODE)
    assert asked
    assert [said for said in asked if CODE in said.partition("#")[0]] == []
    page.get_by_role("button", name="Verify me").click()
    page.goto(page.url)
    expect(page.get_by_label("Code")).to_have_value("")


def test_without_javascript_the_code_is_typed(opened: Opened, rosa: User) -> None:
    page = opened(f"/verify/letter/#{CODE}", by=rosa, java_script_enabled=False)
    expect(page.get_by_label("Code")).to_have_value("")
