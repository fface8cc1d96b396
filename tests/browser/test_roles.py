"""Roles on the desk, and the page of an invitation, in a real browser."""

import time

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.looking import Opened, barriers, too_small
from tests.cast import signed_in
from tests.roles import ROLES, code_of_the_mail, typed

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_link_of_an_invitation_fills_its_code_in_and_leaves_the_address(clara, riverside, at, opened) -> None:
    at("reviewing")
    signed_in(clara).post(ROLES, typed("Ana", district=riverside.pk))
    page = opened(f"/invitation/en/#{(code := code_of_the_mail())}", width=360)
    expect(page.get_by_label("Code of the invitation")).to_have_value(code)
    assert "#" not in page.url


def test_roles_and_an_invitation_keep_nobody_out(clara, otto, at, nobody_is_kept_out) -> None:
    at("reviewing")
    otto.roles.update(ends=at("presenting"))
    signed_in(clara).post(ROLES, typed("Ana"))
    for address, who in ((ROLES, clara), ("/invitation/en/", None)):
        nobody_is_kept_out(address, by=who)


def was_last_seen(minutes: int) -> None:
    for session in Session.objects.all():
        kept = SessionStore(session.session_key)
        kept["last_seen"] = time.time() - minutes * 60
        kept.save()


def test_f24_a_clerk_who_leaves_the_screen_is_told_may_stay_and_is_signed_out(opened: Opened, clara: User) -> None:
    page = opened("/", by=clara)
    page.clock.install()
    page.goto(page.url.rstrip("/") + "/desk/")
    with page.expect_response("**/me/here/"):  # another page was used meanwhile
        page.clock.fast_forward("55:01")
    expect(page.get_by_text("you are about to be signed out")).not_to_be_visible()
    was_last_seen(minutes=56)
    page.clock.fast_forward("55:01")
    soon = page.get_by_role("alert")
    expect(soon).to_contain_text("you are about to be signed out")
    assert (barriers(page), too_small(page)) == ("", [])
    with page.expect_response("**/me/here/") as answer:
        page.keyboard.press("Tab")
    assert answer.value.ok
    expect(soon).not_to_be_visible()
    was_last_seen(minutes=61)
    page.clock.fast_forward("55:01")
    expect(page.get_by_text("You are signed out, because nothing was done here for 60 minutes.")).to_be_visible()
    assert "/accounts/login/?next=/desk/" in page.url
