"""Flows: who stood in which band on a Monday, and where they stand now."""

from collections.abc import Iterable
from typing import Any

from insights.models import Band
from insights.mondays import UNREAD
from insights.moves import BACK
from insights.selectors.past_bands import bands_back
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
from insights.services.distances import Whose, day_of, whose

KEYS = ("week", "group", "was", "band")
CELL = (*KEYS, "customers")

_ADD = """
    INSERT INTO insights_bandflow AS known
        (on_date, team_id, segment_id, stage, was, band, customers)
    SELECT * FROM unnest(%s::date[], %s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::int[],
                         %s::int[])
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (on_date, stage, team_id, segment_id, was, band) DO UPDATE
    SET customers = known.customers + excluded.customers
"""


def moved_flows(old: Counted, new: Counted) -> list[Addition]:
    """Return what takes customers out of the flows they were in and adds them where they are."""
    groups: dict[Whose, int] = {}
    pieces = [*_flows(old, -1, groups), *_flows(new, 1, groups)]
    moved = summed(pieces, KEYS, ("customers",))
    if not len(moved):
        return []
    both = with_every_team(moved, groups, KEYS, ("customers",))
    return [(_ADD, _columns(both, groups))]


def _flows(everyone: Counted, sign: int, groups: dict[Whose, int]) -> list[Cells]:
    """Return what customers add to flows since each Monday that is compared with."""
    is_counted = everyone.is_classed & (everyone.weeks != UNREAD) & (everyone.bands != Band.UNKNOWN)
    counted = everyone.only(is_counted)
    numbers = numbered(whose(counted), groups)
    were = bands_back(counted.policy_versions, counted.segments, counted.history, BACK)
    return [
        blank(
            CELL, len(was), week=counted.weeks - back, group=numbers, was=was,
            band=counted.bands, customers=sign,
        )
        for back, was in zip(BACK, were.T, strict=True)
    ]  # fmt: skip


def _columns(moved: Cells, groups: Iterable[Whose]) -> list[list[Any]]:
    """Return sums as the columns of flows."""
    dates = [day_of(week) for week in moved["week"].tolist()]
    amounts = (moved[name].tolist() for name in ("was", "band", "customers"))
    return [dates, *named(moved["group"], groups), *amounts]
