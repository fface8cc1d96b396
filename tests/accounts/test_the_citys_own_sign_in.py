"""The city's own sign-in (OpenID Connect): coming by it, connecting it, and what becomes of it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user
from django.core import mail
from django.test import Client

from accounts.elsewhere import Elsewhere
from accounts.models import User
from audit.acts import Done
from audit.models import AuditEvent
from tests.cast import given, signed_in
from tests.papers import words_on
from tests.signing_up import code_in

pytestmark = pytest.mark.django_db
CITY = {
    "provider_id": "city",
    "name": "Halverne account",
    "client_id": "y",
    "secret": "z",
    "settings": {"server_url": "https://login.city.example"},
}
PAGE = "/accounts/3rdparty/"
SERVER = "https://login.city.example"
SAYS: dict[str, Any] = {
    "authorization_endpoint": f"{SERVER}/authorize",
    "token_endpoint": f"{SERVER}/token",
    "userinfo_endpoint": f"{SERVER}/userinfo",
    "access_token": "t",
    "token_type": "bearer",
    "sub": "rosa-at-the-city",
    "email": "rosa@city.example",
    "email_verified": True,
}


class Answer:
    status_code, headers = 200, {"content-type": "application/json"}
    text = ""

    def json(self) -> dict[str, Any]:
        return SAYS

    def raise_for_status(self) -> None: ...


class Server:
    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None: ...

    def request(self, *_: object, **__: object) -> Answer:
        return Answer()

    get = post = request


@pytest.fixture(autouse=True)
def city(settings, monkeypatch) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [CITY]}}
    monkeypatch.setattr(Elsewhere, "get_requests_session", lambda self: Server())


def comes(browser: Client, process: str = "login"):
    return comes_back(browser, browser.post(f"/accounts/oidc/city/login/?process={process}"))


def comes_back(browser: Client, answer):
    state = parse_qs(urlsplit(answer.url).query)["state"][0]
    return browser.get("/accounts/oidc/city/login/callback/", {"code": "c", "state": state})


def proved(user: User) -> Client:
    browser = signed_in(user)
    given(browser, user, "password", reauthenticated=True)
    return browser


@pytest.fixture
def rosa(rosa: User) -> User:
    rosa.set_password("correct horse battery")
    rosa.save()
    return rosa


# Coming by it ---------------------------------------------------------------------------------------------------------


def test_whoever_comes_by_it_signs_up_with_a_public_name_and_proves_the_address(client: Client) -> None:
    answer = comes(client)
    assert client.get(answer.url).status_code == 200
    answer = client.post(answer.url, {"email": "rosa@city.example", "name": "Rosa"})
    answer = client.post(answer.url, {"code": code_in(mail.outbox[-1])})
    rosa = User.objects.get(name="Rosa")
    assert get_user(client) == rosa
    assert rosa.is_proved
    client.post("/accounts/logout/")
    comes(client)
    assert get_user(client) == rosa


def test_s3_an_address_somebody_has_an_account_with_is_not_theirs_by_it(rosa: User, client: Client) -> None:
    comes(client)
    client.post("/accounts/3rdparty/signup/", {"email": rosa.email, "name": "Attacker"})
    assert get_user(client).is_anonymous
    assert not SocialAccount.objects.filter(user=rosa).exists()


# Connecting it --------------------------------------------------------------------------------------------------------


def test_it_is_connected_on_record_and_told(rosa: User) -> None:
    browser = proved(rosa)
    comes(browser, "connect")
    assert "Halverne account: rosa@city.example" in words_on(browser.get(PAGE))
    assert list(AuditEvent.objects.values_list("action", flat=True)) == [Done.SIGN_IN_CONNECTED]
    assert mail.outbox[-1].to == [rosa.email]


def test_my_page_leads_to_it_where_there_is_one(rosa: User, settings) -> None:
    browser = signed_in(rosa)
    link = f'href="{PAGE}"'
    assert link in browser.get("/me/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert link not in browser.get("/me/").content.decode()
    SocialAccount.objects.create(user=rosa, provider="city", uid="1")
    assert link in browser.get("/me/").content.decode()


def test_one_the_city_no_longer_offers_is_named_and_disconnected(rosa: User, settings) -> None:
    browser = proved(rosa)
    comes(browser, "connect")
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    page = browser.get(PAGE)
    assert "city, which the city no longer offers" in words_on(page)
    key = SocialAccount.objects.get().pk
    assert f'value="{key}"' in page.content.decode()
    assert browser.post(PAGE, {"account": key}).status_code == 302
    assert not SocialAccount.objects.exists()
    assert AuditEvent.objects.last().action == Done.SIGN_IN_DISCONNECTED


def test_t07_nobody_disconnects_anothers(rosa: User, tomas: User) -> None:
    comes(proved(rosa), "connect")
    tomas.set_password("correct horse battery")
    tomas.save()
    proved(tomas).post(PAGE, {"account": SocialAccount.objects.get().pk})
    assert SocialAccount.objects.get().user == rosa


@pytest.mark.parametrize("process", ["login", "connect"])
def test_somebody_suspended_gets_nowhere_by_it(rosa: User, tomas: User, process: str) -> None:
    browser = proved(rosa)
    comes(browser, "connect")
    User.objects.filter(pk=rosa.pk).update(is_active=False)
    tomas.set_password("correct horse battery")
    tomas.save()
    for visitor in (Client(), browser, proved(tomas)):
        assert comes(visitor, process).status_code == 302
        assert get_user(visitor) != rosa
    assert SocialAccount.objects.get().user == rosa


def test_somebody_suspended_on_the_way_connects_nothing(rosa: User) -> None:
    browser = proved(rosa)
    answer = browser.post("/accounts/oidc/city/login/?process=connect")
    User.objects.filter(pk=rosa.pk).update(is_active=False)
    assert comes_back(browser, answer).status_code == 302
    assert not SocialAccount.objects.exists()
