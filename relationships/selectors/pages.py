"""Pages of a list by key: each page begins behind the last row of the one before, by an index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import F, Model, OrderBy, Q, QuerySet

M = TypeVar("M", bound=Model)

MARGIN = timedelta(seconds=1)
"""A transaction tells others when it began a moment after it did."""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a list is sorted by; rows that have no such thing come last, both ways."""

    path: str
    is_falling: bool = False
    may_be_empty: bool = False

    def order(self, *, is_known: bool = False) -> OrderBy:
        """Return what to sort by; as the index has it where every row `is_known` to have one."""
        last = True if self.may_be_empty and not is_known else None
        path = F(self.path)
        return path.desc(nulls_last=last) if self.is_falling else path.asc(nulls_last=last)

    def value(self, row: Model) -> Any:
        """Return the value of a row; None where it has none."""
        value: Any = row
        for name in self.path.split("__"):
            value = getattr(value, name, None)
        return value

    def equal(self, value: Any) -> Q:
        """Return the condition for rows with this value."""
        return Q(**{f"{self.path}__isnull": True} if value is None else {self.path: value})

    def beyond(self, value: Any) -> Q:
        """Return the condition for rows that have a value, behind this one."""
        return Q(**{f"{self.path}__{'lt' if self.is_falling else 'gt'}": value})


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows, and the values of the last one where more follow."""

    rows: Sequence[M]
    after: tuple[Any, ...] | None


def page(
    rows: QuerySet[M],
    keys: Sequence[Key],
    *,
    among: Q,
    after: Sequence[Any] | None = None,
    limit: int,
) -> Page[M]:
    """Return the rows `among` these that follow the one with the values `after`, in order.

    The last key must be unique and never empty.
    """
    found: list[M] = []
    for condition, order in _stretches(keys, after):
        found += rows.filter(among, condition).order_by(*order)[: limit + 1 - len(found)]
        if len(found) > limit:
            break
    return cut(found, keys, limit)


def cut(found: Sequence[M], keys: Sequence[Key], limit: int) -> Page[M]:
    """Return as many rows as make a page; one more that was found tells that more follow."""
    if len(found) <= limit:
        return Page(found, None)
    return Page(found[:limit], tuple(key.value(found[limit - 1]) for key in keys))


Stretch = tuple[Q, Sequence[OrderBy]]


def _stretches(keys: Sequence[Key], after: Sequence[Any] | None) -> Iterator[Stretch]:
    """Yield stretches of the list, in order, each with what still sorts it.

    One condition over all keys with an OR in it would walk the index from its start; each of
    these is one range of it.
    """
    if after is None:
        has_one = ~keys[0].equal(None) if keys[0].may_be_empty else Q()
        yield from _known_then_empty(keys, Q(), has_one)
        return
    for at in reversed(range(len(keys))):
        if after[at] is not None:
            same = Q()
            for key, value in zip(keys[:at], after[:at], strict=True):
                same &= key.equal(value)
            yield from _known_then_empty(keys[at:], same, keys[at].beyond(after[at]))


def _known_then_empty(keys: Sequence[Key], among: Q, known: Q) -> Iterator[Stretch]:
    first, *others = keys
    rest = [key.order() for key in others]
    yield among & known, [first.order(is_known=True), *rest]
    if first.may_be_empty:
        yield among & first.equal(None), rest


def safe_moment() -> datetime:
    """Return a moment, by the database's clock, before which nothing unseen was changed.

    A change carries the moment at which it was made and is seen only when its transaction ends.
    Whoever asks for what changed since this moment gets what was still being written, too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_WRITER)
        (oldest,) = cursor.fetchone()
    return oldest - MARGIN


# A transaction without an id has written nothing yet: what it writes is stamped by the statement
# that runs, or by a later one.
_OLDEST_WRITER = """
    SELECT least(clock_timestamp(), min(
        CASE WHEN backend_xid IS NOT NULL THEN xact_start WHEN state = 'active' THEN query_start END
    ))
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
