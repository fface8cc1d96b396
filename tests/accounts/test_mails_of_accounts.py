"""Mails that anybody can have sent: in the city's name, with the city's address, and not without end (S16, C26)."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts.models import KnownNetwork, User
from lib import clock
from notices import limits
from notices.limits import network_of
from notices.models import Mail
from tests.cast import person

CODE, RESET, SIGN_UP = "/accounts/login/code/", "/accounts/password/reset/", "/accounts/signup/"
HOME = "192.0.2.7"
OURS = (limits.A_DAY, limits.KEPT_FOR_KNOWN_NETWORKS, limits.FROM_ONE_PLACE_AN_HOUR)
A_DAY, KEPT_FOR_KNOWN_NETWORKS, FROM_ONE_PLACE_AN_HOUR = 9, 4, 3  # fewer than ours, to be there sooner
_network = count(1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail_goes_to_the_outbox(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("A_DAY", "KEPT_FOR_KNOWN_NETWORKS", "FROM_ONE_PLACE_AN_HOUR"):
        monkeypatch.setattr(limits, name, globals()[name])
    settings.EMAIL_BACKEND = "notices.outbox.Outbox"
    settings.PUBLIC_URL = "https://budget.city.example"


@pytest.fixture
def rosa() -> User:
    found = person("Rosa")
    found.emailaddress_set.get_or_create(email=found.email, primary=True, verified=True)
    return found


def elsewhere() -> str:
    """An address in a network of its own."""
    number = next(_network)
    return f"10.{number // 250}.{number % 250}.1"


def ask(address: str, to: str, ip: str, host: str = "testserver") -> int:
    data = {"email": to, "name": "Rosa", "password1": "correct horse battery"}
    return Client(REMOTE_ADDR=ip, HTTP_HOST=host).post(address, data).status_code


def sign_in_from(user: User, ip: str) -> None:
    KnownNetwork.remember(user, network_of(ip), at=clock.now())


def test_the_limits_are_those_of_the_manual() -> None:
    said = " ".join((Path(__file__).parents[2] / "docs" / "running.md").read_text().split())
    a_day, kept, an_hour = OURS
    assert f"{a_day} mails a day sent by asking for codes, of which {kept} are kept for networks" in said
    assert f"and {an_hour} an hour from one network or device" in said


@pytest.mark.sampled(2)
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("address", [CODE, RESET, SIGN_UP])
def test_s16_nobody_floods_a_mailbox_by_way_of_the_site(rosa: User, address: str, known: bool) -> None:
    """From however many networks, whether or not there is an account, and with any page that sends mail."""
    to = rosa.email if known else "nobody@city.example"
    told = Counter(ask(address, to, elsewhere()) for _ in range(A_DAY))
    assert Mail.objects.count() == A_DAY - KEPT_FOR_KNOWN_NETWORKS
    assert told == {302: A_DAY - KEPT_FOR_KNOWN_NETWORKS, 429: KEPT_FOR_KNOWN_NETWORKS}


def test_s16_one_network_gets_few_an_hour(rosa: User) -> None:
    told = Counter(ask(CODE, rosa.email, f"10.1.1.{number}") for number in range(1, 9))
    assert told[302] == FROM_ONE_PLACE_AN_HOUR
    assert ask(CODE, "tomas@city.example", "10.1.1.1") == 302, "others there are not concerned"


def test_s16_a_stranger_does_not_use_up_the_codes_of_who_has_signed_in(rosa: User) -> None:
    sign_in_from(rosa, HOME)
    for _ in range(A_DAY):
        ask(CODE, rosa.email, elsewhere())
    before = Mail.objects.count()
    told = Counter(ask(CODE, rosa.email, HOME) for _ in range(FROM_ONE_PLACE_AN_HOUR))
    assert told == {302: FROM_ONE_PLACE_AN_HOUR}
    assert Mail.objects.count() == before + FROM_ONE_PLACE_AN_HOUR


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_s16_many_who_ask_at_once_get_no_more(rosa: User) -> None:
    networks = [elsewhere() for _ in range(A_DAY)]

    def go(ip: str) -> None:
        ask(CODE, rosa.email, ip)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(go, networks))
    assert Mail.objects.count() == A_DAY - KEPT_FOR_KNOWN_NETWORKS


def test_s16_the_next_day_there_are_as_many_again(rosa: User) -> None:
    for _ in range(A_DAY):
        ask(CODE, rosa.email, elsewhere())
    assert ask(CODE, rosa.email, elsewhere()) == 429
    Mail.objects.update(written_at=clock.now() - timedelta(days=1, seconds=1))
    assert ask(CODE, rosa.email, elsewhere()) == 302


def test_a_network_is_known_once_somebody_has_signed_in_from_it(rosa: User, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    browser = Client(REMOTE_ADDR=HOME)
    answer = browser.post(CODE, {"email": rosa.email})
    assert not KnownNetwork.objects.exists()
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}|^[A-Z0-9]{6}$", mail.outbox[0].body, re.M)[0]
    browser.post(answer.url, {"code": code})
    assert KnownNetwork.is_of(rosa.email, network_of("192.0.2.99")), "it is the network that counts"
    assert not KnownNetwork.is_of(rosa.email, network_of("192.0.3.7"))


def test_a_network_is_kept_as_a_digest_and_not_for_ever(rosa: User) -> None:
    for number in range(KnownNetwork.MOST + 5):
        KnownNetwork.remember(rosa, network_of(f"10.9.{number}.1"), at=clock.now() + timedelta(days=number))
    assert rosa.known_networks.count() == KnownNetwork.MOST
    assert not KnownNetwork.is_of(rosa.email, network_of("10.9.0.1")), "the oldest went"
    assert "10.9" not in "".join(rosa.known_networks.values_list("network", flat=True))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("192.0.2.1", "192.0.2.200", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:0:12ff::1", "2001:db8:0:12ff:ffff::9", True),
        ("2001:db8:0:12ff::1", "2001:db8:0:12fe::1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
    ],
)
def test_t19_what_is_one_network(one: str, other: str, alike: bool) -> None:
    assert (network_of(one) == network_of(other)) is alike


@pytest.mark.sampled(2)
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "testserver"])
@pytest.mark.parametrize("address", [CODE, RESET, SIGN_UP])
def test_c26_whatever_host_came_in_a_mail_names_the_city_and_its_address(
    rosa: User, settings, address: str, host: str
) -> None:
    settings.CITY_NAME, settings.DEFAULT_FROM_EMAIL = "Halverne", "budget@city.example"
    cache.clear()
    for to in (rosa.email, "nobody@city.example"):
        ask(address, to, elsewhere(), host)
    for each in Mail.objects.all():
        content = bytes(each.content).decode()
        assert "Halverne" in content
        assert host not in content
        assert set(re.findall(r"https?://[^\s/\"<]+", content)) <= {"https://budget.city.example"}
    assert Mail.objects.count() == 2
