"""T-13: a code that was mailed works for some minutes, and after ten it does not (ASVS 6.5.5)."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.keeping import kept
from tests.signing_up import code_in

SIGN_UP = {"email": "rosa@example.org", "name": "Rosa", "password1": "four plain words here"}
NEW = "five other plain words here"
TWO_MINUTES, TEN_MINUTES = 120, 600


def code() -> str:
    return code_in(mail.outbox[-1])


def grow_older(client: Client, seconds: int) -> None:
    """As if whatever waits in this session had begun so long ago."""
    session = client.session
    assert sum(_earlier(session[name], seconds) for name in set(session.keys())), "nothing waits in this session"
    session.save()


def _earlier(kept: object, seconds: int) -> int:
    """How many moments were put back."""
    if not isinstance(kept, dict):
        return 0
    found = sum(_earlier(value, seconds) for value in kept.values())
    if "at" in kept:
        kept["at"] -= seconds
    return found + ("at" in kept)


@kept
def rosa(db) -> User:
    user = User.objects.create_user(SIGN_UP["email"], SIGN_UP["password1"], name="Rosa")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.mark.parametrize(("age", "works"), [(TWO_MINUTES, True), (TEN_MINUTES + 1, False)])
def test_t13_a_code_to_sign_in(client: Client, rosa: User, age: int, works: bool) -> None:
    answer = client.post("/accounts/login/code/", {"email": rosa.email})
    grow_older(client, age)
    client.post(answer.url, {"code": code()})
    assert ("_auth_user_id" in client.session) is works


@pytest.mark.parametrize(("age", "works"), [(TWO_MINUTES, True), (TEN_MINUTES + 1, False)])
def test_t13_a_code_to_prove_an_address(client: Client, db, age: int, works: bool) -> None:
    answer = client.post("/accounts/signup/", SIGN_UP)
    grow_older(client, age)
    client.post(answer.url, {"code": code()})
    assert EmailAddress.objects.filter(verified=True).exists() is works


@pytest.mark.parametrize(("age", "works"), [(TWO_MINUTES, True), (TEN_MINUTES + 1, False)])
def test_t13_a_code_for_a_new_password(client: Client, rosa: User, age: int, works: bool) -> None:
    answer = client.post("/accounts/password/reset/", {"email": rosa.email})
    grow_older(client, age)
    answer = client.post(answer.url, {"code": code()})
    client.post(answer.url, {"password1": NEW, "password2": NEW})
    rosa.refresh_from_db()
    assert rosa.check_password(NEW) is works
