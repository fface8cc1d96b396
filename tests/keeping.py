"""Set-ups that the tests of a file share: the rows are written once, and each test comes back to them.

A fixture that writes rows, sends mails and turns the clock with `at`, and nothing else, says `@kept` where others say
`@pytest.fixture`. What it wrote stays behind a savepoint for as long as the next test of the file wants the same; each
test gets copies of what it returned, as it was returned. Whatever a test does itself is rolled back, as always.

A kept fixture asks for nothing but kept ones, `db` and `at`. They come before all others of a test, those that most
tests of the file ask for first; and the tests that share most stand next to each other. Tests with real transactions,
or a database aside, build them as any other fixture.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from itertools import groupby, takewhile
from types import FunctionType
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import TestCase
from psycopg.pq import TransactionStatus
from pytest_django.plugin import blocking_manager_key

from budgeting.stages import Stage

Build = Callable[..., Any]
PLAIN = {"db", "at"}  # what a kept fixture may ask for beside others
APART = {"transactional_db", "live_server", "aside"}
LAST_OF_ALL = "_files_go_to_a_scratch_folder"  # of the fixtures with which every test begins


def kept(build: Build) -> Any:
    @wraps(build)
    def give(**asked: Any) -> Any:
        return keeper.give(build, asked)

    give.__dict__["kept"] = build
    return pytest.fixture(give)


@dataclass(frozen=True)
class Level:
    """The rows of one fixture, on top of those of the levels below."""

    build: Build
    savepoint: str
    values: dict[Build, Any]  # of this level and all below, of which nobody else has a reference
    stage: Stage | None  # to which it turned the clock
    mails: list[Any]  # that it sent
    on_commit: int  # so many acts wait for a commit that never comes


class Keeper:
    def __init__(self) -> None:
        self.atomics: Any = None  # Django's, around all levels
        self.levels: list[Level] = []
        self.plan: list[Build] = []  # of the running test
        self.next: list[Build] = []  # of the one after it
        self.values: dict[Build, Any] = {}  # for the running test

    def give(self, build: Build, asked: dict[str, Any]) -> Any:
        for level in self.levels:
            if level.build is build:
                if level.stage:
                    asked["at"](level.stage)
                mail.outbox.extend(deepcopy(level.mails))
                return self.values[build]
        sent = len(mail.outbox)
        value = build(**asked)
        if self.atomics and self.plan[len(self.levels) :][:1] == [build]:
            assert not isinstance(value, FunctionType), f"{build.__name__} gives a function, which cannot be copied"
            self.values[build] = value
            self._keep(build, getattr(asked.get("at"), "stage", None), mail.outbox[sent:])
        return value

    def _keep(self, build: Build, stage: Stage | None, mails: list[Any]) -> None:
        connection.check_constraints()  # as for what is committed; afterwards nobody waits to look at it
        copies = deepcopy(self.values)
        waiting = len(connection.run_on_commit)
        self.levels.append(Level(build, transaction.savepoint(), copies, stage, deepcopy(mails), waiting))

    def begin(self, enter: Callable[[], Any]) -> None:
        if self.levels:
            self._go_back_for(self.plan)
        if not self.levels:
            self.atomics = enter()
        self.values = deepcopy(self.levels[-1].values) if self.levels else {}

    def finish(self) -> None:
        """The test is over: undo what the next one does not ask for."""
        try:
            if _status() == TransactionStatus.INTRANS and not connection.needs_rollback:
                connection.check_constraints()
        finally:
            self._go_back_for(self.next)

    def _go_back_for(self, plan: list[Build]) -> None:
        both = zip([level.build for level in self.levels], plan, strict=False)
        del self.levels[sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], both)) :]
        if not self.levels or _status() not in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            return self.end()
        connection.needs_rollback = False
        transaction.savepoint_rollback(self.levels[-1].savepoint)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # a test may have left them otherwise, rolled back or not
        del connection.run_on_commit[self.levels[-1].on_commit :]

    def end(self) -> None:
        """The next test begins with no rows at all."""
        self.levels.clear()
        TestCase._rollback_atomics(self.atomics)
        self.atomics = None


keeper = Keeper()


def _status() -> TransactionStatus:
    return connection.connection.info.transaction_status if connection.connection else TransactionStatus.UNKNOWN


# Around each test ----------------------------------------------------------------------------------------------------

PLAN = pytest.StashKey[list[Build]]()


@pytest.fixture(autouse=True, scope="session")
def _what_is_kept_outlives_a_test() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        enter = TestCase._enter_atomics
        patch.setattr(TestCase, "_fixture_setup", classmethod(lambda _case: keeper.begin(enter)))
        patch.setattr(TestCase, "_fixture_teardown", lambda _case: keeper.finish())
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    keeper.plan = item.stash.get(PLAN, [])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    keeper.next = nextitem.stash.get(PLAN, []) if nextitem and nextitem.path == item.path else []
    try:
        return (yield)
    finally:
        if keeper.levels and not keeper.next:  # this one was skipped
            with item.config.stash[blocking_manager_key].unblock():
                keeper.end()


# Which test keeps what -----------------------------------------------------------------------------------------------


def arrange(items: list[pytest.Item]) -> None:
    """Plan what each test keeps, and bring the tests of a file into an order in which they share the most."""
    parts = [list(part) for _, part in groupby(items, lambda item: (item.path, _may_keep(item)))]
    items[:] = [item for part in parts for item in (_in_order(part) if _may_keep(part[0]) else part)]


def _may_keep(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function) or "db" not in item.fixturenames:
        return False
    mark = item.get_closest_marker("django_db")
    scopes = {each[-1].scope for each in item._fixtureinfo.name2fixturedefs.values()}
    return not (mark and mark.kwargs) and not APART & {*item.fixturenames} and "module" not in scopes


def _in_order(items: list[pytest.Function]) -> list[pytest.Function]:
    kept_by = {item: _kept(item) for item in items}
    wanted = Counter(name for builds in kept_by.values() for name in builds)
    first = {name: place for place, name in enumerate(wanted)}

    def rank(name: str) -> tuple[int, int]:
        return -wanted[name], first[name]

    for item, builds in kept_by.items():
        names = sorted(builds, key=rank)
        item.stash[PLAN] = [builds[name] for name in names]
        start = item.fixturenames.index(LAST_OF_ALL) + 1
        others = [name for name in item.fixturenames[start:] if name not in builds]
        item.fixturenames = [*item.fixturenames[:start], "db", *names, *others]
    return sorted(items, key=lambda item: sorted(map(rank, kept_by[item])))


def _kept(item: pytest.Function) -> dict[str, Build]:
    """The kept fixtures of a test, each after those it asks for."""
    defined, found = item._fixtureinfo.name2fixturedefs, {}

    def look(name: str) -> bool:
        if name in PLAIN or name in found:
            return True
        definition = defined[name][-1] if name in defined else None
        build = getattr(definition and definition.func, "kept", None)
        if not build or name in definition.argnames or not all(look(each) for each in definition.argnames):
            return False
        found[name] = build
        return True

    for name in item.fixturenames:
        look(name)
    return found
