"""Django's PostgreSQL, whose pool notices that the server was restarted before anybody meets a dead connection.

Django offers this as CONN_HEALTH_CHECKS. But the pool then draws one connection after the other and pauses after each
that is dead, one second, two, four: after a night with a restart in it, the first visitors would wait in vain for a
server that is there. Here one that is dead has all that wait in the pool looked at, and none is drawn twice.
"""

from contextlib import suppress
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout

HASTE = 0.5  # seconds; where one has waited in vain, the others do not fill all threads with waiting for the same
TRIES = 3


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        """A connection that answers. Raises psycopg.OperationalError if there is none within the pool's timeout."""
        pool = self.pool
        if pool is None:
            return super().get_new_connection(conn_params)
        for _ in range(TRIES):
            try:
                drawn = super().get_new_connection(conn_params)
            except PoolTimeout:
                pool.timeout = HASTE
                raise
            try:
                ConnectionPool.check_connection(drawn)
            except psycopg.Error:
                drawn.close()
                with suppress(psycopg.Error):
                    pool.putconn(drawn)
                pool.check()
            else:
                pool.timeout = self.settings_dict["OPTIONS"]["pool"]["timeout"]
                return drawn
        raise psycopg.OperationalError("The database accepts connections and answers none of them.")
