"""Getting in: signing up, signing in by code, a lost password, and what a stranger cannot learn on the way."""

import re
from collections import Counter
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.keeping import kept
from tests.signing_up import ROSA, code_in, told


@kept
def known(db) -> User:
    user = User.objects.create_user(ROSA["email"], ROSA["password1"], name="Rosa")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def test_rosa_signs_up_with_her_address_a_public_name_and_a_password(client: Client, db) -> None:
    page = client.get("/accounts/signup/").content.decode()
    fields = re.findall(r'<input[^>]+name="(\w+)"', page[page.index("<main") :])
    assert fields == ["csrfmiddlewaretoken", "email", "name", "password1"]
    answer = client.post("/accounts/signup/", ROSA)
    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session, "not before the address is confirmed"
    assert mail.outbox[0].body.endswith("\n-- \nOur city\nhttp://127.0.0.1:8000\n"), "the city and its address"
    client.post(answer.url, {"code": code_in(mail.outbox[0])})
    rosa = User.objects.get(email=ROSA["email"])
    assert rosa.name == "Rosa"
    assert client.session["_auth_user_id"] == str(rosa.pk)
    assert EmailAddress.objects.get(user=rosa).verified
    assert identify_hasher(rosa.password).algorithm == "argon2"


def test_a_wrong_code_does_not_confirm_an_address(client: Client, db) -> None:
    answer = client.post("/accounts/signup/", ROSA)
    for _ in range(4):
        client.post(answer.url, {"code": "AAAA-AAAA"})
    assert "_auth_user_id" not in client.session
    assert not EmailAddress.objects.filter(verified=True).exists()


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"password1": "short"}, {"password1": "password123"}, {"email": "x"}]
)
def test_a_form_that_needs_correcting_loses_nothing(client: Client, db, changes: dict[str, str]) -> None:
    page = client.post("/accounts/signup/", ROSA | changes).content.decode()
    assert "error-summary" in page
    if "name" not in changes:
        assert 'value="Rosa"' in page
    assert not User.objects.exists()


def test_t19_signing_up_with_a_known_address_says_what_a_new_one_says(known: User) -> None:
    stranger, other = Client(), Client()
    taken = stranger.post("/accounts/signup/", ROSA | {"email": "ROSA@example.org"})
    new = other.post("/accounts/signup/", ROSA | {"email": "new@example.org"})
    assert (taken.status_code, taken.url) == (new.status_code, new.url)
    one, two = stranger.get(taken.url), other.get(new.url)
    assert told(one, "ROSA@example.org", "rosa@example.org") == told(two, "new@example.org")
    assert User.objects.filter(email__iexact=known.email).count() == 1


@pytest.mark.long
@pytest.mark.parametrize("proved", [True, False])
def test_s15_signing_up_takes_the_same_work_whether_or_not_the_address_has_an_account(
    known: User, proved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passwords hashed, rows written, questions asked. What time that is, `./run bench sign_up` measures."""
    EmailAddress.objects.update(verified=proved)
    encode: Any = Argon2PasswordHasher.encode
    work: list[str] = []
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *args: work.append("hash") or encode(*args))
    done = {}
    for email in (known.email, "new@example.org"):
        browser = Client()
        browser.get("/accounts/signup/")
        work.clear()
        with CaptureQueriesContext(connection) as queries:
            answer = browser.post("/accounts/signup/", ROSA | {"email": email})
        assert answer.status_code == 302
        asked = Counter(re.findall(r'(FROM|INTO|UPDATE) "(?!cache)(\w+)"', " ".join(query["sql"] for query in queries)))
        done[email] = work.copy(), asked, browser.session.keys()
    (hashed, old, kept), (also_hashed, new, also_kept) = done.values()
    assert hashed == also_hashed == ["hash"]
    assert old >= new, "each question and each row of a new one"
    assert (old - new).total() <= 3
    assert set(kept) <= set(also_kept)
    assert User.objects.count() == 2, "nothing stays of what was done for nobody"
    assert EmailAddress.objects.filter(email__endswith=".invalid").count() == 0


@pytest.mark.parametrize(
    ("address", "field"), [("/accounts/password/reset/", "email"), ("/accounts/login/code/", "email")]
)
def test_t19_asking_for_a_code_says_the_same_for_a_known_and_an_unknown_address(
    known, address: str, field: str
) -> None:
    one, two = Client(), Client()
    first = one.post(address, {field: known.email}, follow=True)
    second = two.post(address, {field: "nobody@example.org"}, follow=True)
    assert first.status_code == second.status_code
    assert told(first, known.email) == told(second, "nobody@example.org")


def test_t19_a_wrong_password_says_the_same_for_a_known_and_an_unknown_address(known: User) -> None:
    first = Client().post("/accounts/login/", {"login": known.email, "password": "wrong"})
    second = Client().post("/accounts/login/", {"login": "nobody@example.org", "password": "wrong"})
    assert told(first, known.email) == told(second, "nobody@example.org")


def test_t13_a_sign_in_code_works_once(client: Client, known: User) -> None:
    answer = client.post("/accounts/login/code/", {"email": known.email})
    code = code_in(mail.outbox[0])
    client.get(answer.url)
    assert "_auth_user_id" not in client.session
    client.post(answer.url, {"code": code})
    assert client.session["_auth_user_id"] == str(known.pk)
    client.post("/accounts/logout/")
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in client.session


def test_t13_a_lost_password_is_replaced_by_a_code_that_works_once(client: Client, known: User) -> None:
    answer = client.post("/accounts/password/reset/", {"email": known.email})
    assert "http" not in re.sub(
        r"http://(testserver|example\.com|127\.0\.0\.1:8000)/?$", "", mail.outbox[0].body, flags=re.M
    )
    answer = client.post(answer.url, {"code": code_in(mail.outbox[0])})
    new = {"password1": "a better staple", "password2": "a better staple"}
    client.post(answer.url, new)
    known.refresh_from_db()
    assert known.check_password("a better staple")


@pytest.mark.parametrize(
    ("address", "typed"),
    [("/accounts/signup/", ROSA), ("/accounts/login/code/", {}), ("/accounts/password/reset/", {})],
)
def test_s21_a_page_that_waits_for_a_code_is_stored_nowhere(client: Client, db, address: str, typed: dict) -> None:
    assert client.get("/").get("Cache-Control") is None
    answer = client.post(address, {"email": ROSA["email"]} | typed)
    for page in (answer, client.get(answer.url), client.post(answer.url, {"code": "AAAA-AAAA"})):
        assert "no-store" in page["Cache-Control"]


def test_t13_somebody_made_inactive_is_out_at_the_next_page(client: Client, known: User) -> None:
    client.force_login(known)
    assert client.get("/me/").status_code == 200
    known.is_active = False
    known.save()
    assert client.get("/me/").status_code == 302


def test_t19_too_many_wrong_passwords_are_stopped_whatever_address_is_claimed_and_the_owner_gets_in(
    known: User,
) -> None:
    owner = Client()
    right = {"login": known.email, "password": ROSA["password1"]}
    assert owner.post("/accounts/login/", right).status_code == 302
    owner.post("/accounts/logout/")
    for number in range(12):
        answer = Client().post(
            "/accounts/login/",
            {"login": known.email, "password": "wrong"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
    assert "Too many wrong passwords" in answer.content.decode()
    assert Client().post("/accounts/login/", right).status_code != 302, "who guessed it now learns nothing"
    assert owner.post("/accounts/login/", right).status_code == 302, "on a device they have signed in on"


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/login/", "/accounts/login/code/", "/verify/"])
def test_no_script_or_style_stands_in_a_page(client: Client, db, address: str) -> None:
    answer = client.get(address)
    page = answer.content.decode()
    for script in re.findall(r"<script(?![^>]*application/json)[^>]*>", page):
        assert "src=" in script, script
    assert " style=" not in page
    assert not re.search(r" on\w+=", page[page.index("<body") :])
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "object-src 'none'" in policy
