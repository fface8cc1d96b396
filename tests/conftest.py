"""The cast: a city on a river with two districts, and the people who live, work and decide in it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.operations import DatabaseOperations

from accounts.models import Role, User
from budgeting.models import Contest, Cycle, District, Phase
from budgeting.people import RoleName
from budgeting.stages import Stage
from lib import clock

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


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], datetime]:
    """Turn the clock: at("voting") is the middle of that stage of the cycle of 2027."""

    def turn(stage: str) -> datetime:
        moment = middle_of(Stage(stage))
        monkeypatch.setattr(clock, "now", lambda: moment)
        monkeypatch.setattr(clock, "of_the_database", lambda: moment)
        return moment

    return turn


@pytest.fixture
def cycle(db) -> Cycle:
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
