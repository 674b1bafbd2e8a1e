"""Tables to numpy arrays and back, by PostgreSQL's binary COPY.

Every field has a fixed width and is never null, so that a whole table is one array: a million
states come out at the speed of memory, not of a Python loop.
"""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

# https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
# COPY hands over a row at a time; without a large buffer that is most of the time it takes.
BUFFER_BYTES = 4 * 1024 * 1024

Fields = Mapping[str, Any]  # the big-endian dtype of each field, in the order of the columns


def row_type(fields: Fields) -> np.dtype[np.void]:
    """Return the dtype of one row on the wire: a field count, then each field behind its length.

    >>> row_type({"id": ">i8", "share": ">f4"}).itemsize
    22
    """
    layout: list[tuple[str, Any]] = [("_fields", ">i2")]
    for name, kind in fields.items():
        layout += [(f"_{name}", ">i4"), (name, kind)]
    return np.dtype(layout)


def copy_out(
    cursor: CursorWrapper, select: str, params: list[Any], fields: Fields
) -> NDArray[np.void]:
    """Return the rows of a query as one structured array.

    Raises `ValueError` when a row is not as wide as `fields` says (a null, another type).
    """
    raw = io.BytesIO()
    with io.BufferedWriter(raw, BUFFER_BYTES) as sink:
        sql = cursor.mogrify(select, params).decode()
        cursor.copy_expert(f"COPY ({sql}) TO STDOUT (FORMAT binary)", sink)
        sink.flush()
        body = raw.getbuffer()[len(HEADER) : -len(TRAILER)]
        kind = row_type(fields)
        if len(body) % kind.itemsize:
            raise ValueError(f"rows are not {kind.itemsize} bytes wide: a null or another type?")
        rows = np.frombuffer(body, dtype=kind).copy()
        del body
    for name in fields:
        if len(rows) and (rows[f"_{name}"] != kind[name].itemsize).any():
            raise ValueError(f"{name} is null in some row, or not {kind[name]}")
    return rows


def pack(fields: Fields, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.void]:
    """Put columns together as rows that `copy_in` can send."""
    kind = row_type(fields)
    rows = np.empty(len(next(iter(columns.values()))), dtype=kind)
    rows["_fields"] = len(fields)
    for name in fields:
        rows[f"_{name}"] = kind[name].itemsize
        rows[name] = columns[name]
    return rows


def copy_in(cursor: CursorWrapper, table: str, rows: NDArray[np.void]) -> None:
    """Append packed rows to a table."""
    source = io.BytesIO(HEADER + rows.tobytes() + TRAILER)
    cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", source, BUFFER_BYTES)
