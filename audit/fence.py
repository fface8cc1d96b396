"""The fence around what only grows: whoever acts in the database may add to it, and owns none of it.

What only grows is said once, by the guards of the tables (`only_grows()`): of what they refuse to every statement, the
role that acts is not given the right. So a statement that somebody gets past the program neither changes it nor takes
the guards away. How the role is entered: `lib/postgresql/acting.py`.
"""

from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lib.postgresql import acting
from lib.postgresql.acting import Way


class Table(NamedTuple):
    """One of ours; what its guards refuse to every statement, and what this session may do."""

    name: str
    no_delete: bool
    no_update: bool
    may_delete: bool
    may_update: bool
    may_more: bool  # empty it with one word, or set triggers of its own
    is_owned: bool
    is_owned_by_who_signed_in: bool

    @property
    def rights(self) -> list[str]:
        """Of whoever acts. What brings the tables up to date is noted by their owner alone."""
        if self.name == acting.LET_IN:
            return ["SELECT"]
        return ["SELECT", "INSERT", *([] if self.no_update else ["UPDATE"]), *([] if self.no_delete else ["DELETE"])]

    @property
    def may_too_much(self) -> bool:
        return self.may_more or (self.no_delete and self.may_delete) or (self.no_update and self.may_update)


# The bits of tgtype are those of PostgreSQL's trigger.h: a row's, DELETE, UPDATE.
TABLES = """
SELECT tables.oid::regclass::text, coalesce(bool_or(tgtype & 8 > 0), false), coalesce(bool_or(tgtype & 16 > 0), false),
    has_table_privilege(tables.oid, 'DELETE'), has_any_column_privilege(tables.oid, 'UPDATE'),
    has_table_privilege(tables.oid, 'TRUNCATE, TRIGGER'),
    pg_has_role(current_user, relowner, 'MEMBER'), pg_has_role(session_user, relowner, 'MEMBER')
FROM pg_class AS tables
LEFT JOIN pg_trigger ON tgrelid = tables.oid AND tgfoid = to_regproc('only_grows') AND tgtype & 1 = 0
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
GROUP BY tables.oid
"""


def let_in() -> Way:
    """As the owner, give the role that acts its rights, all of them at once. Where there is none, the owner acts."""
    role, way = acting.prepare()
    name = connection.ops.quote_name(role)
    if way is Way.OWNER:
        acting.may_do(f"REVOKE ALL ON {acting.LET_IN} FROM {name}")
        return way
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    # A table of somebody's own would stand before the one of the same name that a guard looks into.
    acting.may_do(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
    acting.may_do("REVOKE CREATE ON SCHEMA public FROM PUBLIC")  # as it is since PostgreSQL 15
    rights = [f"GRANT USAGE ON SCHEMA public TO {name}"]
    for table in _tables():
        rights.append(f"REVOKE ALL ON {table.name} FROM {name}")
        rights.append(f"GRANT {', '.join(table.rights)} ON {table.name} TO {name}")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(rights))
    return way


def why_it_does_not_stand() -> str:
    """What the database lets this session do beyond its part, and where to read on; nothing, if the fence stands."""
    said, more = _beyond_its_part(_tables()), _("docs/running.md says what the server is to allow.")
    return f"{said} {more}" if said else ""


def _beyond_its_part(tables: list[Table]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_database_privilege(current_database(), 'TEMPORARY') OR has_schema_privilege('public', 'CREATE')"
        )
        (may_make_tables,) = cursor.fetchone()
    if any(table.is_owned for table in tables):
        return _("The program owns the tables it writes to, and an owner may take the guards of what only grows away.")
    if may_make_tables or any(table.may_too_much for table in tables):
        return _("The program has more rights in the database than it needs.")
    if any(table.is_owned_by_who_signed_in for table in tables):
        return _(
            "The program may only add to what only grows. But the server lets nobody sign in who may no more than "
            "that, so a statement that somebody gets past the program could act as the owner of the tables."
        )
    return ""


def _tables() -> list[Table]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [Table(*row) for row in cursor.fetchall()]
