"""The cast: a city on a river with two districts, and the people who live, work and decide in it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.conf import settings as project
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.operations import DatabaseOperations

from accounts.models import Role, User
from budgeting.models import Contest, Cycle, District, Phase
from budgeting.people import RoleName
from budgeting.stages import Stage
from lib import clock
from tests import thoroughness

pytest_plugins = ["tests.vote", "tests.two_pots"]

FIRST_DAY = datetime(2027, 1, 4, 8, tzinfo=UTC)
MONTH = timedelta(days=30)
STAGES = [
    Stage.PROPOSING,
    Stage.REVIEWING,
    Stage.PRESENTING,
    Stage.VOTING,
    Stage.COUNTING,
    Stage.RESULTS,
    Stage.DELIVERING,
]


def middle_of(stage: Stage) -> datetime:
    """A moment well inside a stage of the cast's cycle."""
    return FIRST_DAY - MONTH if stage is Stage.PREPARING else FIRST_DAY + MONTH * STAGES.index(stage) + MONTH / 2


def _tables_that_only_grow() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'only_grows%'")
        return [table for (table,) in cursor.fetchall()]


def _tell_triggers(verb: str) -> None:
    with connection.cursor() as cursor:
        for table in _tables_that_only_grow():
            cursor.execute(f"ALTER TABLE {table} {verb} TRIGGER only_grows")


# How much is tried ---------------------------------------------------------------------------------------------------

# No test fails because the machine is slow.
PATIENT = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("quick", max_examples=40, **PATIENT)
hypothesis.settings.register_profile("long", max_examples=400, **PATIENT)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="leave nothing out, and try more of everything")


def pytest_configure(config: pytest.Config) -> None:
    thoroughness.LONG = config.getoption("--long")
    if not config.getoption("--hypothesis-profile"):
        hypothesis.settings.load_profile("long" if thoroughness.LONG else "quick")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long") and not thoroughness.LONG:
            item.add_marker(pytest.mark.skip(reason="takes long: ./run test --long"))
    items.sort(key=lambda item: item.get_closest_marker("heavy") is None)


# The database --------------------------------------------------------------------------------------------------------

TEMPLATE = "template_common_purse_"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    """The tests' database begins as a copy of another that holds the tables: migrations are slow, and alike each time.

    That other one stays on the server until the migrations change.
    """
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"] |= {"TEMPLATE": _migrated_database(), "MIGRATE": False}


def _migrated_database() -> str:
    """Its name. The first of several workers makes it, the others wait."""
    files = sorted(path for app in apps.get_app_configs() for path in Path(app.path).glob("migrations/*.py"))
    name = TEMPLATE + sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATE])
        found = [row[0] for row in cursor.fetchall()]
        if name not in found:
            for outdated in found:
                cursor.execute(f"DROP DATABASE {outdated}")
            cursor.execute(f"ALTER DATABASE {_migrate(f'{TEMPLATE}unfinished')} RENAME TO {name}")
    return name


def _migrate(name: str) -> str:
    test, city = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
    own, test["NAME"] = test["NAME"], name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    test["NAME"] = own
    _connect_to(city)
    return name


def _connect_to(name: str) -> None:
    connection.close()
    connection.close_pool()
    project.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name


class Aside:
    """A database beside the tests' own, which keeps what is written: for a set-up that takes long or cannot be undone.

    Tests that only look, or are rolled back, share it.
    """

    def __init__(self, name: str, unblock: Callable[[], AbstractContextManager[None]]) -> None:
        test, self.unblock = connection.settings_dict["TEST"], unblock
        self.name = f"{test['NAME']}_{name}"
        self._ask_the_server(f'DROP DATABASE IF EXISTS "{self.name}"')
        self._ask_the_server(f'CREATE DATABASE "{self.name}" TEMPLATE {test["TEMPLATE"]}')

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """For so long, whoever asks the database asks this one."""
        with self.unblock():
            own = connection.settings_dict["NAME"]
            _connect_to(self.name)
            try:
                yield
            finally:
                _connect_to(own)

    def drop(self) -> None:
        self._ask_the_server(f'DROP DATABASE "{self.name}"')

    def _ask_the_server(self, sql: str) -> None:
        with self.unblock(), connection.creation._nodb_cursor() as cursor:
            cursor.execute(sql)


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
        connection.close()
        connection.close_pool()
        with connection.cursor() as cursor:
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
def _the_flush_between_tests_may_empty_what_only_grows() -> Iterator[None]:
    """Tests with real transactions (`transactional_db`) end in a TRUNCATE, which triggers named `only_grows` refuse.

    They are put out of action around that flush and nowhere else; the product has no way to do so.
    """
    flush = DatabaseOperations.execute_sql_flush

    def flush_all(self: DatabaseOperations, sql_list: list[str]) -> None:
        _tell_triggers("DISABLE")
        flush(self, sql_list)
        _tell_triggers("ENABLE ALWAYS")

    DatabaseOperations.execute_sql_flush = flush_all
    yield
    DatabaseOperations.execute_sql_flush = flush


@pytest.fixture(autouse=True)
def _files_go_to_a_scratch_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"


def hands_of_the_clock(patch: pytest.MonkeyPatch) -> Callable[[str], datetime]:
    """What turns the clock until the patch is undone."""

    def turn(stage: str) -> datetime:
        moment = middle_of(Stage(stage))
        patch.setattr(clock, "now", lambda: moment)
        patch.setattr(clock, "of_the_database", lambda: moment)
        return moment

    return turn


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], datetime]:
    """Turn the clock: at("voting") is the middle of that stage of the cycle of 2027."""
    return hands_of_the_clock(monkeypatch)


@pytest.fixture
def cycle(db) -> Cycle:
    return cycle_of_2027()


def cycle_of_2027() -> Cycle:
    cycle = Cycle.objects.create(slug="2027", title="Participatory budget 2027", currency="EUR")
    for month, stage in enumerate(STAGES):
        closes = None if stage is Stage.DELIVERING else FIRST_DAY + MONTH * (month + 1)
        Phase.objects.create(cycle=cycle, stage=stage.value, opens=FIRST_DAY + MONTH * month, closes=closes)
    return cycle


def square(west: float, south: float) -> dict[str, object]:
    east, north = west + 1, south + 1
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


@pytest.fixture
def riverside(db) -> District:
    return District.objects.create(slug="riverside", name="Riverside", boundary=square(0, 0), population=12_000)


@pytest.fixture
def hillside(db) -> District:
    return District.objects.create(slug="hillside", name="Hillside", boundary=square(1, 0), population=8_000)


@pytest.fixture
def riverside_contest(cycle: Cycle, riverside: District) -> Contest:
    return Contest.objects.create(cycle=cycle, district=riverside, budget=250_000_00)


@pytest.fixture
def hillside_contest(cycle: Cycle, hillside: District) -> Contest:
    return Contest.objects.create(cycle=cycle, district=hillside, budget=150_000_00)


@pytest.fixture
def parks(cycle: Cycle, riverside: District) -> Contest:
    """A pot of its own within Riverside's money."""
    return Contest.objects.create(
        cycle=cycle, district=riverside, slug="riverside-parks", name="Parks", budget=200_000_00
    )


@pytest.fixture
def city_wide_contest(cycle: Cycle) -> Contest:
    city = District.objects.create(slug="city", name="The whole city", city_wide=True)
    return Contest.objects.create(cycle=cycle, district=city, budget=400_000_00)


def person(name: str, *roles: RoleName, district: District | None = None) -> User:
    user = get_user_model().objects.create_user(f"{name.lower()}@example.org", name=name)
    for kind in roles:
        Role.objects.create(user=user, kind=kind, district=district)
    if roles:  # who holds a role uses a second factor, or gets nowhere
        TOTP.activate(user, generate_totp_secret())
    return user


@pytest.fixture
def rosa(db) -> User:
    """A resident with an account."""
    return person("Rosa")


@pytest.fixture
def tomas(db) -> User:
    """Another resident."""
    return person("Tomas")


@pytest.fixture
def clara(db) -> User:
    """A clerk."""
    return person("Clara", RoleName.CLERK)


@pytest.fixture
def martin(db, riverside: District) -> User:
    """A member of Riverside's committee."""
    return person("Martin", RoleName.COMMITTEE, district=riverside)


@pytest.fixture
def ines(db) -> User:
    """A council member."""
    return person("Ines", RoleName.COUNCIL)


@pytest.fixture
def otto(db) -> User:
    """An auditor."""
    return person("Otto", RoleName.AUDITOR)
