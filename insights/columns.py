"""The columns that a list of customers can have, on the page and in files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from insights.models import Band
from relationships.models import Customer


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, how it is first sorted and set, and what a file has in it.

    A file has what `value` makes of the `field` of a reading, for no more of it is read.
    """

    key: str
    label: str
    field: str
    value: Callable[[Any], Any] | None = None
    sort: str = ""
    css: str = ""
    is_money: bool = False


def _points(score: float | None) -> float | None:
    return None if score is None else round(score, 1)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None


_BAND_LABELS = dict(Band.choices)
_STAGE_LABELS = dict(Customer.Stage.choices)

KNOWN_BY = {0: "None of us", 1: "One of us", 2: "Several of us"}

NAME = Column("name", "Customer", "customer__name", sort="name")
"""The first of every list: it cannot be left out."""

COLUMNS = {
    column.key: column
    for column in (
        Column("band", "Band", "band", _BAND_LABELS.get),
        Column("distance", "Distance, a year", "distance", _points, sort="-distance"),
        Column("drift", "Drift, 4 weeks", "drift", _points, sort="-drift", css="num"),
        Column("doors", "Doors", "doors", _points, css="num secondary"),
        Column("windows", "Windows", "windows", _points, css="num secondary"),
        Column("at_risk", "At risk a year", "at_risk", sort="-at_risk", css="num", is_money=True),
        Column("owner", "Owner", "customer__owner__name", css="roomy"),
        Column("last_touch", "Last active", "last_at", _day, sort="last_at"),
        Column("value", "Value a year", "yearly_value", css="num", is_money=True),
        Column("warmth", "Warmth", "warmth", _points, css="num"),
        Column("silence", "Chance of silence, %", "silence", _percent, css="num"),
        Column("team", "Team", "customer__team__name"),
        Column("segment", "Segment", "customer__segment__name"),
        Column("stage", "Stage", "customer__stage", _STAGE_LABELS.get),
        Column("known_by", "Known to", "known_by", KNOWN_BY.get),
    )
}
DEFAULT_COLUMNS = (
    "band", "distance", "drift", "doors", "windows", "at_risk", "owner", "last_touch",
)  # fmt: skip
SEPARATOR = "."
"""Between the names of columns in an address, where it needs no escape."""


def columns_in(text: str) -> tuple[list[str], list[str]]:
    """Return the columns that a text names, each once, and what in it names none.

    >>> columns_in("drift.band.drift.colour")
    (['drift', 'band'], ['colour'])
    """
    names = list(dict.fromkeys(filter(None, text.split(SEPARATOR))))
    return [n for n in names if n in COLUMNS], [n for n in names if n not in COLUMNS]


def moved(keys: Sequence[str], key: str, step: int) -> list[str]:
    """Return the columns with one of them moved, as far as it goes.

    >>> moved(["band", "drift", "doors"], "doors", -1), moved(["band", "drift"], "band", -1)
    (['band', 'doors', 'drift'], ['band', 'drift'])
    """
    if key not in keys:
        return list(keys)
    others = [other for other in keys if other != key]
    others.insert(max(0, keys.index(key) + step), key)
    return others


CURRENCY = Column("currency", "Currency", "currency")
"""Stands beside the first money of a file."""


_BESIDE = {"name": ("segment", "stage"), "owner": ("team",)}
"""What the page writes beside or beneath another column, and a file in columns of its own."""


def file_columns(keys: Sequence[str]) -> list[Column]:
    """Return the columns of a file that shows those of a list, and all that stands in them.

    >>> [column.key for column in file_columns(["owner", "stage"])]
    ['name', 'segment', 'owner', 'team', 'stage']
    """
    columns = [NAME, *_beside("name", keys)]
    for key in keys:
        columns += [COLUMNS[key], *_beside(key, keys)]
    money = next((at for at, column in enumerate(columns) if column.is_money), None)
    if money is not None:
        columns.insert(money + 1, CURRENCY)
    return columns


def _beside(key: str, keys: Sequence[str]) -> list[Column]:
    return [COLUMNS[one] for one in _BESIDE.get(key, ()) if one not in keys]


def lines(rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> Iterator[list[Any]]:
    """Yield lines of a file, made of the fields of its columns.

    Texts, numbers and days; None where unknown.
    """
    values = [column.value for column in columns]
    for row in rows:
        yield [
            field if value is None else value(field)
            for value, field in zip(values, row, strict=True)
        ]
