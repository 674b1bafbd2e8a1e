"""What the customers of one owner come to, in the shape of the rollups, which know no owner.

An owner looks after few enough customers to add up their readings when somebody asks. The index on
owners finds them, and what readings remember of past Mondays is what rollups were made of, so that
the sums of all owners are those of the rollups.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from heapq import nsmallest
from typing import Any, NamedTuple

import numpy as np
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from insights.models import PLACE, Band, BandTotal, Reading
from insights.mondays import UNKNOWN, WEEKS, week_of, weeks_between
from insights.moves import parts_of
from insights.region import SPLIT, corner_of
from insights.selectors.past_bands import past_bands

TEAM = Coalesce("team_id", Value(0))
SEGMENT = Coalesce("segment_id", Value(0))
PARTS: Mapping[str, Any] = {
    "team": TEAM,
    "segment": SEGMENT,
    "stage": F("stage"),
    "value": F("value_class"),
    "size": F("size_class"),
}
_NOTHING = bytes([UNKNOWN]) * WEEKS


class Theirs(NamedTuple):
    """What pages add up of one customer of an owner, as the reading has it."""

    customer_id: int
    team: int
    currency: str
    band: int
    moves: Sequence[int]
    yearly_value: Decimal
    at_risk: Decimal
    drift: float | None
    place: int

    def stood(self, mondays: Mapping[int, date]) -> Iterator[tuple[date, int]]:
        """Yield the band that they stood in on each of some Mondays, which are given by week."""
        for week, was, _ in map(parts_of, self.moves):
            if week in mondays:
                yield mondays[week], was


def theirs_of(readings: QuerySet[Reading]) -> Sequence[Theirs]:
    """Return what there is to add up of some customers, at once: they lie far apart."""
    rows = readings.order_by().values_list(
        "pk", TEAM, "currency", "band", "moves", "yearly_value", "at_risk", "drift", PLACE
    )
    return [Theirs(*row) for row in rows]


def band_totals(theirs: Sequence[Theirs], days: Sequence[date]) -> Iterator[dict[str, Any]]:
    """Yield what `BandTotal` has of some customers, now and on Mondays that pages compare with."""
    sums: dict[tuple[date, int, str], list[Theirs]] = defaultdict(list)
    mondays = {week_of(day): day for day in days}
    for one in theirs:
        known = ((day, was) for day, was in one.stood(mondays) if was != Band.UNKNOWN)
        for day, band in ((BandTotal.NOW, one.band), *known):
            sums[day, band, one.currency].append(one)
    for (day, band, currency), some in sums.items():
        yield {"on_date": day, "band": band, "currency": currency, **_money(some)}


def team_totals(
    theirs: Sequence[Theirs],
) -> Iterator[tuple[int, str, int, int, int, Decimal]]:
    """Yield a team, a currency, customers, those heard from, those far, and what is at risk."""
    sums: dict[tuple[int, str], list[Theirs]] = defaultdict(list)
    for one in theirs:
        sums[one.team, one.currency].append(one)
    for (team, currency), some in sums.items():
        known = sum(one.band != Band.UNKNOWN for one in some)
        far = sum(one.band >= Band.DRIFTING for one in some)
        yield team, currency, len(some), known, far, sum((o.at_risk for o in some), Decimal(0))


def flow_totals(
    theirs: Sequence[Theirs], days: Sequence[date]
) -> Iterator[tuple[date, int, int, int]]:
    """Yield the Monday, the band then, the band now and how many, as `BandFlow` has them."""
    mondays = {week_of(day): day for day in days}
    heard = (one for one in theirs if one.band != Band.UNKNOWN)
    moves = Counter((day, was, one.band) for one in heard for day, was in one.stood(mondays))
    for move, customers in moves.items():
        yield *move, customers


def place_totals(theirs: Sequence[Theirs]) -> Sequence[tuple[int, int]]:
    """Return squares of the map with how many stand in them, in order, as `PlaceTotal` has them."""
    return sorted(Counter(one.place for one in theirs if one.band != Band.UNKNOWN).items())


def quarter_totals(theirs: Sequence[Theirs]) -> Iterator[tuple[Any, ...]]:
    """Yield doors, windows, currency, customers, value and risk as `QuarterTotal` has them."""
    sums: dict[tuple[bool, bool, str], list[Theirs]] = defaultdict(list)
    for one in theirs:
        if one.band != Band.UNKNOWN:
            doors, windows = corner_of(one.place)
            sums[doors >= SPLIT, windows >= SPLIT, one.currency].append(one)
    for quarter, some in sums.items():
        yield *quarter, *_money(some).values()


def movers(theirs: Sequence[Theirs], way: int, *, least: float, most: int) -> Sequence[int]:
    """Return the ids of those who moved furthest away (way 1) or most closer (way -1)."""
    moved = [
        (-way * one.drift, way * one.customer_id)
        for one in theirs
        if one.band != Band.UNKNOWN and one.drift is not None and way * one.drift >= least
    ]
    return [way * number for _, number in nsmallest(most, moved)]


def _money(some: Sequence[Theirs]) -> dict[str, Any]:
    return {
        "n": len(some),
        "value": sum(one.yearly_value for one in some),
        "risk": sum(one.at_risk for one in some),
    }


def distance_totals(
    readings: QuerySet[Reading], by: str, first: date
) -> Iterator[tuple[date, Any, int, int, float]]:
    """Yield a day, a part, customers, those far and their distances, as `DistanceTotal` has them.

    `by` is a key of `PARTS`; the days are Mondays from `first` on, and now.
    """
    rows = readings.filter(value_class__isnull=False).order_by()
    columns = rows.values_list(
        PARTS[by], SEGMENT, "policy_version", "band", "distance", "history_on", "history"
    )
    found = list(zip(*columns, strict=True))
    if not found:
        return
    numbers = {part: number for number, part in enumerate(dict.fromkeys(found[0]))}
    part, segments, versions, bands = (
        np.array(column, np.int64) for column in ([numbers[one] for one in found[0]], *found[1:4])
    )
    heard = bands != Band.UNKNOWN
    points = 100 * np.array(found[4], np.float64)[heard]
    now = part[heard], bands[heard], np.rint(points)
    yield from _summed(np.zeros(len(points), np.int64), *now, [BandTotal.NOW], [*numbers])

    kept = (bytes(one) if len(one) == WEEKS else _NOTHING for one in found[6])
    history = np.frombuffer(b"".join(kept), np.uint8).reshape(-1, WEEKS)
    since = np.array([_weeks_since(first, ended) for ended in found[5]], np.int64)
    row, column = np.nonzero(history != UNKNOWN)
    week = since[row] - (WEEKS - 1) + column
    row, column, week = (one[week >= 0] for one in (row, column, week))
    distance = history[row, column]
    then = past_bands(versions[row], segments[row], distance)
    days = [first + timedelta(weeks=one) for one in range(int(week.max(initial=0)) + 1)]
    yield from _summed(week, part[row], then, 100.0 * distance, days, [*numbers])


def _weeks_since(first: date, ended: date | None) -> int:
    """Return where the history of somebody ends; before all of it for who was never read."""
    return -1 if ended is None else weeks_between(first, ended)


def _summed(
    day: NDArray[np.int64],
    part: NDArray[np.int64],
    bands: NDArray[Any],
    points: NDArray[np.floating[Any]],
    days: Sequence[date],
    parts: Sequence[Any],
) -> Iterator[tuple[date, Any, int, int, float]]:
    """Add up hundredths of distances of m customers by day and part, which are numbered."""
    cell = day * len(parts) + part
    customers, far, distance = (
        np.bincount(cell, weights, len(days) * len(parts))
        for weights in (None, bands >= Band.DRIFTING, points)
    )
    for one in np.flatnonzero(customers).tolist():
        of_day, of_part = divmod(one, len(parts))
        yield (
            days[of_day], parts[of_part], int(customers[one]), int(far[one]), distance[one] / 100
        )  # fmt: skip
