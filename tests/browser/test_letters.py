"""A letter's code in a real browser: from the square on the sheet into the field, and to no server on the way."""

from datetime import datetime

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.models import User
from ballots.models import Envelope
from tests.browser.looking import Opened, barriers, too_small
from tests.letters import Posted

PASSWORD = "correct horse battery"
CODE = "0123-4567-89AB-CDEF"


@pytest.fixture(autouse=True)
def _riverside_votes(voting: datetime) -> None: ...


@pytest.fixture
def rosa_with_a_password(rosa: User) -> User:
    rosa.set_password(PASSWORD)
    rosa.save()
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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Vote with this letter", "Review my ballot", "Cast my ballot", "I am done: end the booth"]),
        (
            "fr",
            ["Voter avec cette lettre", "Relire mon bulletin", "Déposer mon bulletin", "J’ai fini : fermer l’isoloir"],
        ),
    ],
)
def test_greta_votes_on_a_phone_without_javascript_and_without_an_account(
    opened: Opened, greta: Posted, language: str, words: list[str]
) -> None:
    open_booth, review, put_in, end = words
    page = opened("/verify/letter/", width=360, java_script_enabled=False)
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": page.url.partition("/verify")[0]}]
    )
    page.reload()
    page.locator("input[name=code]").fill(greta.code.lower().replace("-", " "))
    page.get_by_role("button", name=open_booth).click()
    page.locator("main a.button").first.click()
    page.get_by_label("Library benches").check()
    page.get_by_role("button", name=review).click()
    page.get_by_role("button", name=put_in).click()
    expect(page.locator(".receipt")).to_be_visible()
    page.get_by_role("button", name=end).click()
    assert page.url.endswith("/ballots/ended/")
    assert Envelope.objects.get().resident == greta.resident
    page.go_back()
    assert "Library benches" not in page.content()


def test_who_votes_with_a_letter_meets_no_barrier(opened: Opened, greta: Posted) -> None:
    page = opened("/verify/letter/", width=360)
    assert (barriers(page), too_small(page)) == ("", [])
    page.get_by_label("Code").fill(greta.code)
    page.get_by_role("button", name="Vote with this letter").click()
    assert (barriers(page), too_small(page)) == ("", [])
    page.locator("main a.button").first.click()
    page.get_by_label("Library benches").check()
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Review my ballot").click()
    expect(page.get_by_label("Library benches")).to_be_checked()
    assert (barriers(page), too_small(page)) == ("", [])
    page.get_by_label("The code of your letter").fill(greta.code)
    page.get_by_role("button", name="Review my ballot").click()
    page.get_by_role("button", name="Cast my ballot").click()
    assert (barriers(page), too_small(page)) == ("", [])
    page.get_by_role("button", name="I am done: end the booth").click()
    assert (barriers(page), too_small(page)) == ("", [])


def test_ticking_tells_the_site_that_somebody_is_there(opened: Opened, greta: Posted) -> None:
    page = opened("/verify/letter/")
    page.get_by_label("Code").fill(greta.code)
    page.get_by_role("button", name="Vote with this letter").click()
    page.clock.install()
    page.locator("main a.button").first.click()
    expect(page.get_by_label("Library benches")).to_be_visible()
    page.wait_for_load_state()  # what the page does begins with the clock as it is then
    page.clock.fast_forward("05:00")
    with page.expect_response("**/ballots/awake/") as answer:
        page.get_by_label("Library benches").check()
    assert answer.value.status == 204
