"""Distances by week: how far customers were on each Monday of a year, by value and by size."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights.models import Band, BandTotal, DistanceTotal
from insights.mondays import FIRST_MONDAY, UNKNOWN, WEEKS
from insights.services.cells import Addition, Cells, blank, numbered, summed
from insights.services.counted import Counted
from insights.services.past_bands import past_bands

NOW_WEEK = 2**31 - 1
"""Stands for now where Mondays are counted."""

Whose = tuple[int, int, str]
"""Team, segment and stage; 0 for no team and no segment."""

AMOUNTS = ("customers", "far", "points")
CELL = [(name, "i8") for name in ("week", "group", "by", "part", *AMOUNTS)]

_ADD = """
    INSERT INTO insights_distancetotal AS known
        (on_date, by, part, team_id, segment_id, stage, customers, far, distance)
    SELECT on_date, by, part, team_id, segment_id, stage, customers, far, points / 100.0
    FROM unnest(%s::date[], %s::int[], %s::int[], %s::bigint[], %s::bigint[], %s::text[],
                %s::int[], %s::int[], %s::numeric[])
        AS change (on_date, by, part, team_id, segment_id, stage, customers, far, points)
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (by, stage, on_date, team_id, segment_id, part) DO UPDATE
    SET customers = known.customers + excluded.customers,
        far = known.far + excluded.far,
        distance = known.distance + excluded.distance
"""


def moved_distances(now: tuple[Counted, Counted], past: tuple[Counted, Counted]) -> list[Addition]:
    """Return what takes customers away as they were counted before and adds them as they are.

    `now` are all of them before and after, `past` those whose past Mondays count otherwise.
    """
    groups: dict[Whose, int] = {}
    moved = summed(
        [
            piece
            for sign, everyone, changed in zip((-1, 1), now, past, strict=True)
            for piece in (*_now(everyone, sign, groups), *_past(changed, sign, groups))
        ],
        ("week", "group", "by", "part"),
        AMOUNTS,
    )
    return [(_ADD, _columns(moved, list(groups)))] if len(moved) else []


def day_of(week: int) -> date:
    """Return the Monday that many weeks after the first, as totals are dated."""
    return BandTotal.NOW if week == NOW_WEEK else FIRST_MONDAY + timedelta(weeks=week)


def whose(counted: Counted) -> list[Whose]:
    """Return whose each customer is."""
    return [(team, segment, stage) for team, segment, stage, _ in counted.groups]


def _now(everyone: Counted, sign: int, groups: dict[Whose, int]) -> list[Cells]:
    """Return what customers add to the totals of now."""
    counted = everyone.only(everyone.is_classed & (everyone.bands != Band.UNKNOWN))
    weeks = np.full(len(counted.ids), NOW_WEEK)
    numbers = numbered(whose(counted), groups)
    return _both(
        counted, np.arange(len(weeks)), weeks, numbers, counted.bands, counted.points, sign
    )


def _past(changed: Counted, sign: int, groups: dict[Whose, int]) -> list[Cells]:
    """Return what customers add to the totals of the Mondays on which they were known."""
    counted = changed.only(changed.is_classed)
    customer, column = np.nonzero(counted.history != UNKNOWN)
    distance = counted.history[customer, column]
    weeks = counted.weeks[customer] - (WEEKS - 1) + column
    numbers = numbered(whose(counted), groups)[customer]
    bands = past_bands(counted.policy_versions[customer], counted.segments[customer], distance)
    return _both(counted, customer, weeks, numbers, bands, 100 * distance.astype(np.int64), sign)


def _both(
    counted: Counted,
    customer: NDArray[np.intp],
    weeks: NDArray[np.int64],
    numbers: NDArray[np.int64],
    bands: NDArray[np.int8],
    points: NDArray[np.int64],
    sign: int,
) -> list[Cells]:
    """Return the same by value class and by size: each of m cells is of a row of `counted`."""
    classes = {
        DistanceTotal.By.VALUE: counted.value_classes,
        DistanceTotal.By.SIZE: counted.size_classes,
    }
    return [
        blank(
            CELL, len(customer), week=weeks, group=numbers, by=by.value, part=parts[customer],
            customers=sign, far=sign * (bands >= Band.DRIFTING), points=sign * points,
        )
        for by, parts in classes.items()
    ]  # fmt: skip


def _columns(moved: Cells, groups: Sequence[Whose]) -> list[list[Any]]:
    """Return sums as the columns of totals."""
    dates = [day_of(week) for week in moved["week"].tolist()]
    teams, segments, stages = zip(*(groups[one] for one in moved["group"].tolist()), strict=True)
    by, part, *amounts = (moved[name].tolist() for name in ("by", "part", *AMOUNTS))
    return [dates, by, part, list(teams), list(segments), list(stages), *amounts]
