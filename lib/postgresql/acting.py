"""Who acts in the database: a role that owns nothing, where the server allows it; else the owner of the tables.

Whoever owns a table may take its guards away, so nothing that answers a request is to be its owner. The role is named
after the owner whom DATABASE_URL names and has the same password, so that one address is enough for both. It is made,
and let in to the tables, whenever these are brought up to date, by their owner: see `audit/fence.py`.

Where the role may sign in, nothing in its session leads to the owner. Some servers let nobody sign in but whom they
know by another name, as by that of an account of the machine. There the owner signs in and takes the role on as the
session begins: `RESET ROLE` leads back to the role, and only `SET ROLE NONE` to the owner.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, ClassVar

import psycopg
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

SUFFIX = "_acts"
LET_IN = "django_migrations"  # whoever may read this table has been let in to all of them


class Way(Enum):
    SIGNED_IN = "the role signs in"
    TAKEN_ON = "the owner signs in and takes the role on"
    OWNER = "there is no role that could act"


class ActingConnection(psycopg.Connection[Any]):
    """A connection as whoever acts. Which way that goes is asked of the database once in the life of a process."""

    ways: ClassVar = {Way.SIGNED_IN, Way.TAKEN_ON}  # that this process may go
    way: ClassVar[Way | None] = None
    role: ClassVar = ""
    is_for_the_owner: ClassVar = False

    @classmethod
    def connect(cls, conninfo: str = "", **params: Any) -> "ActingConnection":
        """Raises psycopg.OperationalError, as psycopg does. What `params` say of the user is the owner's."""
        if not cls.is_for_the_owner:
            if cls.way is None:
                cls.role, cls.way = _who_acts(cls.ways, params)
            params = _entering(cls.way, cls.role, params)
        try:
            return super().connect(conninfo, **params)
        except psycopg.OperationalError:
            cls.way = None  # it may have become another
            raise


def _who_acts(ways: set[Way], params: dict[str, Any]) -> tuple[str, Way]:
    with psycopg.Connection.connect(**params) as owner:
        role = named_after(owner.info.user)
        found = owner.execute(
            "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s AND NOT rolsuper"
            " AND has_table_privilege(oid, to_regclass(%s), 'SELECT')",
            [role, LET_IN],
        ).fetchone()
    if found is None:
        return role, Way.OWNER
    return role, Way.SIGNED_IN if found[0] and Way.SIGNED_IN in ways else Way.TAKEN_ON


def _entering(way: Way, role: str, params: dict[str, Any]) -> dict[str, Any]:
    if way is Way.SIGNED_IN:
        return {**params, "user": role}
    if way is Way.TAKEN_ON:
        escaped = "".join(f"\\{each}" if each in "\\ " else each for each in role)
        return {**params, "options": f"{params.get('options', '')} -c role={escaped}"}
    return params


def named_after(owner: str) -> str:
    return f"{owner.encode()[: 63 - len(SUFFIX)].decode(errors='ignore')}{SUFFIX}"


# What the owner does --------------------------------------------------------------------------------------------------


@contextmanager
def as_owner() -> Iterator[None]:
    """Meanwhile this whole process is the owner of the tables: for what makes or alters them.

    Not within a transaction: whoever acts cannot become the owner, so the session is another one.
    """
    if ActingConnection.is_for_the_owner:
        yield
        return
    _begin_anew(is_for_the_owner=True)
    try:
        yield
    finally:
        _begin_anew(is_for_the_owner=False)


def _begin_anew(*, is_for_the_owner: bool) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    ActingConnection.is_for_the_owner, ActingConnection.way = is_for_the_owner, None


def prepare() -> tuple[str, Way]:
    """As the owner, have the role there, and find which way it is entered.

    Who may not make roles finds one that somebody has made, or none; nothing is raised for that. That the role may
    sign in is written down where it cannot change it: in its attribute LOGIN, which every process goes by.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = named_after(cursor.fetchone()[0])
    name = connection.ops.quote_name(role)
    if not _asked("SELECT FROM pg_roles WHERE rolname = %s", role):
        may_do(f"CREATE ROLE {name}")
        may_do(f"GRANT {name} TO CURRENT_USER")
    if not _may_act(role):
        return role, Way.OWNER
    if _asked("SELECT FROM pg_db_role_setting WHERE setrole = %s::regrole", name):  # the role may set these itself
        may_do(f"ALTER ROLE {name} RESET ALL")
    if _is_allowed_to_sign_in(role) and _signs_in(role):
        return role, Way.SIGNED_IN
    may_do(f"ALTER ROLE {name} LOGIN PASSWORD %s", _password_of(role))
    if _signs_in(role):
        return role, Way.SIGNED_IN
    may_do(f"ALTER ROLE {name} NOLOGIN")
    takes_on = may_do(f"SET LOCAL ROLE {name}; SET LOCAL ROLE NONE")
    return role, Way.TAKEN_ON if takes_on and not _is_allowed_to_sign_in(role) else Way.OWNER


def may_do(sql: str, *values: str | None) -> bool:
    """Do it, if the database lets us; whether it did. Two that do the same at once are refused as well."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values or None)
    except (ProgrammingError, IntegrityError, InternalError):
        return False
    return True


def _may_act(role: str) -> bool:
    """Is there a role that is not the owner by another name?"""
    return _asked(
        "SELECT FROM pg_roles WHERE rolname = %s AND NOT (rolsuper OR pg_has_role(oid, current_user, 'MEMBER'))", role
    )


def _is_allowed_to_sign_in(role: str) -> bool:
    return _asked("SELECT FROM pg_roles WHERE rolname = %s AND rolcanlogin", role)


def _asked(sql: str, *values: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() is not None


def _signs_in(role: str) -> bool:
    params = _entering(Way.SIGNED_IN, role, connection.get_connection_params())
    try:
        psycopg.Connection.connect(**params).close()
    except psycopg.OperationalError:
        return False
    return True


def _password_of(role: str) -> str | None:
    """The owner's, but hashed here: a server may log the statement that sets it."""
    owner = connection.connection
    if not owner.info.password:
        return None
    return owner.pgconn.encrypt_password(owner.info.password.encode(), role.encode(), b"scram-sha-256").decode()
