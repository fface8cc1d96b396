"""When the database cannot be reached: the one way to know it from what the database, being there, says no to."""

import psycopg
from django.db import InterfaceError, OperationalError

# The server is ending (57P01, 57P02), starting or recovering (57P03), or full of connections (53300); 08: the line.
STATES = {"57P01", "57P02", "57P03", "53300"}
DISK_FULL = "53100"
CONNECTION_ALREADY_CLOSED = "already closed"


class DatabaseAway(Exception):
    """The database cannot be reached. For those who may not let the error itself pass on, because of what it knows."""


def is_away(error: BaseException | None) -> bool:
    """Did this go wrong because the database cannot be reached? Then it may go well when tried again later.

    A lock not gained, a full disk or a statement that takes too long are the answers of a database that is there.
    """
    if isinstance(error, DatabaseAway):
        return True
    if isinstance(error, InterfaceError | psycopg.InterfaceError):
        return CONNECTION_ALREADY_CLOSED in str(error)
    if not isinstance(error, OperationalError | psycopg.OperationalError):
        return False
    state = getattr(error.__cause__ or error, "sqlstate", None)
    return state is None or state in STATES or state.startswith("08")


def passes(error: BaseException | None) -> bool:
    """Is it no fault of ours, and over once the server is back, or somebody has made room on its disk?"""
    cause = getattr(error, "__cause__", None) or error
    return is_away(error) or getattr(cause, "sqlstate", None) == DISK_FULL
