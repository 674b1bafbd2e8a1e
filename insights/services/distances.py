"""Distances by week: how far customers were on each Monday of a year, by value and by size."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights.models import EVERY_SEGMENT, Band, BandTotal, DistanceTotal
from insights.mondays import FIRST_MONDAY, UNKNOWN, WEEKS
from insights.selectors.past_bands import past_bands
from insights.services.cells import (
    Addition,
    Cells,
    blank,
    named,
    numbered,
    summed,
    with_every_team,
)
from insights.services.counted import Counted

NOW_WEEK = 2**31 - 1
"""Stands for now where Mondays are counted."""

Whose = tuple[int, int, str]
"""Team, segment and stage; 0 for no team and no segment."""

AMOUNTS = ("customers", "far", "points")
BOTH = ("week", "group", "value", "size")
EACH = ("week", "group", "by", "part")

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
    pieces = [
        count(counted, sign, groups)
        for sign, *each in zip((-1, 1), now, past, strict=True)
        for count, counted in zip((_now, _past), each, strict=True)
    ]
    # First by both classes, which leaves few: a night has millions of cells.
    both = summed(pieces, BOTH, AMOUNTS)
    if not len(both):
        return []
    each = [_each(both, by) for by in (DistanceTotal.By.VALUE, DistanceTotal.By.SIZE)]
    moved = summed([*each, _of_teams(both, groups)], EACH, AMOUNTS)
    moved = with_every_team(moved, groups, EACH, AMOUNTS)
    return [(_ADD, _columns(moved, groups))] if len(moved) else []


def day_of(week: int) -> date:
    """Return the Monday that many weeks after the first, as totals are dated."""
    return BandTotal.NOW if week == NOW_WEEK else FIRST_MONDAY + timedelta(weeks=week)


def whose(counted: Counted) -> list[Whose]:
    """Return whose each customer is."""
    return [(team, segment, stage) for team, segment, stage, _ in counted.groups]


def _now(everyone: Counted, sign: int, groups: dict[Whose, int]) -> Cells:
    """Return what customers add to the totals of now."""
    counted = everyone.only(everyone.is_classed & (everyone.bands != Band.UNKNOWN))
    rows, weeks = np.arange(len(counted.ids)), np.full(len(counted.ids), NOW_WEEK)
    return _cells(counted, rows, groups, sign, weeks, counted.bands, counted.points)


def _past(changed: Counted, sign: int, groups: dict[Whose, int]) -> Cells:
    """Return what customers add to the totals of the Mondays on which they were known."""
    counted = changed.only(changed.is_classed)
    rows, column = np.nonzero(counted.history != UNKNOWN)
    distance = counted.history[rows, column]
    weeks = counted.weeks[rows] - (WEEKS - 1) + column
    bands = past_bands(counted.policy_versions[rows], counted.segments[rows], distance)
    return _cells(counted, rows, groups, sign, weeks, bands, 100 * distance.astype(np.int64))


def _cells(
    counted: Counted,
    rows: NDArray[np.intp],
    groups: dict[Whose, int],
    sign: int,
    weeks: NDArray[np.int64],
    bands: NDArray[np.int8],
    points: NDArray[np.int64],
) -> Cells:
    """Return a cell for each of m `weeks`; `rows` i[m] say whose of `counted` it is."""
    return blank(
        (*BOTH, *AMOUNTS), len(rows), week=weeks,
        group=numbered(whose(counted), groups)[rows], value=counted.value_classes[rows],
        size=counted.size_classes[rows], customers=sign, far=sign * (bands >= Band.DRIFTING),
        points=sign * points,
    )  # fmt: skip


def _each(both: Cells, by: DistanceTotal.By) -> Cells:
    """Return sums by both classes as sums by one of them."""
    part = both["value" if by == DistanceTotal.By.VALUE else "size"]
    amounts = {name: both[name] for name in AMOUNTS}
    return blank(
        (*EACH, *AMOUNTS), len(both), week=both["week"],
        group=both["group"], by=by.value, part=part, **amounts,
    )  # fmt: skip


def _of_teams(both: Cells, groups: dict[Whose, int]) -> Cells:
    """Return sums by both classes as sums of all classes and segments."""
    together = [(team, EVERY_SEGMENT, stage) for team, _, stage in groups]
    group = numbered(together, groups)[both["group"]]
    amounts = {name: both[name] for name in AMOUNTS}
    return blank(
        (*EACH, *AMOUNTS), len(both), week=both["week"],
        group=group, by=DistanceTotal.By.TEAM.value, **amounts,
    )  # fmt: skip


def _columns(moved: Cells, groups: Iterable[Whose]) -> list[list[Any]]:
    """Return sums as the columns of totals."""
    dates = [day_of(week) for week in moved["week"].tolist()]
    by, part, *amounts = (moved[name].tolist() for name in ("by", "part", *AMOUNTS))
    return [dates, by, part, *named(moved["group"], groups), *amounts]
