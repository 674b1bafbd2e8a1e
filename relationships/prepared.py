"""Querysets whose SQL is written once in a process, and run with other values each time.

Django writes the SQL of a queryset anew whenever it is run, which takes longer than PostgreSQL
takes to answer it. What a page asks for each time it is opened is prepared instead.
"""

from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.sql.compiler import SQLCompiler

from relationships.models import Person
from relationships.planned import PlannedOnce

Args = ParamSpec("Args")
Row = TypeVar("Row")

_FIELDS: dict[type, "type[models.Field[Any, Any]]"] = {
    int: models.BigIntegerField,
    float: models.FloatField,
    datetime: models.DateTimeField,
    date: models.DateField,
    str: models.TextField,
}
"""What values may be of that are given each time, by themselves or as tuples."""


class Given(models.Value):
    """Stands in a queryset for a value that is given when it is run, by its name until then."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        """Leave its place among the parameters."""
        return "%s", [self]


def prepared(make: Callable[Args, models.QuerySet[Any, Row]]) -> Callable[Args, list[Row]]:
    """Turn a function that makes a queryset into one that runs it and returns its rows.

    Arguments before the star of its signature are given each time. In their place `make` gets a
    `Given`, which may be compared with and reckoned with in SQL, not in Python; in place of a row
    one whose key, and of a person also whose team, is a `Given`; in place of a tuple of values of
    one type, which must not be empty, what may stand behind `__in`; in place of a dataclass one of
    all these. What stands behind the star shapes the SQL, and so do None, zero and the words in a
    dataclass: for each of their values `make` is called once, so they must be few.
    """
    parameters, written = signature(make), dict[Hashable, _Written | None]()
    given = {n for n, p in parameters.parameters.items() if p.kind is not p.KEYWORD_ONLY}

    @wraps(make)
    def run(*args: Args.args, **kwargs: Args.kwargs) -> list[Row]:
        bound = parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        values: dict[str, Any] = {}
        shape: dict[str, Hashable] = {}
        for name, value in bound.arguments.items():
            if name in given:
                bound.arguments[name] = _given(name, value, values, shape)
            else:
                shape[name] = value
        key = tuple(shape.items())
        if key not in written:
            written[key] = _Written.of(make(*bound.args, **bound.kwargs))
        found = written[key]
        return found.run(values) if found else []

    return run


def _given(name: str, value: Any, values: dict[str, Any], shape: dict[str, Hashable]) -> Any:
    """Put a value away, note what of it shapes the SQL, and return what stands for it."""
    if value is None or value == 0:
        shape[name] = value
        return value
    if value == ():
        raise ValueError(f"{name} is empty: there is nothing to ask for")
    if is_dataclass(value):
        return _given_parts(name, value, values, shape)
    if not isinstance(value, models.Model):
        kind = type(value[0]) if isinstance(value, tuple) else type(value)
        values[name], shape[name] = value, (type(value), kind)
        return Given(name, _FIELDS[kind]())
    stand_in = copy(value)
    stand_in.pk = _given(f"{name}.pk", value.pk, values, shape)
    if isinstance(value, Person):
        shape[name] = value.role, value.is_active
        stand_in.team_id = _given(f"{name}.team_id", value.team_id, values, shape)
    return stand_in


def _given_parts(name: str, value: Any, values: dict[str, Any], shape: dict[str, Hashable]) -> Any:
    parts = {}
    for part in fields(value):
        of_it = getattr(value, part.name)
        if isinstance(of_it, str):
            shape[f"{name}.{part.name}"] = of_it
        else:
            parts[part.name] = _given(f"{name}.{part.name}", of_it, values, shape)
    return replace(value, **parts)


class _Written:
    """A queryset and its SQL, with a `Given` among the parameters where a value belongs."""

    def __init__(self, queryset: models.QuerySet[Any, Any]) -> None:
        """Write the SQL, or raise EmptyResultSet where nothing can be found."""
        self.queryset = queryset
        self.compiler = queryset.query.get_compiler(queryset.db)
        sql, self.parameters = self.compiler.as_sql()
        connection = connections[queryset.db]
        types = [
            p.output_field.db_type(connection) if isinstance(p, Given) else None
            for p in self.parameters
        ]
        self.sql = PlannedOnce(sql, self.parameters, types)

    @classmethod
    def of(cls, queryset: models.QuerySet[Any, Any]) -> "_Written | None":
        """Return a queryset with its SQL; None for one that asks for nothing."""
        try:
            return cls(queryset)
        except EmptyResultSet:
            return None

    def run(self, values: dict[str, Any]) -> list[Any]:
        """Return the rows that are found with these values."""
        given = tuple(values[p.value] if isinstance(p, Given) else p for p in self.parameters)
        queryset: Any = self.queryset.all()
        # What reads rows asks the query for a compiler: it gets this one, which is done compiling.
        compiler: Any = copy(self.compiler)
        compiler.connection = connections[queryset.db]
        compiler.as_sql = lambda *_, **__: (self.sql, given)
        queryset.query.get_compiler = lambda *_, **__: compiler
        return list(queryset)
