"""SQL that PostgreSQL plans once for each connection, as prepared statements of its own."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from psycopg2.extensions import cursor

_PLACE = re.compile(r"(IN )?%(?:\((\w+)\))?s|%%")
_NUMBERS = count(1)
MANY = 1_000
"""A list of more values is worth a plan of its own: the one for all reckons with a few."""

Values = Sequence[Any] | Mapping[str, Any]


class PlannedOnce(str):
    """SQL that is asked again and again with other values, which PostgreSQL is to plan once.

    To plan a question of six tables takes it milliseconds, to answer it mostly less. Each
    connection prepares the statement when it first asks; PostgreSQL plans it for the values given
    until it has seen that one plan for all is as good (PREPARE, `plan_cache_mode`).
    """

    __slots__ = ("_constants", "_given", "_name", "_types", "_with_places")

    def __new__(
        cls, sql: str, values: Sequence[Any] = (), types: Sequence[str | None] | None = None
    ) -> "PlannedOnce":
        """Take SQL, and the types of those of its `values` that are given each time.

        Without types all are given each time, in order or by name, and PostgreSQL finds from what
        stands around each of which type it is.
        """
        self = super().__new__(cls, sql)
        self._name = f"hearth_{next(_NUMBERS)}"
        self._given: list[int | str] = []
        self._constants: list[Any] = []
        self._types: list[str] = []
        places = count()

        def numbered(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return found[0]
            place = found[2] or next(places)
            kind = types[place] if types is not None and isinstance(place, int) else None
            if types is not None and kind is None:
                self._constants.append(values[place])
                return found[0]
            if place not in self._given:
                self._given.append(place)
                # Many values at once are one array here.
                self._types.append(f"{kind}[]" if found[1] else kind or "unknown")
            number = f"${self._given.index(place) + 1}"
            return f"= ANY ({number})" if found[1] else number

        self._with_places = _PLACE.sub(numbered, sql)
        return self

    def prepare(self, asking: cursor) -> str:
        """Return the statement that prepares this one."""
        types = f" ({', '.join(self._types)})" if self._types else ""
        body = asking.mogrify(self._with_places, self._constants).decode()
        return f"PREPARE {self._name}{types} AS {body}"

    def execute(self, values: Values) -> tuple[str, list[Any]] | None:
        """Return the statement that asks with these values, which are all those of the SQL.

        None where a list of them is so long that the plan should be made for it.
        """
        given = [values[place] for place in self._given]  # type: ignore[call-overload, index]
        given = [[*value] if isinstance(value, tuple) else value for value in given]
        if any(isinstance(value, list) and len(value) > MANY for value in given):
            return None
        places = f" ({', '.join(['%s'] * len(given))})" if given else ""
        return f"EXECUTE {self._name}{places}", given

    @property
    def name(self) -> str:
        """What PostgreSQL knows it by."""
        return self._name


@lru_cache(maxsize=500)
def planned(sql: str) -> PlannedOnce:
    """Return SQL that PostgreSQL plans once, the same each time it is put together anew."""
    return PlannedOnce(sql)


def plan_once(
    execute: Callable[..., Any], sql: str, params: Values | None, many: bool, context: object
) -> Any:
    """Have all that is asked with values planned once: an `execute_wrapper` of a connection.

    For what runs some hundred statements again and again, none of them written anew each time. A
    list of texts comes as `text[]`, so where one of another type is meant it is cast from that.
    """
    return execute(planned(sql) if params and not many else sql, params, many, context)
