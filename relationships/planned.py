"""SQL that PostgreSQL plans once for each connection, as prepared statements of its own."""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

from psycopg2.extensions import cursor

_PLACE = re.compile(r"(IN )?%s|%%")
_NUMBERS = count(1)


class PlannedOnce(str):
    """SQL that is asked again and again with other values, which PostgreSQL is to plan once.

    To plan a question of six tables takes it milliseconds, to answer it mostly less. Each
    connection prepares the statement when it first asks; PostgreSQL plans it for the values given
    until it has seen that one plan for all is as good (PREPARE, `plan_cache_mode`).
    """

    __slots__ = ("_constants", "_given", "_name", "_types", "_with_places")

    def __new__(cls, sql: str, values: Sequence[Any], types: Sequence[str | None]) -> "PlannedOnce":
        """Take SQL with its values, and of those that are given each time the types."""
        self = super().__new__(cls, sql)
        self._name = f"hearth_{next(_NUMBERS)}"
        self._given = [place for place, kind in enumerate(types) if kind]
        self._constants = [value for value, kind in zip(values, types, strict=True) if not kind]
        self._types: list[str] = []
        places = iter(types)

        def numbered(found: re.Match[str]) -> str:
            kind = None if found[0] == "%%" else next(places)
            if kind is None:
                return found[0]
            # Many values at once are one array here.
            self._types.append(f"{kind}[]" if found[1] else kind)
            place = f"${len(self._types)}"
            return f"= ANY ({place})" if found[1] else place

        self._with_places = _PLACE.sub(numbered, sql)
        return self

    def prepare(self, asking: cursor) -> str:
        """Return the statement that prepares this one."""
        types = f" ({', '.join(self._types)})" if self._types else ""
        body = asking.mogrify(self._with_places, self._constants).decode()
        return f"PREPARE {self._name}{types} AS {body}"

    def execute(self, values: Sequence[Any]) -> tuple[str, list[Any]]:
        """Return the statement that asks with these values, which are all those of the SQL."""
        given = [values[place] for place in self._given]
        places = f" ({', '.join(['%s'] * len(given))})" if given else ""
        arrays = [[*value] if isinstance(value, tuple) else value for value in given]
        return f"EXECUTE {self._name}{places}", arrays

    @property
    def name(self) -> str:
        """What PostgreSQL knows it by."""
        return self._name
