"""The one clock. Views read it once and pass the moment on; only a vote asks the database's clock instead."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC. Tests turn it by replacing this function."""
    return timezone.now()


def of_the_database() -> datetime:
    """The database server's clock at this very moment, the same for every process and inside a long transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
