"""Roles on the desk, and the page of an invitation, in a real browser."""

import pytest
from playwright.sync_api import expect

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
