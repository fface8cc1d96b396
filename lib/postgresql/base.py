"""Django's PostgreSQL, whose pool notices that the server was restarted before anybody meets a dead connection.

Django offers this as CONN_HEALTH_CHECKS. But the pool then draws one connection after the other and pauses after each
that is dead, one second, two, four: after a night with a restart in it, the first visitors would wait in vain for a
server that is there. Here one that is dead has all that wait in the pool looked at, and none is drawn twice.

The pool begins to connect when somebody asks it, and gives up before who asked does. So whoever waits asks anew at
every turn, each as long as the pool's `timeout`, and is served within one of them once the server is back.

Whom the pool connects as is said in acting.py. What asks for no database of ours, to make or drop one, is the owner.
"""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout

from lib.postgresql.acting import ActingConnection

PATIENT = 10  # turns of a second: a server that is restarted is back by then, and nobody need notice
HASTY = 2  # turns, where one has waited in vain: the others do not fill all threads with waiting for the same


class DatabaseWrapper(base.DatabaseWrapper):
    one_waited_in_vain = False  # of this process

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(settings_dict, *args, **kwargs)
        if pool := settings_dict["OPTIONS"].get("pool"):
            pool.setdefault("connection_class", ActingConnection)

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        """A connection that answers. Raises psycopg.OperationalError if there is none after so many turns."""
        if self.pool is None:
            return super().get_new_connection(conn_params)
        turns = HASTY if DatabaseWrapper.one_waited_in_vain else PATIENT
        for _ in range(turns):
            try:
                drawn = super().get_new_connection(conn_params)
            except PoolTimeout:
                continue
            if self._answers(drawn):
                DatabaseWrapper.one_waited_in_vain = False
                return drawn
        DatabaseWrapper.one_waited_in_vain = True
        raise psycopg.OperationalError(f"There was no connection that answers in {turns} turns.")

    def _answers(self, drawn: psycopg.Connection[Any]) -> bool:
        try:
            ConnectionPool.check_connection(drawn)
        except psycopg.Error:
            drawn.close()
            self.pool.putconn(drawn)
            self.pool.check()
            return False
        return True
