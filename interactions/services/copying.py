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


def copy_columns(cursor: CursorWrapper, table: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Append rows given as columns of equal length; one of nothing but None is left out."""
    given = {name: column for name, column in columns.items() if not _are_all(column, None)}
    lines = map("\t".join, zip(*map(_fields, given.values()), strict=True))
    source = io.BytesIO(("\n".join(lines) + "\n").encode())
    sql = f"COPY {table} ({', '.join(given)}) FROM STDIN"
    with cursor.db.wrap_database_errors:
        cursor.copy_expert(sql, source, _CHUNK_BYTES)


def array(values: Sequence[Any]) -> str:
    r"""Return the literal of an array of texts, or of numbers or moments and None.

    >>> array(['He said "no"', "no"]), array([None, 7])
    ('{"He said \\"no\\"","no"}', '{NULL,7}')
    """
    if values and isinstance(values[0], str):
        # None of the texts has the character that is put between them.
        texts = "\x00".join(values).replace("\\", "\\\\").replace('"', '\\"')
        return '{"' + texts.replace("\x00", '","') + '"}'
    if None in values:
        values = ["NULL" if value is None else value for value in values]
    return "{" + ",".join(map(str, values)) + "}"


def _fields(column: Sequence[Any]) -> Iterable[str]:
    """Return a column as COPY reads it."""
    first = column[0]
    if _are_all(column, first):
        return repeat(_field(first), len(column))
    if None in column:
        return map(_field, column)
    if not isinstance(first, str):
        return map(str, column)
    return map(_field, column) if _SPECIAL.search("".join(column)) else column


def _are_all(column: Sequence[Any], value: Any) -> bool:
    return column.count(value) == len(column)


def _field(value: Any) -> str:
    if value is None:
        return NULL
    text = str(value)
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text
