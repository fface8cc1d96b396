"""Accounts in a real browser: no barrier on any page, and second factors that work under our content policy."""

from collections.abc import Callable
from datetime import datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from accounts.models import User
from audit.models import AuditEvent
from budgeting.models import Contest
from budgeting.people import RoleName
from tests.browser.looking import Opened, barriers
from tests.cast import FIRST_DAY

Check = Callable[..., None]
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _it_is_voting_time(at: Callable[[str], datetime], riverside_contest: Contest, hillside_contest: Contest) -> None:
    at("voting")


@pytest.fixture
def nora(rosa: User) -> User:
    """Somebody who has just become a clerk, and has only a password."""
    rosa.set_password(PASSWORD)
    rosa.save()
    rosa.grant(RoleName.CLERK, by=None, at=FIRST_DAY)
    return rosa


@pytest.mark.parametrize(
    "address",
    ["/accounts/signup/", "/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/", "/verify/"],
)
def test_a_visitor_meets_no_barrier_on_the_way_in(nobody_is_kept_out: Check, address: str) -> None:
    nobody_is_kept_out(address)


@pytest.mark.parametrize(
    "address",
    [
        "/me/",
        "/verify/letter/",
        "/accounts/email/",
        "/accounts/2fa/",
        "/accounts/sessions/",
        "/accounts/logout/",
        "/accounts/password/set/",
    ],
)
def test_a_resident_meets_no_barrier(nobody_is_kept_out: Check, rosa: User, address: str) -> None:
    nobody_is_kept_out(address, by=rosa)


DESKS = [
    "/desk/",
    "/desk/2027/register/",
    "/desk/2027/register/lines/",
    "/desk/2027/letters/",
    "/desk/2027/residents/",
    "/desk/2027/residents/verified/",
]


@pytest.mark.parametrize("address", DESKS)
def test_a_clerk_meets_no_barrier(nobody_is_kept_out: Check, clara: User, address: str) -> None:
    nobody_is_kept_out(address, by=clara)


def test_an_auditor_meets_no_barrier(nobody_is_kept_out: Check, otto: User, clara: User) -> None:
    clara.grant(RoleName.COUNCIL, by=otto, at=FIRST_DAY)
    assert AuditEvent.objects.exists()
    nobody_is_kept_out("/audit/", by=otto)


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def test_a_new_clerk_is_led_to_an_authenticator_app_and_then_goes_on(opened: Opened, nora: User) -> None:
    page = opened("/desk/", by=nora, width=360)
    expect(page.locator("h1")).to_have_text("Protect your account first")
    assert barriers(page) == ""
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Confirm")
    assert barriers(page) == ""
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("[name=code]").fill(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))
    press(page, "Activate")
    expect(page.locator("h1")).to_contain_text("Recovery Codes")
    assert barriers(page) == ""
    page.goto(page.url.split("/accounts/")[0] + "/desk/")
    expect(page.locator("h1")).to_have_text("What waits for you")


def test_a_new_clerk_adds_a_passkey_and_signs_in_with_it(opened: Opened, nora: User) -> None:
    page = opened("/me/second-factor/", by=nora)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "isUserVerified": True}})
    page.get_by_role("link", name="Add a passkey").click()
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Confirm")
    page.locator("[name=name]").fill("My phone")
    page.locator("[name=passwordless]").check()
    press(page, "Add")
    expect(page.locator("h1")).to_contain_text("Recovery Codes")
    assert Authenticator.objects.filter(user=nora, type=Authenticator.Type.WEBAUTHN).count() == 1
    page.get_by_role("navigation").get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in", exact=True).click()
    press(page, "Sign in with a passkey")
    expect(page.get_by_role("link", name="My page")).to_be_visible()
    page.get_by_role("link", name="Desk").click()
    expect(page.locator("h1")).to_have_text("What waits for you")
