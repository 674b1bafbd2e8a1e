"""The map of doors and windows: how many stand where, who, and where some came from."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.db.models.lookups import In

from insights.charts import MARKS_AT_MOST, Cell
from insights.models import PLACE, Band, PlaceTotal, QuarterTotal, Reading, YearAgo
from insights.region import EVERYWHERE, QUARTERS, Region, corner_of
from insights.selectors import live_totals
from insights.selectors.organisation import CURRENT, Among, Amounts, heard_from
from insights.selectors.totals import Totals, totals_of_rollups, totals_of_rows
from relationships.prepared import prepared

ARROWS_SHOWN = 12
"""Customers whose way over a year is drawn: more would cover each other."""

EVERYBODY = Q()

_OF_GROUPS = """
    SELECT customer_id, name, doors, windows, band, at_risk
    FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS asked (stage, team_id, segment_id)
    JOIN insights_reading AS reading
      ON reading.stage = asked.stage AND coalesce(reading.team_id, 0) = asked.team_id
     AND coalesce(reading.segment_id, 0) = asked.segment_id
    JOIN relationships_customer AS customer ON customer.id = customer_id
    WHERE band <> %s
    LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one customer stands on the map."""

    customer_id: int
    name: str
    doors: float
    windows: float
    band: int
    at_risk: Decimal


@dataclass(frozen=True, slots=True)
class DoorsAndWindows:
    """The map: how many stand in each square, and each of them when they are few enough."""

    cells: Sequence[Cell]
    places: Sequence[Place]

    def count(self, region: Region = EVERYWHERE) -> int:
        """Count the customers in a part of the map."""
        return sum(cell.count for cell in self.cells if region.holds(cell.doors, cell.windows))


@dataclass(frozen=True, slots=True)
class QuarterLine:
    """How many customers stand in a quarter, and what they are worth."""

    customers: int
    yearly_value: Amounts
    at_risk: Amounts


@dataclass(frozen=True, slots=True)
class Way:
    """Where one customer stood a year ago, and stands now."""

    customer_id: int
    name: str
    band: int
    currency: str
    yearly_value: Decimal
    since: date
    doors: tuple[float, float]
    windows: tuple[float, float]


def standing_in(region: Region) -> Q:
    """Return the condition of a reading in a part of the map.

    Who was never heard from stands nowhere: never spoken is not walled off.
    """
    return ~Q(band=Band.UNKNOWN) & Q(In(PLACE, region.places()))


def doors_and_windows(among: Among = CURRENT) -> DoorsAndWindows:
    """Return where customers stand between doors and windows."""
    counts = _place_totals(among)
    cells = [Cell(*corner_of(place), count) for place, count in counts if count]
    if sum(cell.count for cell in cells) > MARKS_AT_MOST:
        return DoorsAndWindows(cells, ())
    return DoorsAndWindows(cells, _places(among))


def quarters(among: Among = CURRENT) -> dict[str, QuarterLine]:
    """Return what stands in each quarter of the map, by its name in `QUARTERS`."""
    found: dict[tuple[bool, bool], list[tuple[str, int, Decimal, Decimal]]] = defaultdict(list)
    for doors, windows, *line in _quarter_totals(among):
        found[doors, windows].append(tuple(line))
    return {name: _line(found[_opened(region)]) for name, region in QUARTERS.items()}


def _place_totals(among: Among) -> Iterable[tuple[int, int]]:
    if among.owner is not None:
        return live_totals.place_totals(among.theirs)
    return _kept_places(among)


@prepared
def _kept_places(among: Among) -> QuerySet[PlaceTotal, tuple[int, int]]:
    totals = PlaceTotal.objects.filter(_counted(among)).values_list("place")
    return totals.annotate(Sum("customers")).order_by("place")


def _quarter_totals(among: Among) -> Iterable[tuple[Any, ...]]:
    if among.owner is not None:
        return live_totals.quarter_totals(among.theirs)
    return _kept_quarters(among)


@prepared
def _kept_quarters(among: Among) -> QuerySet[Any, tuple[Any, ...]]:
    totals = QuarterTotal.objects.filter(_counted(among))
    return totals.values_list("has_doors", "has_windows", "currency").annotate(
        Sum("customers"), Sum("yearly_value"), Sum("at_risk")
    )


def totals_in(region: Region, among: Among, scope: Q = EVERYBODY) -> Totals:
    """Return how many stand in a part of the map, with their value where it is a quarter.

    `scope` is what somebody may see of customers, see `customer_scope`.
    """
    name = next((name for name, quarter in QUARTERS.items() if quarter == region), None)
    if name:
        doors, windows = _opened(region)
        return totals_of_rollups(
            QuarterTotal.objects.filter(
                _counted(among, scope), has_doors=doors, has_windows=windows
            )
        )
    totals = PlaceTotal.objects.filter(_counted(among, scope), place__in=region.places())
    counted = totals.aggregate(n=Sum("customers"))
    return Totals(customers=counted["n"] or 0, has_money=False)


def totals_of_theirs(region: Region, among: Among) -> Totals:
    """Return what an owner's customers in a part of the map come to, who are read already."""
    places = set(region.places())
    rows = [
        (one.currency, 1, one.yearly_value, one.at_risk)
        for one in among.theirs
        if one.band != Band.UNKNOWN and one.place in places
    ]
    return totals_of_rows(rows)


def ways(among: Among = CURRENT) -> list[Way]:
    """Return how the customers of the most yearly value moved over a year, those first.

    Currencies take turns: their amounts say nothing of each other. It is known of those whom the
    night has looked back for, see `insights.services.year_ago`: with an owner, of those of theirs
    who are among the largest of their team, segment and stage.
    """
    order = _largest(among)
    readings = _looked_back_for(among, tuple(order)) if order else ()
    return sorted((_way(reading) for reading in readings), key=lambda w: order.index(w.customer_id))


@prepared
def _largest(among: Among) -> QuerySet[YearAgo, int]:
    rank = Window(
        RowNumber(), partition_by=F("currency"), order_by=(F("yearly_value").desc(), F("pk"))
    )
    of_these = replace(among, owner=None).totals_by_team()
    largest = YearAgo.objects.filter(of_these).annotate(rank=rank)
    if among.owner is not None:
        largest = largest.filter(customer__reading__owner=among.owner or None)
    order = largest.order_by("rank", "-yearly_value", "pk")
    return order.values_list("pk", flat=True)[:ARROWS_SHOWN]


@prepared
def _looked_back_for(among: Among, customers: tuple[int, ...]) -> QuerySet[Reading]:
    # The night may put others in their place at this very moment.
    known = heard_from(among).filter(pk__in=customers, customer__year_ago__isnull=False)
    return known.select_related("customer__year_ago")


def _places(among: Among) -> list[Place]:
    """Return where customers stand, one by one, if they are few.

    Those of an owner an index finds. Totals say of which teams, segments and stages they are, so
    that among a million readings nobody else's is looked at, whichever of the three is asked for.
    """
    if among.owner is not None:
        fields = ("pk", "customer__name", "doors", "windows", "band", "at_risk")
        return [Place(*row) for row in heard_from(among).values_list(*fields)]
    columns = [list(column) for column in zip(*_groups(among), strict=True)] or [[], [], []]
    with connection.cursor() as cursor:
        cursor.execute(_OF_GROUPS, [*columns, Band.UNKNOWN, MARKS_AT_MOST])
        return [Place(*row) for row in cursor.fetchall()]


@prepared
def _groups(among: Among) -> QuerySet[Any, tuple[str, int, int]]:
    totals = QuarterTotal.objects.filter(among.totals_by_team(), customers__gt=0)
    return totals.values_list("stage", "team_id", "segment_id").distinct().order_by()


def _counted(among: Among, scope: Q = EVERYBODY) -> Q:
    """Return the condition of totals: those of all teams together unless some are asked for."""
    return scope & among.totals_by_team() if scope else among.totals()


def _opened(quarter: Region) -> tuple[bool, bool]:
    """Say whether there are doors in a quarter, and windows."""
    return quarter.doors_from > 0, quarter.windows_from > 0


def _line(rows: Sequence[tuple[str, int, Decimal, Decimal]]) -> QuarterLine:
    return QuarterLine(
        customers=sum(row[1] for row in rows),
        yearly_value={row[0]: row[2] for row in rows if row[2]},
        at_risk={row[0]: row[3] for row in rows if row[3]},
    )


def _way(reading: Reading) -> Way:
    then = reading.customer.year_ago
    return Way(
        customer_id=reading.pk,
        name=reading.customer.name,
        band=reading.band,
        currency=reading.currency,
        yearly_value=reading.yearly_value,
        since=then.on_date,
        doors=(then.doors, reading.doors),
        windows=(then.windows, reading.windows),
    )
