"""A form that has to wait for a proof, or for another address, comes back with what was typed, but no password."""

import time
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.cast import given, signed_in
from tests.papers import words_on
from tests.signing_up import ROSA, code_in, told

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
EMAIL_PAGE = "/accounts/email/"
NEW = {"email": "new@example.org", "action_add": ""}
COMES_BACK = 'value="new@example.org"'


@pytest.fixture
def rosa(rosa: User) -> User:
    rosa.set_password(PASSWORD)
    rosa.save()
    return rosa


def lapsed(user: User) -> Client:
    browser = signed_in(user)
    given(browser, user, "password", reauthenticated=True)
    session = browser.session
    session["account_authentication_methods"][-1]["at"] = time.time() - 15 * 60 - 1
    session.save()
    return browser


def proves(browser: Client, answer):
    return browser.post(answer.url, {"password": PASSWORD})


# Until it was shown that it is still them -----------------------------------------------------------------------------


def test_a_new_address_sent_too_late_is_in_the_form_after_the_proof(rosa: User) -> None:
    browser = lapsed(rosa)
    answer = proves(browser, browser.post(EMAIL_PAGE, NEW))
    page = browser.get(answer.url)
    assert COMES_BACK in page.content.decode()
    assert "Nothing has been changed yet" in words_on(page)
    answer = browser.post(EMAIL_PAGE, NEW)
    browser.post(answer.url, {"code": code_in(mail.outbox[-1])})
    assert User.objects.get(pk=rosa.pk).email == NEW["email"]


def test_it_comes_back_once(rosa: User) -> None:
    browser = lapsed(rosa)
    proves(browser, browser.post(EMAIL_PAGE, NEW))
    browser.get(EMAIL_PAGE)
    assert COMES_BACK not in browser.get(EMAIL_PAGE).content.decode()


def test_a_new_name_of_a_passkey_comes_back(rosa: User) -> None:
    key = Authenticator.objects.create(
        user=rosa, type=Authenticator.Type.WEBAUTHN, data={"name": "Old", "credential": {}}
    )
    page = f"/accounts/2fa/webauthn/keys/{key.pk}/edit/"
    browser = lapsed(rosa)
    browser.post(page, {"name": "The blue one"})
    given(browser, rosa, "mfa", reauthenticated=True)
    assert 'value="The blue one"' in browser.get(page).content.decode()


@pytest.mark.parametrize("page", ["/accounts/password/change/", "/accounts/password/set/"])
def test_no_password_is_kept_anywhere(rosa: User, page: str) -> None:
    browser = lapsed(rosa)
    typed = {"oldpassword": PASSWORD, "password1": "a better staple", "password2": "a better staple"}
    answer = browser.post(page, typed)
    assert "a better staple" not in str(dict(browser.session))
    assert PASSWORD not in str(dict(browser.session))
    assert "staple" not in answer.url


def test_nothing_typed_stands_in_an_address(rosa: User) -> None:
    assert "new" not in lapsed(rosa).post(EMAIL_PAGE, NEW).url


def test_whoever_has_neither_password_nor_factor_gets_it_back_after_signing_in_anew(rosa: User) -> None:
    rosa.set_unusable_password()
    rosa.save()
    browser = signed_in(rosa)
    answer = browser.post(EMAIL_PAGE, NEW)
    answer = browser.post(answer.url, {"next": EMAIL_PAGE})
    browser.post(answer.url, {"code": code_in(mail.outbox[-1])})
    assert COMES_BACK in browser.get(EMAIL_PAGE).content.decode()


def test_somebody_else_at_the_same_browser_is_not_shown_it(rosa: User, tomas: User) -> None:
    browser = lapsed(rosa)
    browser.post(EMAIL_PAGE, NEW)
    session = browser.session
    session["typed_before"]["whose"] = tomas.pk
    session.save()
    given(browser, rosa, "password", reauthenticated=True)
    assert COMES_BACK not in browser.get(EMAIL_PAGE).content.decode()


# For another address --------------------------------------------------------------------------------------------------


def corrects(browser: Client):
    answer = browser.post("/accounts/signup/again/")
    return browser.get(answer.url)


def test_a_mistyped_address_is_corrected_from_the_page_that_asks_for_the_code(client: Client) -> None:
    answer = client.post("/accounts/signup/", ROSA | {"email": "rsoa@example.org"})
    assert 'action="/accounts/signup/again/"' in client.get(answer.url).content.decode()
    page = corrects(client).content.decode()
    assert 'value="rsoa@example.org"' in page
    assert 'value="Rosa"' in page
    assert ROSA["password1"] not in page
    answer = client.post("/accounts/signup/", ROSA)
    client.post(answer.url, {"code": code_in(mail.outbox[-1])})
    assert EmailAddress.objects.get(verified=True).user.name == "Rosa"


@pytest.mark.parametrize(
    ("to", "then"), [("/verify/letter/", "?next=%2Fverify%2Fletter%2F"), ("https://evil.example/", "")]
)
def test_where_one_was_going_is_not_forgotten(client: Client, to: str, then: str) -> None:
    client.post(f"/accounts/signup/?next={to}", ROSA | {"email": "rsoa@example.org"})
    assert client.post("/accounts/signup/again/").url == f"/accounts/signup/{then}"


def test_whoever_is_signed_in_stays_so(rosa: User) -> None:
    browser = signed_in(rosa)
    assert browser.post("/accounts/signup/again/").url == EMAIL_PAGE
    assert browser.get("/me/").status_code == 200


def leaves(browser: Client):
    browser.post("/accounts/logout/", {"next": "/accounts/login/"})
    return browser.get("/accounts/confirm-email/")


def asks_for_the_sign_up(browser: Client):
    return browser.get("/accounts/signup/")


@pytest.mark.sampled(1)
@pytest.mark.parametrize("step", [corrects, leaves, asks_for_the_sign_up])
def test_t19_nothing_on_the_way_back_tells_whether_an_address_is_known(rosa: User, step: Callable) -> None:
    one, two = Client(), Client()
    one.post("/accounts/signup/", ROSA)
    two.post("/accounts/signup/", ROSA | {"email": "new@example.org"})
    known, new = step(one), step(two)
    assert (known.status_code, known.get("Location")) == (new.status_code, new.get("Location"))
    assert told(known, "rosa@example.org") == told(new, "new@example.org")
