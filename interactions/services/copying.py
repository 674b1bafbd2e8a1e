"""Values as PostgreSQL reads them: rows for COPY, and arrays in one literal.

Text, because it is built by C functions over whole columns; adapting value by value costs more
than the database needs to store them.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

import msgspec
from django.db.backends.utils import CursorWrapper

from interactions.services.columns import are_all

# https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"
NULL = r"\N"
_SPECIAL = re.compile(r"[\\\n\r\t]")
# The backslash first, for the others bring more of them. A table for `translate` is forty times
# slower.
_ESCAPES = (("\\", r"\\"), ("\n", r"\n"), ("\r", r"\r"), ("\t", r"\t"))
_encode = msgspec.json.Encoder().encode
_CHUNK_BYTES = 1024 * 1024


def copy_columns(cursor: CursorWrapper, table: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Append rows given as columns of equal length; one of nothing but None is left out.

    No text may have a NUL, which PostgreSQL cannot store.
    """
    given = {name: column for name, column in columns.items() if not are_all(column, None)}
    lines = map("\t".join, zip(*map(_fields, given.values()), strict=True))
    source = io.BytesIO(("\n".join(lines) + "\n").encode())
    sql = f"COPY {table} ({', '.join(given)}) FROM STDIN"
    with cursor.db.wrap_database_errors:
        cursor.copy_expert(sql, source, _CHUNK_BYTES)


def array(values: Sequence[Any]) -> str:
    r"""Return the literal of an array of texts, or of numbers, moments and None.

    >>> array(['He said "no"', "no"]), array([None, 7])
    ('{"He said \\"no\\"","no"}', '{null,7}')
    """
    if values and isinstance(values[0], str):
        # None of the texts has the character that is put between them.
        texts = "\x00".join(values).replace("\\", "\\\\").replace('"', '\\"')
        return '{"' + texts.replace("\x00", '","') + '"}'
    return "{" + _plain(values) + "}"


def _fields(column: Sequence[Any]) -> Iterable[str]:
    """Return a column as COPY reads it."""
    first = column[0]
    if are_all(column, first):
        return repeat(_field(first), len(column))
    if isinstance(next(value for value in column if value is not None), str):
        return map(_field, column) if None in column else _texts(column)
    return _plain(column).replace("null", NULL).split(",")


def _plain(values: Sequence[Any]) -> str:
    """Return numbers, moments and None between commas: how JSON writes them is quickest."""
    return _encode(values).decode()[1:-1].replace('"', "")


def _texts(column: Sequence[str]) -> Sequence[str]:
    """Return texts as COPY reads them, all at once: none has the character between them."""
    text = "\x00".join(column)
    return _escaped(text).split("\x00") if _SPECIAL.search(text) else column


def _field(value: str | Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        return _escaped(value) if _SPECIAL.search(value) else value
    return _plain([value])


def _escaped(text: str) -> str:
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    return text
