"""S6, T-19. However many guess a password or ask for codes, whoever signed in on a device before gets in on it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.db import connection
from django.test import Client

from accounts import devices, guesses
from accounts.models import KnownNetwork, User
from budgeting.templatetags.dates import words
from lib import clock
from notices import limits
from notices.models import Count, Mail
from tests.papers import words_on
from tests.signing_up import ROSA, told

LOGIN, CODE, RESET = "/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/"
HOME = "192.0.2.7"
REFUSED = "Too many wrong passwords"
_network = count(1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _passwords_are_compared_fast(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hundreds of them


def has_an_account(email: str) -> User:
    user = User.objects.create_user(email, ROSA["password1"], name=email[:5])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def rosa() -> User:
    return has_an_account(ROSA["email"])


def elsewhere() -> str:
    """An address in a network of its own."""
    number = next(_network)
    return f"10.{number // 250}.{number % 250}.1"


def sign_in(user: User | str, browser: Client, password: str = ROSA["password1"]):
    return browser.post(LOGIN, {"login": getattr(user, "email", user), "password": password})


def gets_in(user: User, browser: Client) -> bool:
    return sign_in(user, browser).status_code == 302


def guess(user: User | str, ip: str) -> bool:
    """Whether the guess was looked at."""
    return REFUSED not in sign_in(user, Client(REMOTE_ADDR=ip), "wrong").content.decode()


def said(moment: datetime) -> str:
    """At the next full minute: whoever reads it off is not refused then."""
    return words(moment + timedelta(minutes=1, microseconds=-1))


def device_of(user: User, ip: str) -> Client:
    """A browser in which they signed in once, and out again."""
    browser = Client(REMOTE_ADDR=ip)
    assert gets_in(user, browser)
    browser.post("/accounts/logout/")
    return browser


# Passwords -----------------------------------------------------------------------------------------------------------


def test_s6_whatever_is_guessed_here_and_elsewhere_a_device_of_theirs_gets_in(rosa: User) -> None:
    """From her own network, at her address and at others; and from so many networks that strangers are refused."""
    phone = device_of(rosa, HOME)
    KnownNetwork.objects.all().delete()  # she never was there before, either
    here = [guess(rosa, "192.0.2.99") for _ in range(7)]
    others = [guess(f"u{number}@example.org", "192.0.2.99") for number in range(7)]
    assert (here.count(False), others.count(False)) == (2, 2)
    while guess(rosa, elsewhere()):
        pass
    assert not gets_in(rosa, Client(REMOTE_ADDR=HOME)), "who found it there by now learns nothing"
    assert not gets_in(rosa, Client(REMOTE_ADDR=elsewhere()))
    assert gets_in(rosa, phone)
    assert not gets_in(rosa, Client(REMOTE_ADDR=elsewhere())), "and frees nothing for the others"


def test_s6_a_device_has_ten_tries_an_hour_and_uses_up_nobody_elses(rosa: User) -> None:
    phone, laptop = device_of(rosa, HOME), device_of(rosa, HOME)
    KnownNetwork.objects.all().delete()
    answers = [REFUSED in sign_in(rosa, phone, "wrong").content.decode() for _ in range(11)]
    assert answers == [False] * 10 + [True]
    assert not gets_in(rosa, phone)
    assert gets_in(rosa, laptop)
    assert gets_in(rosa, Client(REMOTE_ADDR=HOME))


def test_s6_a_device_is_one_of_the_account_alone(rosa: User) -> None:
    tomas = has_an_account("tomas@example.org")
    phone = device_of(rosa, HOME)
    while guess(tomas, "192.0.2.99"):
        pass
    assert not gets_in(tomas, phone)


def test_s6_a_family_shares_a_device(rosa: User) -> None:
    tomas = has_an_account("tomas@example.org")
    tablet = device_of(rosa, HOME)
    assert gets_in(tomas, tablet)
    tablet.post("/accounts/logout/")
    for user in (rosa, tomas):
        while guess(user, "192.0.2.99"):
            pass
        assert gets_in(user, tablet)
        tablet.post("/accounts/logout/")


def test_s6_a_cookie_somebody_wrote_themselves_is_no_device(rosa: User) -> None:
    phone = device_of(rosa, HOME)
    cookie = phone.cookies[site.DEVICE_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["max-age"] == devices.KEPT_FOR.total_seconds()
    assert str(rosa.pk) not in cookie.value.split(":")[0]
    phone.cookies[site.DEVICE_COOKIE_NAME] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    while guess(rosa, "192.0.2.99"):
        pass
    assert not gets_in(rosa, phone)


def test_s6_a_changed_password_makes_a_stranger_of_every_device_but_that_one(rosa: User) -> None:
    phone, laptop = device_of(rosa, HOME), device_of(rosa, HOME)
    assert gets_in(rosa, laptop)
    assert laptop.post("/accounts/reauthenticate/", {"password": ROSA["password1"]}).status_code == 302
    new = {"oldpassword": ROSA["password1"], "password1": "a better staple", "password2": "a better staple"}
    assert laptop.post("/accounts/password/change/", new).status_code == 302
    laptop.post("/accounts/logout/")
    while guess(rosa, "192.0.2.99"):
        pass
    assert sign_in(rosa, phone, "a better staple").status_code == 200
    assert sign_in(rosa, laptop, "a better staple").status_code == 302


def test_s6_the_sentence_says_until_when_and_then_it_is_over_however_many_came_in_between(
    rosa: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = clock.now()
    monkeypatch.setattr("lib.clock.now", lambda: began)
    while guess(rosa, HOME):
        pass
    monkeypatch.setattr("lib.clock.now", lambda: began + guesses.FROM_A_NETWORK.within - timedelta(seconds=1))
    answer = sign_in(rosa, Client(REMOTE_ADDR=HOME))
    assert f"none is taken until {said(began + guesses.FROM_A_NETWORK.within)}" in words_on(answer)
    monkeypatch.setattr("lib.clock.now", lambda: began + guesses.FROM_A_NETWORK.within)
    assert gets_in(rosa, Client(REMOTE_ADDR=HOME))


@pytest.mark.long
def test_s6_who_is_refused_goes_on_and_uses_up_nothing_of_other_networks(rosa: User) -> None:
    for _ in range(60):
        guess(rosa, "192.0.2.99")
    assert gets_in(rosa, Client(REMOTE_ADDR=elsewhere()))


@pytest.mark.long
def test_s6_what_was_refused_unseen_was_no_guess(rosa: User) -> None:
    while guess(rosa, elsewhere()):
        pass
    refused = [guess(rosa, HOME) for _ in range(6)]
    assert not any(refused)
    KnownNetwork.remember(rosa, limits.network_of(HOME), at=clock.now())  # she signed in there by a mailed code
    assert gets_in(rosa, Client(REMOTE_ADDR=HOME))


def test_s6_a_right_one_does_not_count(rosa: User) -> None:
    for _ in range(12):
        assert gets_in(rosa, Client(REMOTE_ADDR=HOME))


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_s6_many_who_guess_at_once_get_no_more_tries(rosa: User) -> None:
    def go(_number: int) -> bool:
        looked_at = guess(rosa, HOME)
        connection.close()
        return looked_at

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(go, range(16))) == guesses.FROM_A_NETWORK.most


def test_s6_nobody_waits_for_a_lock_and_no_passkey_is_counted(rosa: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """allauth's limits sleep until others are done, or refuse who came at once."""

    def wait(*_: object) -> None:
        pytest.fail("a thread would sleep")

    monkeypatch.setattr("allauth.core.internal.ratelimit.cache_lock", wait)
    browser = Client(REMOTE_ADDR=HOME)
    sign_in(rosa, browser, "wrong")
    assert browser.post(CODE, {"email": rosa.email}).status_code == 302
    assert browser.post(RESET, {"email": rosa.email}).status_code == 302
    assert browser.post("/accounts/2fa/webauthn/login/", {"credential": "{}"}).status_code in {200, 302}
    assert gets_in(rosa, browser)


def test_t19_too_many_is_said_alike_of_a_known_and_an_unknown_address(rosa: User) -> None:
    for email in (rosa.email, "nobody@example.org"):
        tries = [guess(email, f"10.8.{len(email)}.1") for _ in range(6)]
        assert tries == [True] * 5 + [False]
    first = sign_in(rosa, Client(REMOTE_ADDR="10.8.16.1"), "wrong")
    second = sign_in("nobody@example.org", Client(REMOTE_ADDR="10.8.18.1"), "wrong")
    assert told(first, rosa.email) == told(second, "nobody@example.org")


def test_t19_another_way_of_writing_an_address_gives_no_new_tries() -> None:
    written = ["rosa@teſt.example", "ROSA@TEST.example", "rosa@test.example", " rosa@test.example", "rosa@tést.example"]
    assert len({guesses.folded(email) for email in written}) == 1


def test_t19_what_is_counted_is_a_digest_and_gone_once_it_is_over(rosa: User, monkeypatch) -> None:
    guess(rosa, HOME)
    kept = b"".join(bytes(count.whose) for count in Count.objects.all())
    assert kept
    assert b"rosa" not in kept
    assert b"192" not in kept
    over = clock.now() + timedelta(hours=1)
    Count.forget_old(over)
    assert not Count.objects.exists()


# Codes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.sampled(1)
@pytest.mark.parametrize("address", [CODE, RESET])
def test_s6_neighbours_who_ask_for_codes_use_up_nothing_of_a_device_of_theirs(rosa: User, settings, address) -> None:
    """Whether they ask for hers, or for so many of others that their network gets none."""
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    phone = device_of(rosa, HOME)
    for asked in range(limits.A_DAY + 1):
        Client(REMOTE_ADDR=f"192.0.2.{100 + asked}").post(address, {"email": rosa.email})
        Client(REMOTE_ADDR=elsewhere()).post(address, {"email": rosa.email})
    for number in range(limits.TO_ANYBODY.most):
        last = Client(REMOTE_ADDR=HOME).post(address, {"email": f"u{number}@example.org"})
    assert last.status_code == 429
    assert Client(REMOTE_ADDR=HOME).post(address, {"email": rosa.email}).status_code == 429
    answers = []
    for _ in range(limits.FROM_ONE_PLACE_AN_HOUR + 1):
        phone.cookies.pop(site.SESSION_COOKIE_NAME, None)  # closed and opened again: else the code that waits is shown
        answers.append(phone.post(address, {"email": rosa.email}).status_code)
    assert answers == [302] * limits.FROM_ONE_PLACE_AN_HOUR + [429]


def test_s6_too_many_mails_say_from_when_there_are_more(rosa: User, settings) -> None:
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    for _ in range(limits.FROM_ONE_PLACE_AN_HOUR + 1):
        answer = Client(REMOTE_ADDR=HOME).post(CODE, {"email": rosa.email})
    first = Mail.objects.order_by("written_at")[0].written_at
    assert f"another from {said(first + limits.HOUR)} on" in words_on(answer)


def test_the_limits_are_those_of_the_manual() -> None:
    manual = " ".join((Path(__file__).parents[2] / "docs" / "running.md").read_text().split())
    for limit in (guesses.FROM_A_NETWORK, guesses.OF_A_NETWORK, guesses.OF_AN_ADDRESS, guesses.ON_A_DEVICE):
        assert f"{limit.most} in {int(limit.within / timedelta(minutes=1))} minute" in manual
