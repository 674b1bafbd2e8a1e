"""Whole tables as text, of one moment and any size, a piece at a time.

Each piece is a COPY of a few thousand rows, so that no more than that is in memory, nothing runs
in the database while a slow reader reads, and nothing goes on running when the reader has gone.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from insights.selectors.export_tables import Column, Kind, Table
from insights.spreadsheets import FORMULA_STARTS
from relationships.access import customer_scope, sees_every_customer
from relationships.models import Customer, Person
from relationships.selectors.pages import safe_moment

PIECE = 4_000
"""Rows in memory at once: with the longest texts that is some 40 MB, usually 2."""

MOST_AT_ONCE = 3
"""Exports at a time, of all web workers: each holds a connection and a thread."""

LONGEST_PAUSE = "5min"
"""A reader who takes nothing for so long has gone: the snapshot would keep dead rows for ever."""


class ExportsBusyError(Exception):
    """As many exports as allowed are running."""


class Form(Enum):
    """How rows are written."""

    NDJSON = "ndjson"
    CSV = "csv"


# Begun by hand on a connection of its own: whatever else this thread does with the database is
# no part of the moment that is exported.
BEGIN = f"""
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL idle_in_transaction_session_timeout = '{LONGEST_PAUSE}';
    SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC';
"""
_TAKE_A_PLACE = """
    SELECT place FROM generate_series(1, %s) AS place
    WHERE pg_try_advisory_lock(hashtext('insights.exports'), place) LIMIT 1
"""
# JSON has no control characters of its own, so with these COPY leaves it as it is.
_OPTIONS = {
    Form.CSV: "FORMAT csv",
    Form.NDJSON: r"FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01'",
}


def own_connection() -> BaseDatabaseWrapper:
    """Return a connection that nothing else uses."""
    return connections[DEFAULT_DB_ALIAS].copy()


class Export:
    """A table as it is at one moment: `rows` of them, to be gone through once and then closed.

    `as_of` is a moment before which nothing that is missing here was changed.
    """

    def __init__(
        self, table: Table, form: Form, person: Person, asked: Mapping[str, datetime]
    ) -> None:
        self.as_of = safe_moment()
        self._table, self._form = table, form
        self._connection = own_connection()
        try:
            self._cursor = self._begun()
            self._where = self._condition(person, asked)
            self._bounds, self.rows = self._counted()
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        """Yield pieces; raises `RuntimeError` rather than end with too few rows."""
        if self._form is Form.CSV:
            yield ",".join(column.name for column in self._table.columns).encode() + b"\r\n"
        written = 0
        for after, until in zip([0, *self._bounds], [*self._bounds, None], strict=True):
            lines = self._lines(after, until)
            written += len(lines)
            yield self._joined(lines)
        if written != self.rows:
            raise RuntimeError(f"{written} rows of {self.rows} were exported")

    def close(self) -> None:
        """End the transaction, wherever it is, and give the place to others."""
        self._connection.close()

    def _begun(self) -> CursorWrapper:
        cursor = self._connection.cursor()
        cursor.execute(_TAKE_A_PLACE, [MOST_AT_ONCE])
        if cursor.fetchone() is None:
            raise ExportsBusyError
        cursor.execute(BEGIN)
        return cursor

    def _condition(self, person: Person, asked: Mapping[str, datetime]) -> str:
        """Return which rows are exported, as SQL with its values in it."""
        conditions = [_visible(self._table, person, self._cursor)]
        if "updated_since" not in asked:
            conditions.append(self._table.usual)
        for name, moment in asked.items():
            narrowing = self._table.narrowings[name]
            conditions.append(_written(self._cursor, narrowing, [moment] * narrowing.count("%s")))
        return " AND ".join(conditions)

    def _counted(self) -> tuple[list[int], int]:
        """Return the keys at which pieces end, and how many rows there are."""
        key, source = self._table.key, f"{self._table.source} WHERE {self._where}"
        self._cursor.execute(
            f"SELECT key FROM (SELECT {key} AS key, row_number() OVER (ORDER BY {key}) AS place"
            f" FROM {source}) AS numbered WHERE place % {PIECE} = 0 ORDER BY key"
        )
        bounds = [bound for (bound,) in self._cursor]
        last = bounds[-1] if bounds else 0
        self._cursor.execute(f"SELECT count(*) FROM {source} AND {key} > {last}")
        (rest,) = self._cursor.fetchone()
        return bounds, len(bounds) * PIECE + rest

    def _lines(self, after: int, until: int | None) -> list[bytes]:
        """Return the rows of a piece; COPY hands over one at a time, with its line end."""
        key, columns = self._table.key, self._table.columns
        write = _in_csv if self._form is Form.CSV else _in_json
        select = (
            f"SELECT {', '.join(f'{write(column)} AS {column.name}' for column in columns)}"
            f" FROM {self._table.source} WHERE {self._where} AND {key} > {after}"
            + (f" AND {key} <= {until}" if until is not None else "")
            + f" ORDER BY {key}"
        )
        if self._form is Form.NDJSON:
            select = f"SELECT row_to_json(line) FROM ({select}) AS line"
        lines: list[bytes] = []
        sink = SimpleNamespace(write=lines.append)
        self._cursor.copy_expert(f"COPY ({select}) TO STDOUT ({_OPTIONS[self._form]})", sink)
        return lines

    def _joined(self, lines: list[bytes]) -> bytes:
        if self._form is Form.NDJSON:
            return b"".join(lines)
        # RFC 4180 ends lines as DOS did.
        return b"".join([line[:-1] + b"\r\n" for line in lines])


def _visible(table: Table, person: Person, cursor: CursorWrapper) -> str:
    """Return the condition for rows of customers `person` may see."""
    if sees_every_customer(person):
        return "true"
    customers = Customer.objects.filter(customer_scope(person)).order_by().values("pk")
    try:
        sql, params = customers.query.sql_with_params()
    except EmptyResultSet:
        return "false"
    return f"{table.customer} IN ({_written(cursor, sql, params)})"


def _written(cursor: CursorWrapper, sql: str, params: Any) -> str:
    """Return SQL with its values in it, as COPY and several statements need it."""
    written: bytes = cursor.mogrify(sql, params)
    return written.decode()


def _in_json(column: Column) -> str:
    if column.kind is Kind.EXACT:
        return f"({column.sql})::text"
    return _moment(column) if column.kind is Kind.MOMENT else column.sql


def _in_csv(column: Column) -> str:
    if column.kind is Kind.TEXT:
        starts = ", ".join(f"chr({ord(start)})" for start in FORMULA_STARTS)
        is_formula = f"left({column.sql}, 1) IN ({starts})"
        return f"CASE WHEN {is_formula} THEN '''' || {column.sql} ELSE {column.sql} END"
    return _moment(column) if column.kind is Kind.MOMENT else column.sql


def _moment(column: Column) -> str:
    """Write `2026-03-02 09:30:00+00` as RFC 3339 has it."""
    return f"left(translate(({column.sql})::text, ' +', 'TZ'), -2)"
