"""How this differs from Django's own: see each class."""

import select
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.postgresql import base, operations
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, connection, cursor

from relationships.planned import PlannedOnce

_KNOWN: WeakKeyDictionary[connection, set[str]] = WeakKeyDictionary()
"""Which statements a connection has prepared; they are gone when it is."""


class Cursor(cursor):
    """Prepares what is planned once."""

    def execute(self, query: Any, vars: Any = None) -> None:
        """Ask the server."""
        if isinstance(query, PlannedOnce) and (planned := query.execute(vars)):
            known = _KNOWN.setdefault(self.connection, set())
            if query.name not in known:
                super().execute(query.prepare(self))
                known.add(query.name)
            query, vars = planned
        super().execute(query, vars)


class DatabaseOperations(operations.DatabaseOperations):
    """Tells what was asked, not by which name."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Return the SQL with its values."""
        if isinstance(sql, PlannedOnce):
            return str(cursor.mogrify(str(sql), params).decode())
        return str(super().last_executed_query(cursor, sql, params))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is kept from one request to the next.

    Django asks the server of each request anew whether it is there, which is a wait of its own. A
    server that hung up, or was killed, has left something to read; one that is there says nothing
    unasked.
    """

    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect."""
        made = super().get_new_connection(conn_params)
        made.cursor_factory = Cursor
        return made

    def is_usable(self) -> bool:
        """Whether nobody hung up, and no transaction was left open."""
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status != TRANSACTION_STATUS_IDLE:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
