"""Changing an address, a password or a factor: proved first, told to the old address, and on record (S8, S14, S19)."""

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.contrib import admin
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.changes import CHANGES
from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from notices.models import Mail
from tests.cast import given, signed_in
from tests.signing_up import code_in

PASSWORD = "correct horse battery"
PASSWORD_PAGE, EMAIL_PAGE = "/accounts/password/change/", "/accounts/email/"


@pytest.fixture
def rosa(rosa: User) -> User:
    rosa.set_password(PASSWORD)
    rosa.save()
    return rosa


def proved(user: User, method: str) -> Client:
    browser = signed_in(user)
    given(browser, user, method, reauthenticated=True)
    return browser


def done() -> list[str]:
    return list(AuditEvent.objects.values_list("action", flat=True))


def changes_the_address(browser: Client, to: str = "new@example.org"):
    answer = browser.post(EMAIL_PAGE, {"email": to, "action_add": ""})
    return browser.post(answer.url, {"code": code_in(mail.outbox[-1])})


# Proved first --------------------------------------------------------------------------------------------------------


def addresses() -> list[str]:
    with_key = {"mfa_remove_webauthn", "mfa_edit_webauthn"}
    of_the_city = {"openid_connect_callback": {"provider_id": "city"}}
    return [
        reverse(name, args=[1] if name in with_key else None, kwargs=of_the_city.get(name)) for name in sorted(CHANGES)
    ]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("address", addresses())
def test_s8_a_session_that_is_only_open_changes_nothing(rosa: User, address: str) -> None:
    browser = signed_in(rosa)
    given(browser, rosa, "password")  # at the sign-in
    for answer in (browser.get(address), browser.post(address, {"email": "new@example.org", "action_add": ""})):
        assert answer.url.startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize("address", addresses())
def test_s14_whoever_holds_a_factor_shows_that_and_no_password(clara: User, address: str) -> None:
    browser = proved(clara, "password")
    assert browser.get(address).url.startswith(reverse("mfa_reauthenticate"))
    assert browser.get(reverse("account_reauthenticate")).url.startswith(reverse("mfa_reauthenticate"))


def test_s14_a_password_typed_all_the_same_proves_nothing(clara: User) -> None:
    clara.set_password(PASSWORD)
    clara.save()
    browser = signed_in(clara)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert browser.post("/accounts/2fa/totp/deactivate/").url.startswith(reverse("mfa_reauthenticate"))
    assert clara.has_a_second_factor


def test_s8_a_proof_is_fresh_for_a_quarter_of_an_hour(rosa: User) -> None:
    browser = proved(rosa, "password")
    assert browser.get(EMAIL_PAGE).status_code == 200
    session = browser.session
    session["account_authentication_methods"][-1]["at"] = time.time() - 15 * 60 - 1
    session.save()
    assert browser.get(EMAIL_PAGE).status_code == 302


def test_s8_whoever_has_neither_signs_in_anew_by_a_code_and_goes_on_there(tomas: User) -> None:
    tomas.set_unusable_password()
    tomas.save()
    browser = signed_in(tomas)
    answer = browser.get(EMAIL_PAGE)
    page = browser.get(answer.url)
    assert tomas.email in page.content.decode()
    answer = browser.post(answer.url, {"next": EMAIL_PAGE})
    assert "_auth_user_id" not in browser.session
    answer = browser.post(answer.url, {"code": code_in(mail.outbox[-1])})
    assert answer.url == EMAIL_PAGE
    assert browser.get(EMAIL_PAGE).status_code == 200


# Told and on record --------------------------------------------------------------------------------------------------


def test_s8_a_changed_address_is_told_to_the_old_one_and_on_record(rosa: User) -> None:
    browser, elsewhere = proved(rosa, "password"), signed_in(rosa)
    changes_the_address(browser)
    assert User.objects.get(pk=rosa.pk).email == "new@example.org"
    told = mail.outbox[-1]
    assert told.to == ["rosa@example.org"]
    assert "the e-mail address" in told.body
    assert "new@example.org" not in told.body
    assert done() == [Done.ADDRESS_CHANGED]
    assert browser.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302


def test_s8_so_is_a_changed_password(rosa: User) -> None:
    browser, elsewhere = proved(rosa, "password"), signed_in(rosa)
    new = {"oldpassword": PASSWORD, "password1": "a better staple", "password2": "a better staple"}
    browser.post(PASSWORD_PAGE, new)
    assert (mail.outbox[-1].to, done()) == ([rosa.email], [Done.PASSWORD_CHANGED])
    assert browser.get("/me/").status_code == 200
    assert elsewhere.get("/me/").status_code == 302


def test_s8_so_is_one_that_was_lost_and_is_set_anew(rosa: User, client: Client) -> None:
    answer = client.post("/accounts/password/reset/", {"email": rosa.email})
    answer = client.post(answer.url, {"code": code_in(mail.outbox[-1])})
    client.post(answer.url, {"password1": "a better staple", "password2": "a better staple"})
    assert (mail.outbox[-1].to, done()) == ([rosa.email], [Done.PASSWORD_CHANGED])


def test_s14_so_is_a_factor_taken_away_and_other_sessions_end(clara: User) -> None:
    RecoveryCodes.activate(clara)
    browser, elsewhere = proved(clara, "mfa"), signed_in(clara)
    browser.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=clara).exists()
    assert "taken away" in mail.outbox[-1].body
    assert done() == [Done.FACTOR_REMOVED]
    assert AuditEvent.objects.get().facts == {"types": ["recovery_codes", "totp"]}
    assert elsewhere.get("/me/").url.startswith("/accounts/login/")
    assert browser.get("/me/").url == reverse("second_factor")


def test_s8_nothing_is_changed_of_which_nobody_can_be_told(rosa: User, settings, monkeypatch) -> None:
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    browser = proved(rosa, "password")
    monkeypatch.setattr(Mail, "save", lambda *_, **__: 1 / 0)
    new = {"oldpassword": PASSWORD, "password1": "a better staple", "password2": "a better staple"}
    with pytest.raises(ZeroDivisionError):
        browser.post(PASSWORD_PAGE, new)
    rosa.refresh_from_db()
    assert rosa.check_password(PASSWORD)
    assert done() == []


def test_s8_what_did_not_change_is_told_to_nobody(rosa: User) -> None:
    browser = proved(rosa, "password")
    browser.post(PASSWORD_PAGE, {"oldpassword": "wrong", "password1": "a", "password2": "b"})
    assert not mail.outbox
    assert done() == []


# The city's own sign-in ----------------------------------------------------------------------------------------------


def test_s3_no_sign_in_comes_from_the_database(db, settings) -> None:
    SocialApp.objects.create(
        provider="openid_connect",
        provider_id="evil",
        client_id="x",
        name="Evil",
        settings={"server_url": "http://127.0.0.1:8902", "email_authentication": True},
    )
    adapter, request = get_adapter(), RequestFactory().get("/")
    assert adapter.list_apps(request) == []
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [{"provider_id": "city", "client_id": "y", "settings": {"email_authentication": True}}]
        }
    }
    assert [app.provider_id for app in adapter.list_apps(request)] == ["city"]
    assert SocialApp not in admin.site._registry


def test_s3_no_account_is_found_by_the_address_a_provider_names(db) -> None:
    assert not get_adapter().can_authenticate_by_email(None, "rosa@example.org")


def test_s3_an_address_a_provider_names_is_proved_by_a_code_like_any_other(rf, db) -> None:
    class Login:
        email_addresses = (EmailAddress(email="rosa@example.org", verified=True),)

    get_adapter().pre_social_login(rf.get("/"), Login())
    assert not Login.email_addresses[0].verified


def test_s3_what_is_connected_is_a_change_like_any_other(rosa: User, settings) -> None:
    city = {"provider_id": "city", "client_id": "y", "settings": {"server_url": "https://login.city.example"}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [city]}}
    SocialAccount.objects.create(user=rosa, provider="city", uid="1")
    browser = proved(rosa, "password")
    browser.post(reverse("socialaccount_connections"), {"account": SocialAccount.objects.get().pk})
    assert done() == [Done.SIGN_IN_DISCONNECTED]
    assert mail.outbox[-1].to == [rosa.email]
