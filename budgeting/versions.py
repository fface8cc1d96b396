"""Which version made these tables: one that knows more than this program is not to be served by it."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from lib.refusal import require


@cache
def _known() -> frozenset[str]:
    """Those this program has: they do not change while it runs."""
    return frozenset(f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations)


def migrations_of_the_database() -> list[str]:
    """The names of the migrations its tables were made by: "budgeting.0003_one_address_one_place"."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def unknown_here(migrations: Iterable[str]) -> list[str]:
    """Those of them that this program does not have."""
    return sorted(set(migrations) - _known())


def all_are_applied() -> bool:
    """Do the tables know all that this program does?"""
    return _known() <= set(migrations_of_the_database())


def refuse_tables_of_a_later_version() -> None:
    """Raise Refused if a later version of the program has brought the tables up to date."""
    unknown = unknown_here(migrations_of_the_database())
    require(
        not unknown,
        f"A later version than {settings.VERSION} has changed this database ({', '.join(unknown[:3])}): use that one, "
        "or go back by restoring the backup made before into an empty database.",
    )
