"""The one clock. Whoever answers a request reads it once and passes the moment on as `at`; models are handed it.

Which clock decides: `now` for all that people do and see; `of_the_database` for a vote, for the close of the box and
for the audit log, since it is one and the same for every process and goes on inside a transaction; `of_sessions` for
how long somebody stays signed in.
"""

import time
from datetime import datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC. Tests turn it by replacing this function."""
    return timezone.now()


def of_sessions() -> float:
    """Seconds, as sessions and what is kept in them go by. No test turns it, as none turns Django's own."""
    return time.time()


def of_the_database() -> datetime:
    """The database server's clock at this very moment, the same for every process and inside a long transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
