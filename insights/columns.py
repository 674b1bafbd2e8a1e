"""The columns that a list of customers can have, on the page and in files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from insights.models import Band, Reading


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, how it is first sorted and set, and what a file has in it."""

    key: str
    label: str
    value: Callable[[Reading], Any]
    sort: str = ""
    css: str = ""
    is_money: bool = False


def _points(name: str) -> Callable[[Reading], float | None]:
    def value(reading: Reading) -> float | None:
        points = getattr(reading, name)
        return None if points is None else round(points, 1)

    return value


def _name(name: str) -> Callable[[Reading], str]:
    def value(reading: Reading) -> str:
        named = getattr(reading.customer, name)
        return named.name if named else ""

    return value


def _last_touch(reading: Reading) -> Any:
    return timezone.localtime(reading.last_at).date() if reading.last_at else None


def _silence(reading: Reading) -> float | None:
    return None if reading.silence is None else round(100 * reading.silence, 1)


NAME = Column("name", "Customer", lambda reading: reading.customer.name, sort="name")
"""The first of every list: it cannot be left out."""

COLUMNS = {
    column.key: column
    for column in (
        Column("band", "Band", lambda reading: Band(reading.band).label),
        Column("distance", "Distance, a year", _points("distance"), sort="-distance"),
        Column("drift", "Drift, 4 weeks", _points("drift"), sort="-drift", css="num"),
        Column("doors", "Doors", _points("doors"), css="num secondary"),
        Column("windows", "Windows", _points("windows"), css="num secondary"),
        Column(
            "at_risk", "At risk a year", lambda reading: reading.at_risk,
            sort="-at_risk", css="num", is_money=True,
        ),
        Column("owner", "Owner", _name("owner"), css="roomy"),
        Column("last_touch", "Last touch", _last_touch, sort="last_at"),
        Column("value", "Value a year", lambda r: r.yearly_value, css="num", is_money=True),
        Column("warmth", "Warmth", _points("warmth"), css="num"),
        Column("silence", "Chance of silence, %", _silence, css="num"),
        Column("team", "Team", _name("team")),
        Column("segment", "Segment", _name("segment")),
        Column("stage", "Stage", lambda reading: reading.customer.get_stage_display()),
    )
}  # fmt: skip
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


def heads(keys: Sequence[str]) -> list[str]:
    """Return what the columns of a file are called; the first money has its currency beside it."""
    labels = [NAME.label]
    for key in keys:
        labels.append(COLUMNS[key].label)
        if key == _first_money(keys):
            labels.append("Currency")
    return labels


def line(reading: Reading, keys: Sequence[str]) -> list[Any]:
    """Return a customer as a line of a file: texts, numbers and days, None where unknown."""
    cells = [NAME.value(reading)]
    money = _first_money(keys)
    for key in keys:
        cells.append(COLUMNS[key].value(reading))
        if key == money:
            cells.append(reading.currency)
    return cells


def _first_money(keys: Sequence[str]) -> str:
    return next((key for key in keys if COLUMNS[key].is_money), "")
