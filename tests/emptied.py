"""The database emptied after a test that commits, and filled with the catalogue before the next.

Django reads the catalogue from JSON, saves it row by row and truncates a hundred tables: a second
for each of some hundred tests. Here COPY puts it back, and what was written is deleted.
"""

import io
from collections.abc import Sequence
from typing import Any

from django.db import connection

from relationships.models import RosterVersion


def empty_quickly() -> None:
    """Let Django empty and fill the database of this process by few statements of PostgreSQL.

    What is in the database now is what each test begins with.
    """
    held = {table: content for table in _tables() if (content := _content(table))}

    def fill(_: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_NO_TRIGGERS)
            for table, content in held.items():
                # The first test of all finds the catalogue where it always was.
                cursor.execute(f"DELETE FROM {_name(table)}")
                cursor.copy_expert(f"COPY {_name(table)} FROM STDIN", io.StringIO(content))
            cursor.execute(_TRIGGERS)
            # A version that nobody remembered a roster of: no trigger told that it has changed.
            cursor.execute(f"DELETE FROM {_name(RosterVersion._meta.db_table)}")
            cursor.execute("SELECT relationships_roster_changed()")

    def emptied(_: Any, tables: Sequence[str], **__: bool) -> list[str]:
        return [_NO_TRIGGERS, *(f"DELETE FROM {_name(table)}" for table in tables), _TRIGGERS]

    connection.creation.deserialize_db_from_string = fill  # type: ignore[method-assign]
    connection.ops.sql_flush = emptied  # type: ignore[method-assign]


# Foreign keys are triggers too: the order of tables does not matter.
_NO_TRIGGERS = "SET session_replication_role = replica"
_TRIGGERS = "SET session_replication_role = origin"


def _tables() -> list[str]:
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


def _name(table: str) -> str:
    return connection.ops.quote_name(table)


def _content(table: str) -> str:
    written = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {_name(table)} TO STDOUT", written)
    return written.getvalue()
