"""Values as PostgreSQL reads them: rows for COPY, and arrays in one literal.

Text, because it is built by C functions over whole columns; adapting value by value costs more
than the database needs to store them.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

from django.db.backends.utils import CursorWrapper

# https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"
NULL = r"\N"
_SPECIAL = re.compile(r"[\\\n\r\t]")
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
_CHUNK_BYTES = 1024 * 1024


def copy_columns(
    cursor: CursorWrapper, table: str, columns: Mapping[str, Sequence[Any]], rows: int
) -> None:
    """Append rows given as columns; a column of nothing but None is left out."""
    given = {name: column for name, column in columns.items() if column.count(None) < rows}
    lines = map("\t".join, zip(*map(_texts, given.values()), strict=True))
    source = io.BytesIO(("\n".join(lines) + "\n").encode())
    sql = f"COPY {table} ({', '.join(given)}) FROM STDIN"
    with cursor.db.wrap_database_errors:
        cursor.copy_expert(sql, source, _CHUNK_BYTES)


def array(values: Iterable[Any]) -> str:
    r"""Return the literal of an array of values that are None, numbers, moments or texts.

    >>> array(['He said "no"', None, 7])
    '{"He said \\"no\\"",NULL,"7"}'
    """
    return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"


def _quoted(value: Any) -> str:
    text = str(value)
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _texts(column: Sequence[Any]) -> Iterable[str]:
    """Return a column as COPY reads it; one of equal values is written once."""
    first = column[0]
    if column.count(first) == len(column):
        return repeat(_text(first), len(column))
    if None in column or isinstance(first, str):
        return map(_text, column)
    return map(str, column)


def _text(value: Any) -> str:
    if value is None:
        return NULL
    text = str(value)
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text
