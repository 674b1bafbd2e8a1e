"""Event logs as CSV: one event a line, with `customer,occurred_at[,value]`."""

import csv
import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import BinaryIO

REQUIRED = ("customer", "occurred_at")
OPTIONAL = ("value",)
LONGEST_LINE = 64 * 1024
"""Bytes; a customer, a moment and an amount never need more."""

_NOT_CSV = {
    b"\x1f\x8b": "is compressed; unpack it first: gunzip FILE.",
    b"PK\x03\x04": "is a ZIP archive or a spreadsheet; save it as CSV first.",
    b"\xff\xfe": "is UTF-16; save it as UTF-8 first.",
    b"\xfe\xff": "is UTF-16; save it as UTF-8 first.",
    b"SQLite format 3": "is a database; export its table as CSV first.",
    b"%PDF": "is a PDF; export the data as CSV first.",
}


class LogFileError(ValueError):
    """A file is not an event log at all; the message says what it is and what would be right."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event; `written` is how the file writes it, whatever zone it is read in."""

    line: int
    customer: str
    occurred_at: datetime
    value: Decimal | None
    written: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that is no event: which field is wrong, what stands there, and why it is wrong."""

    line: int
    field: str
    value: str
    reason: str


class LogFile:
    """An event log, read line by line in constant memory.

    A line that cannot be read never costs its neighbours: a quoted field ends on its own line.
    `shift` moves every event, so that an old log can be looked at as if it had just ended.
    """

    def __init__(self, stream: BinaryIO, *, zone: tzinfo, shift: timedelta = timedelta(0)) -> None:
        self._stream = stream
        self._zone = zone
        self._shift = shift
        self._line = 0
        self.bytes_read = 0
        self._columns = _columns(self._header())
        customer, occurred_at = (self._columns.index(name) for name in REQUIRED)
        value = self._columns.index("value") if "value" in self._columns else None
        self._places = customer, occurred_at, value
        self.ignored_columns = [
            name for name in self._columns if name not in (*REQUIRED, *OPTIONAL)
        ]

    def __iter__(self) -> Iterator[LogRow | BadRow]:
        """Yield every line that is not blank, as an event or as what is wrong with it."""
        while raw := self._next_line():
            if not raw.isspace():
                yield self._row(raw)

    def _next_line(self) -> bytes:
        """Return the next line, cut when it is too long; nothing at the end of the file."""
        raw = piece = self._stream.readline(LONGEST_LINE + 1)
        self._line += 1
        self.bytes_read += len(raw)
        while len(piece) > LONGEST_LINE and not piece.endswith(b"\n"):
            piece = self._stream.readline(LONGEST_LINE + 1)
            self.bytes_read += len(piece)
        return raw

    def _header(self) -> bytes:
        raw = self._next_line()
        if not raw:
            raise LogFileError("is empty; its first line should be customer,occurred_at,value.")
        for magic, sentence in _NOT_CSV.items():
            if raw.startswith(magic):
                raise LogFileError(sentence)
        if len(raw) > LONGEST_LINE:
            raise LogFileError("has a first line of over 64 KiB; this is no CSV file.")
        return raw.removeprefix(b"\xef\xbb\xbf")

    def _row(self, raw: bytes) -> LogRow | BadRow:
        if len(raw) > LONGEST_LINE:
            return self._bad("line", raw[:100].decode(errors="replace"), "This is over 64 KiB.")
        try:
            fields = _fields(raw)
        except UnicodeDecodeError:
            shown = raw.decode(errors="replace").strip()
            return self._bad("line", shown, "This is not UTF-8; save the file as UTF-8.")
        except csv.Error:
            shown = raw.decode().strip()
            return self._bad("line", shown, "A quote is not closed on this line, or is misplaced.")
        if len(fields) != len(self._columns):
            reason = f"This has {len(fields)} fields; the first line has {len(self._columns)}."
            return self._bad("line", raw.decode().strip(), reason)
        customer, occurred_at, value = self._places
        return self._event(
            fields[customer], fields[occurred_at], "" if value is None else fields[value]
        )

    def _event(self, customer: str, written_at: str, written_value: str) -> LogRow | BadRow:
        if not customer:
            return self._bad("customer", "", "Say which customer it was.")
        try:
            occurred_at = datetime.fromisoformat(written_at) + self._shift
        except (ValueError, OverflowError):
            reason = "Use an ISO date or moment, such as 2026-03-01 or 2026-03-01T12:30:00Z."
            return self._bad("occurred_at", written_at, reason)
        if occurred_at.tzinfo is None:
            occurred_at = occurred_at.replace(tzinfo=self._zone)
        try:
            value = Decimal(written_value) if written_value else None
        except InvalidOperation:
            return self._bad("value", written_value, "Use a plain number, such as 11.77.")
        written = (customer, written_at, written_value)
        return LogRow(self._line, customer, occurred_at, value, written)

    def _bad(self, field: str, value: str, reason: str) -> BadRow:
        return BadRow(self._line, field, value, reason)


class Occurrences:
    """Counts equal rows, so that the second of two equal purchases is told from the first.

    Rows are counted in a temporary file, so that memory stays constant whatever their order.
    """

    def __init__(self) -> None:
        # An empty name is a file of SQLite's own, which is gone when the connection closes.
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, n INTEGER) WITHOUT ROWID")
        self._file.execute("BEGIN")

    def close(self) -> None:
        """Delete the temporary file."""
        self._file.close()

    def external_id(self, row: LogRow, *, type_key: str) -> str:
        """Return an id made of what the row says and how many equal rows came before it.

        It does not depend on the line number, the time zone or the batch: the same file, a longer
        one or an overlapping one gives the same event the same id.
        """
        content = "\x1f".join((type_key, *row.written))
        digest = hashlib.blake2b(content.encode(), digest_size=12).hexdigest()
        key = f"{row.written[1]}.{digest}"
        (number,) = self._file.execute(
            "INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n", [key]
        ).fetchone()
        return f"{key}.{number}"


def open_log(path: Path) -> BinaryIO:
    """Open a log for reading, or say why that cannot be done."""
    if path.is_dir():
        raise LogFileError("is a directory; name a CSV file in it.")
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise LogFileError("does not exist.") from None
    except PermissionError:
        raise LogFileError("may not be read by this user.") from None


def _fields(raw: bytes) -> list[str]:
    text = raw.rstrip(b"\r\n").decode()
    # The csv module is asked only where it is needed: it costs as much as all the rest.
    is_plain = '"' not in text and "\r" not in text
    fields = text.split(",") if is_plain else next(csv.reader([text], strict=True))
    return [field.strip() for field in fields]


def _columns(header: bytes) -> list[str]:
    try:
        columns = [name.lower() for name in _fields(header)]
    except (UnicodeDecodeError, csv.Error, ValueError):
        raise LogFileError("does not begin with a line of column names in UTF-8.") from None
    shown = ", ".join(columns)[:200] or "none"
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        hint = " Separate columns with commas." if len(columns) == 1 else ""
        raise LogFileError(
            f"lacks the column{'s' * (len(missing) > 1)} {' and '.join(missing)}; "
            f"its first line has {shown}.{hint}"
        )
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise LogFileError(f"has two columns {' and '.join(twice)}.")
    return columns
