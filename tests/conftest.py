"""The cast: a city on a river with two districts, and the people who live, work and decide in it."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import hypothesis
import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.signals import user_logged_in
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.test import Client, TransactionTestCase
from django.utils import translation

from accounts.models import User
from audit.models import AuditEvent
from budgeting.models import Contest, Cycle, District
from budgeting.people import RoleName
from lib.postgresql import acting
from lib.postgresql.acting import ActingConnection, Way
from tests import keeping, thoroughness
from tests.cast import cycle_of_2027, hands_of_the_clock, note_as_given, person, square
from tests.databases import Aside, as_owner, migrated_database, take_away_all_rows
from tests.keeping import kept

pytest_plugins = [
    "tests.smtp",
    "tests.together",
    "tests.vote",
    "tests.two_pots",
    "tests.letters",
    "tests.whole_city",
    "tests.whole_vote",
    "tests.told",
]


# How much is tried ---------------------------------------------------------------------------------------------------

# No test fails because the machine is slow.
PATIENT = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("quick", max_examples=40, **PATIENT)
hypothesis.settings.register_profile("long", max_examples=400, **PATIENT)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="leave nothing out, and try more of everything")
    parser.addoption("--brief", action="store_true", help="with --long: let machines of many states take fewer walks")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(keeping)
    thoroughness.LONG = config.getoption("--long")
    thoroughness.BRIEF = config.getoption("--brief")
    if not config.getoption("--hypothesis-profile"):
        hypothesis.settings.load_profile("long" if thoroughness.LONG else "quick")
    # Otherwise each client of each test lists all static files once more before its first request.
    settings.WHITENOISE_AUTOREFRESH = True
    gc.set_threshold(200_000, 20, 100)  # looking for garbage as often as a server does takes a sixth of the time
    # A test tampers, as the owner of the tables, within the transaction in which it also acts as the program does.
    ActingConnection.ways = {Way.TAKEN_ON}
    acting.as_owner = as_owner
    os.umask(0o022)  # as a shell leaves it: the settings close it, and what starts a database does not read them


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not thoroughness.LONG:
        for item in thoroughness.left_out(items):
            item.add_marker(pytest.mark.skip(reason="takes long: ./run test --long"))
    items.sort(key=lambda item: item.get_closest_marker("heavy") is None)
    keeping.arrange(items)


# The database --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    """The tests' database begins as a copy of another that holds the tables: migrations are slow, and alike each time.

    That other one stays on the server until the migrations change.
    """
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"] |= {"TEMPLATE": migrated_database(), "MIGRATE": False}


@pytest.fixture(scope="module")
def aside(django_db_modify_db_settings: None, django_db_blocker: Any) -> Iterator[Callable[[str], Aside]]:
    """aside("halverne"): a database beside the tests' own, with all tables and no rows, for the length of a module."""
    made: list[Aside] = []

    def make(name: str) -> Aside:
        made.append(Aside(name, django_db_blocker.unblock))
        return made[-1]

    yield make
    for each in made:
        each.drop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """As pytest-django's, but the server ends what threads of the live server left open, so that DROP DATABASE goes."""
    yield
    with django_db_blocker.unblock():
        if keeping.keeper.levels:  # the run was broken off
            keeping.keeper.end()
        connection.close()
        connection.close_pool()
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()


@pytest.fixture(autouse=True, scope="session")
def _no_request_of_another_test_ends_the_transaction_of_this_one() -> Iterator[None]:
    """Django closes connections at the end of a request; its test client lets go of that for as long as one lasts.

    A streamed answer that an earlier test left unread takes it up again whenever it happens to be collected, be it in
    the middle of somebody else's request, and then the running test loses its transaction.
    """
    close = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def close_unless_in_a_transaction(self: BaseDatabaseWrapper) -> None:
        if not self.in_atomic_block:
            close(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", close_unless_in_a_transaction)
        yield


@pytest.fixture(autouse=True, scope="session")
def _what_a_test_commits_is_taken_away_although_it_only_grows() -> Iterator[None]:
    """Tests with real transactions (`transactional_db`) leave rows, and the guards let nobody take those away.

    Django would empty every table with a TRUNCATE, and fill those of permissions anew, which takes a second.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: take_away_all_rows())
        yield


@pytest.fixture(autouse=True, scope="session")
def _whoever_is_signed_in_has_given_the_second_factor_they_hold() -> Iterator[None]:
    """As at the door: `client.force_login` alone would leave a session that never gave one, and no role has pages."""
    force_login = Client.force_login

    def gives_it(request: HttpRequest, user: User, **_: Any) -> None:
        if Authenticator.objects.filter(user=user).exists():
            note_as_given(request.session, user, "mfa")

    def with_the_factor(self: Client, user: User, backend: str | None = None) -> None:
        user_logged_in.connect(gives_it)
        try:
            force_login(self, user, backend)
        finally:
            user_logged_in.disconnect(gives_it)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", with_the_factor)
        yield


@pytest.fixture(autouse=True, scope="session")
def _a_password_is_hashed_at_little_cost() -> Iterator[None]:
    """As in the city, but that whoever steals the hashes would soon have guessed them."""
    with pytest.MonkeyPatch.context() as patch:
        for cost, least in {"memory_cost": 8, "time_cost": 1, "parallelism": 1}.items():
            patch.setattr(Argon2PasswordHasher, cost, least)
        yield


@pytest.fixture(autouse=True, scope="session")
def _an_entry_of_the_log_belongs_to_a_transaction_of_the_product() -> Iterator[None]:
    """Every test runs in a transaction, which would hide that an act is put on record outside of one of its own."""
    in_a_transaction = AuditEvent.is_in_a_transaction

    def in_one_of_its_own() -> bool:
        writes = sys._getframe(1)
        while writes.f_back and writes.f_code.co_name in ("append", "record"):
            writes = writes.f_back
        own = [block for block in connection.atomic_blocks if not block._from_testcase]
        return in_a_transaction() and (bool(own) or "/tests/" in writes.f_code.co_filename)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AuditEvent, "is_in_a_transaction", staticmethod(in_one_of_its_own))
        yield


@pytest.fixture(autouse=True)
def _files_go_to_a_scratch_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"


@pytest.fixture(autouse=True)
def _each_test_begins_in_the_city_s_language(settings) -> None:
    """Whatever language the request of a test before this one was answered in."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], datetime]:
    """Turn the clock: at("voting") is the middle of that stage of the cycle of 2027."""
    return hands_of_the_clock(monkeypatch)


@kept
def cycle(db) -> Cycle:
    return cycle_of_2027()


@kept
def riverside(db) -> District:
    return District.objects.create(slug="riverside", name="Riverside", boundary=square(0, 0), population=12_000)


@kept
def hillside(db) -> District:
    return District.objects.create(slug="hillside", name="Hillside", boundary=square(1, 0), population=8_000)


@kept
def riverside_contest(cycle: Cycle, riverside: District) -> Contest:
    return Contest.objects.create(cycle=cycle, district=riverside, budget=250_000_00)


@kept
def hillside_contest(cycle: Cycle, hillside: District) -> Contest:
    return Contest.objects.create(cycle=cycle, district=hillside, budget=150_000_00)


@kept
def parks(cycle: Cycle, riverside: District) -> Contest:
    """A pot of its own within Riverside's money."""
    return Contest.objects.create(
        cycle=cycle, district=riverside, slug="riverside-parks", name="Parks", budget=200_000_00
    )


@kept
def city_wide_contest(cycle: Cycle) -> Contest:
    city = District.objects.create(slug="city", name="The whole city", city_wide=True)
    return Contest.objects.create(cycle=cycle, district=city, budget=400_000_00)


@kept
def rosa(db) -> User:
    """A resident with an account."""
    return person("Rosa")


@kept
def tomas(db) -> User:
    """Another resident."""
    return person("Tomas")


@kept
def clara(db) -> User:
    """A clerk."""
    return person("Clara", RoleName.CLERK)


@kept
def martin(db, riverside: District) -> User:
    """A member of Riverside's committee."""
    return person("Martin", RoleName.COMMITTEE, district=riverside)


@kept
def ines(db) -> User:
    """A council member."""
    return person("Ines", RoleName.COUNCIL)


@kept
def otto(db) -> User:
    """An auditor."""
    return person("Otto", RoleName.AUDITOR)
