"""Ways through the list of customers: what it is sorted by, and its pages by key."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

from insights.models import Reading


@dataclass(frozen=True, slots=True)
class Sort:
    """What a list is sorted by; customers who have no such number come last, both ways."""

    path: str
    parse: Callable[[str], Any]
    may_be_unknown: bool = True


def _amount(text: str) -> Decimal:
    amount = Decimal(text)
    if not amount.is_finite():
        raise ValueError(f"{text} is no amount")
    return amount


def _score(text: str) -> float:
    score = float(text)
    if not math.isfinite(score):
        raise ValueError(f"{text} is no score")
    return score


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment


WHOSE = ("customer__owner", "customer__team", "customer__segment")
"""Who looks after them, as the customer says: the reading follows a moment later."""

NAMED = ("customer__name", "customer__stage", *(f"{path}__name" for path in WHOSE))
"""What a list calls customers, and those who look after them."""

SHOWN = (
    "band", "distance", "drift", "doors", "windows", "at_risk", "currency", "yearly_value",
    "warmth", "silence", "known_by", "last_at", "history", "customer__search_name", *NAMED,
)  # fmt: skip
"""What a row of the list may show of each; to read all columns took half as long again."""

SORTS = {
    "at_risk": Sort("at_risk", _amount, may_be_unknown=False),
    "distance": Sort("distance", _score),
    "drift": Sort("drift", _score),
    "last_at": Sort("last_at", _moment),
    "name": Sort("customer__search_name", str, may_be_unknown=False),
}
DEFAULT_SORT = "-at_risk"


@dataclass(frozen=True, slots=True)
class Order:
    """One way through a list: customers with a number by that number, then those without."""

    sort: Sort
    is_falling: bool

    def key(self, reading: Reading) -> str:
        """Return what names the place of a reading in this order."""
        value = self._value(reading)
        text = value.isoformat() if isinstance(value, datetime) else value
        return f"{reading.pk}:" if value is None else f"{reading.pk}:{text}"

    def page(
        self, readings: QuerySet[Reading], *, after: str, before: str, size: int, is_few: bool
    ) -> tuple[list[Reading], bool, bool]:
        """Return the readings of a page, and whether there are some before and after it.

        Where there are few, they are found first and sorted then: their order would lead past
        everybody else's.
        """
        place = self._place(after or before)
        is_back = bool(before and not after and place)
        found = self._walk(readings, place, is_back=is_back, at_most=size + 1, is_few=is_few)
        has_more = len(found) > size
        found = found[:size]
        if is_back:
            return found[::-1], has_more, True
        return found, place is not None, has_more

    def _value(self, reading: Reading) -> Any:
        if self.sort.path == "customer__search_name":
            return reading.customer.search_name
        return getattr(reading, self.sort.path)

    def _place(self, key: str) -> tuple[int, Any] | None:
        """Read a key; None when it means nothing."""
        number, _, text = key.partition(":")
        try:
            value = self.sort.parse(text) if text else None
            return (int(number), value) if len(number) < 19 else None
        except (ValueError, InvalidOperation):
            return None

    def _walk(
        self,
        readings: QuerySet[Reading],
        place: tuple[int, Any] | None,
        *,
        is_back: bool,
        at_most: int,
        is_few: bool,
    ) -> list[Reading]:
        """Return some readings from `place` on or back."""
        found: list[Reading] = []
        for part in self.parts(readings, place, is_back=is_back):
            if len(found) < at_most:
                found += _first(part, at_most - len(found), is_few=is_few)
        return found

    def parts(
        self,
        readings: QuerySet[Reading],
        place: tuple[int, Any] | None = None,
        *,
        is_back: bool = False,
    ) -> list[QuerySet[Reading]]:
        """Return all readings from `place` on or back, as parts that follow each other."""
        parts = [self._numbered(readings, place, is_back=is_back)]
        if self.sort.may_be_unknown:
            parts.append(self._unknown(readings, place, is_back=is_back))
        if is_back:
            parts.reverse()
        return [part for part in parts if part is not None]

    def _numbered(
        self, readings: QuerySet[Reading], place: tuple[int, Any] | None, *, is_back: bool
    ) -> QuerySet[Reading] | None:
        """Return those with a number beyond `place`; None when the way leads past them all."""
        path, is_falling = self.sort.path, self.is_falling != is_back
        if self.sort.may_be_unknown:
            readings = readings.filter(**{f"{path}__isnull": False})
        if place is not None:
            pk, value = place
            if value is None and not is_back:
                return None
            if value is not None:
                readings = readings.filter(_beyond(path, value, pk, is_falling=is_falling))
        # Ties go by id against the sort, as the indexes do: the largest first, then the oldest.
        return readings.order_by(f"-{path}", "pk") if is_falling else readings.order_by(path, "-pk")

    def _unknown(
        self, readings: QuerySet[Reading], place: tuple[int, Any] | None, *, is_back: bool
    ) -> QuerySet[Reading] | None:
        """Return those without a number beyond `place`."""
        readings = readings.filter(**{f"{self.sort.path}__isnull": True})
        if place is not None and place[1] is None:
            beyond = "pk__lt" if is_back else "pk__gt"
            readings = readings.filter(**{beyond: place[0]})
        elif is_back:
            return None
        return readings.order_by("-pk" if is_back else "pk")


def _first(part: QuerySet[Reading], number: int, *, is_few: bool) -> QuerySet[Reading]:
    """Return the first of a part; who they are is asked by itself, so that an index may tell."""
    order = [str(path) for path in part.query.order_by]
    ids = part.select_related(None)
    if is_few:
        # Sorted by what no index has in order.
        ids = ids.order_by(*(_unindexed(path) for path in order))
    return readings_of(ids[:number], *order, whose=WHOSE).only(*SHOWN)


def readings_of(some: QuerySet[Reading], *order: str, whose: Sequence[str]) -> QuerySet[Reading]:
    """Return some readings in an order; whose they are is asked of those alone."""
    shown = Reading.objects.filter(pk__in=some.values("pk"))
    return shown.select_related(*whose).order_by(*order)


def _unindexed(path: str) -> OrderBy:
    name = path.removeprefix("-")
    return OrderBy(Coalesce(name, name), descending=path.startswith("-"))


def order_of(sort: str) -> Order:
    """Return the way through a list that is sorted so: a key of `SORTS`, with a minus falling."""
    return Order(SORTS[sort.removeprefix("-")], is_falling=sort.startswith("-"))


def _beyond(path: str, value: Any, pk: int, *, is_falling: bool) -> Q:
    """Return the condition for rows after (value, pk); its first half can use an index."""
    if is_falling:
        return Q(**{f"{path}__lte": value}) & (Q(**{f"{path}__lt": value}) | Q(pk__gt=pk))
    return Q(**{f"{path}__gte": value}) & (Q(**{f"{path}__gt": value}) | Q(pk__lt=pk))
