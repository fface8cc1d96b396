"""Many accounts begun at once raise an alarm on the auditor's page (T-20)."""

from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress

from accounts.models import KnownNetwork, User
from accounts.sign_up_alarms import AT_ONE_PROVIDER, FROM_ONE_NETWORK, IN_AN_HOUR, IN_ONE_NIGHT, lately
from tests.cast import signed_in
from tests.papers import words_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_noon(at) -> datetime:
    return at("voting").replace(hour=10)


def begun(number: int, at: datetime, provider: str = "") -> list[User]:
    """So many accounts, each at a provider of its own unless it is said."""
    first = User.objects.count()
    return User.objects.bulk_create(
        User(email=f"r{each}@{provider or f'of{each}.example'}", joined_at=at) for each in range(first, first + number)
    )


def test_t20_ordinary_days_raise_none(at_noon) -> None:
    for day in range(40):
        begun(20, at_noon - timedelta(days=day))
    found = lately(at_noon)
    assert found.alarms == []
    assert (found.begun, found.unproved) == (20 * 30, 20 * 30)


@pytest.mark.parametrize("number", [IN_AN_HOUR - 1, IN_AN_HOUR])
def test_t20_many_within_an_hour(at_noon, number: int) -> None:
    begun(number, at_noon)
    assert lately(at_noon).alarms == (
        ["100 accounts were begun within the hour from noon on April 19, 2027."] if number == IN_AN_HOUR else []
    )


@pytest.mark.parametrize("number", [IN_ONE_NIGHT - 1, IN_ONE_NIGHT])
def test_t20_many_in_one_night_of_the_city(at_noon, number: int) -> None:
    before_midnight = at_noon.replace(hour=21)
    begun(50, before_midnight)
    begun(number - 1, before_midnight + timedelta(hours=1, minutes=30))
    begun(1, before_midnight + timedelta(hours=5, minutes=30))
    assert lately(before_midnight + timedelta(hours=8)).alarms == (
        ["50 accounts were begun in one night, before five in the morning of April 20, 2027."]
        if number == IN_ONE_NIGHT
        else []
    )


@pytest.mark.parametrize("number", [FROM_ONE_NETWORK - 1, FROM_ONE_NETWORK])
def test_t20_many_used_from_one_network(at_noon, number: int) -> None:
    old = begun(FROM_ONE_NETWORK, at_noon - timedelta(days=31))
    for user in [*begun(number, at_noon), *old]:
        network = "ab" * 32 if user not in old else "cd" * 32
        KnownNetwork.objects.create(user=user, network=network, last_used_at=at_noon)
    said = "30 accounts begun lately are used from one network (abababab). Is it a library, or a home?"
    assert lately(at_noon).alarms == ([said] if number == FROM_ONE_NETWORK else [])


@pytest.mark.parametrize("number", [AT_ONE_PROVIDER - 1, AT_ONE_PROVIDER])
def test_t20_many_at_a_provider_hardly_anybody_was_at(at_noon, number: int) -> None:
    begun(AT_ONE_PROVIDER, at_noon - timedelta(days=100), "usual.example")
    begun(60, at_noon, "usual.example")
    begun(1, at_noon - timedelta(days=1), "ten-minutes.example")
    begun(number, at_noon, "ten-minutes.example")
    said = (
        "20 accounts were begun on April 19, 2027 with addresses at ten-minutes.example, and 1 before. Does anybody "
        "get an address there, for some minutes?"
    )
    assert lately(at_noon).alarms == ([said] if number == AT_ONE_PROVIDER else [])


def test_t20_an_auditor_reads_it_beside_the_log_and_how_many_proved_their_address(at_noon, otto: User, clara) -> None:
    User.objects.update(joined_at=at_noon - timedelta(days=31))
    users = begun(IN_AN_HOUR, at_noon)
    EmailAddress.objects.bulk_create(EmailAddress(user=user, email=user.email, verified=True) for user in users[:60])
    words = words_on(signed_in(otto).get("/audit/"))
    assert "within the hour" in words
    assert "Begun in the last 30 days: 100. Of these, addresses that nobody has proved: 40." in words
    assert signed_in(clara).get("/audit/").status_code == 404
