"""Counts of the map of doors and windows, kept with the totals of bands."""

from collections.abc import Iterator

import numpy as np

from insights.models import Band
from insights.region import SIDE, SPLIT, corner_of
from insights.services.cells import (
    Addition,
    Cells,
    blank,
    named,
    numbered,
    summed,
    with_every_team,
)
from insights.services.counted import Counted, Group

PLACES = SIDE * SIDE
HAS_DOORS, HAS_WINDOWS = np.array([corner_of(place) for place in range(PLACES)]).T >= SPLIT
PLACED = ("group", "place")
AMOUNTS = ("customers", "cents", "risk_cents")

_ADD_PLACES = """
    INSERT INTO insights_placetotal AS known (team_id, segment_id, stage, place, customers)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::int[])
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (team_id, segment_id, stage, place) DO UPDATE
    SET customers = known.customers + excluded.customers
"""
_ADD_QUARTERS = """
    INSERT INTO insights_quartertotal AS known
        (team_id, segment_id, stage, currency, has_doors, has_windows,
         customers, yearly_value, at_risk)
    SELECT team_id, segment_id, stage, currency, has_doors, has_windows,
           customers, cents / 100.0, risk_cents / 100.0
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bool[], %s::bool[],
                %s::int[], %s::numeric[], %s::numeric[])
        AS change (team_id, segment_id, stage, currency, has_doors, has_windows,
                   customers, cents, risk_cents)
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (team_id, segment_id, stage, currency, has_doors, has_windows) DO UPDATE
    SET customers = known.customers + excluded.customers,
        yearly_value = known.yearly_value + excluded.yearly_value,
        at_risk = known.at_risk + excluded.at_risk
"""


def places_moved(old: Counted, new: Counted) -> Iterator[Addition]:
    """Yield what counts customers where they stand now and no longer where they stood.

    Who was never heard from stands nowhere.
    """
    numbers: dict[Group, int] = {}
    moved = summed([_stood(old, -1, numbers), _stood(new, 1, numbers)], PLACED, AMOUNTS)
    if len(moved):
        both = with_every_team(moved, numbers, PLACED, AMOUNTS)
        yield from _customers(list(numbers), both)
        yield from _quarters(list(numbers), both)


def _stood(everyone: Counted, sign: int, numbers: dict[Group, int]) -> Cells:
    """Return what customers add to the squares that they stand in."""
    heard = everyone.only(everyone.bands != Band.UNKNOWN)
    return blank(
        (*PLACED, *AMOUNTS), len(heard.ids), group=numbered(heard.groups, numbers),
        place=heard.places, customers=sign, cents=sign * heard.cents,
        risk_cents=sign * heard.risk_cents,
    )  # fmt: skip


def _customers(groups: list[Group], moved: Cells) -> Iterator[Addition]:
    """Yield the counts of squares, which know no currency."""
    numbers: dict[tuple[int, int, str], int] = {}
    whose = numbered([group[:3] for group in groups], numbers)[moved["group"]]
    cells = blank(
        (*PLACED, "customers"), len(moved),
        group=whose, place=moved["place"], customers=moved["customers"],
    )  # fmt: skip
    counts = summed([cells], PLACED, ("customers",))
    if len(counts):
        amounts = [counts[name].tolist() for name in ("place", "customers")]
        yield _ADD_PLACES, [*named(counts["group"], numbers), *amounts]


def _quarters(groups: list[Group], moved: Cells) -> Iterator[Addition]:
    """Yield the counts and money of quarters."""
    cells = moved.copy()
    cells["place"] = 2 * HAS_DOORS[moved["place"]] + HAS_WINDOWS[moved["place"]]
    sums = summed([cells], PLACED, AMOUNTS)
    if len(sums):
        opened = [(sums["place"] >= 2).tolist(), (sums["place"] % 2 == 1).tolist()]
        amounts = [sums[name].tolist() for name in AMOUNTS]
        yield _ADD_QUARTERS, [*named(sums["group"], groups), *opened, *amounts]
