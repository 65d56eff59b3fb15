"""Statements written out, for the few paths where the ORM's own work was most of the cost.

PostgreSQL plans each of them once per connection (docs/decisions/0032-prepared-writes.md). They go through Django's
connection, so transactions, error types and query counting are as everywhere.
"""

from typing import Any

from django.db import connection
from psycopg import Cursor

PREPARE_NOW = 0


class Prepared(Cursor[Any]):
    """A cursor that sends parameters apart from the statement and has the statement prepared at its first use."""

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = True, binary: bool | None = None
    ) -> Any:
        """Runs it. Preparing is switched on for this call only: what the ORM sends is never the same text twice."""
        self.connection.prepare_threshold = PREPARE_NOW
        try:
            return super().execute(query, params, prepare=prepare, binary=binary)
        finally:
            self.connection.prepare_threshold = None


def _run(query: str, params: Any) -> Any:
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = connection._prepare_cursor(Prepared(connection.connection))  # type: ignore[attr-defined]  # not in the stubs
    cursor.execute(query, params)
    return cursor


def first(query: str, params: Any = ()) -> Any:
    """The first row as a tuple, or None. A parameter that no column gives a type needs a cast: `%s::text`."""
    with _run(query, params) as cursor:
        return cursor.fetchone()


def rows(query: str, params: Any = ()) -> list[Any]:
    """All rows as tuples."""
    with _run(query, params) as cursor:
        found: list[Any] = cursor.fetchall()
        return found


def run(query: str, params: Any = ()) -> int:
    """How many rows it touched."""
    with _run(query, params) as cursor:
        return int(cursor.rowcount)
