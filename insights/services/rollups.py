"""Rollups: what the dashboards count, kept by the same transaction that changes what they count."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from insights.mondays import UNKNOWN, WEEKS
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
from insights.services.counted import Counted, Group, changed_past, counted
from insights.services.distances import NOW_WEEK, day_of, moved_distances
from insights.services.flows import moved_flows
from insights.services.known_totals import moved_known
from insights.services.meetings import recount_meetings
from insights.services.monthly import recount_monthly
from insights.services.owner_totals import moved_owners
from insights.services.places import places_moved
from insights.services.team_totals import moved_teams
from insights.services.traces import retrace_everyone
from interactions.services.marks import sum_up_intakes

CHUNK = 50_000

AMOUNTS = ("customers", "cents", "risk_cents")
TOTAL = ("week", "group", "band")
CELL = (*TOTAL, *AMOUNTS)
"""What is added to totals of bands; groups are numbered."""

# A drain may count twice before it ends: who has merged, and who is scored. Each time it takes
# totals in order, but not those of the next time, so without a lock of all two could wait for each
# other. They share the totals of now anyway, which let one in at a time.
_LOCK_TOTALS = "SELECT pg_advisory_xact_lock(hashtext('insights.bands'))"
_ADD_BANDS = """
    INSERT INTO insights_bandtotal
        (on_date, team_id, segment_id, stage, currency, band, customers, yearly_value, at_risk)
    SELECT on_date, team_id, segment_id, stage, currency, band,
           customers, cents / 100.0, risk_cents / 100.0
    FROM unnest(%s::date[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::int[],
                %s::int[], %s::numeric[], %s::numeric[])
        AS change (on_date, team_id, segment_id, stage, currency, band,
                   customers, cents, risk_cents)
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (on_date, team_id, segment_id, stage, currency, band) DO UPDATE
    SET customers = insights_bandtotal.customers + excluded.customers,
        yearly_value = insights_bandtotal.yearly_value + excluded.yearly_value,
        at_risk = insights_bandtotal.at_risk + excluded.at_risk
"""


def move_totals(cursor: CursorWrapper, old: Counted, new: Counted) -> None:
    """Take customers away from where they were counted and add them where they are now.

    Past Mondays are in the bands that the policy of its reading has, so what was added under one
    is taken away under the same. Most touchpoints change where a customer stands now and nothing
    about past Mondays, which are left alone then.
    """
    past_old, past_new = changed_past(old, new)
    before, after = old.only(past_old), new.only(past_new)
    additions = [
        *_moved_bands((old, new), (before, after)),
        *moved_distances((old, new), (before, after)),
        *moved_flows(old, new),
        *moved_known(old, new),
        *moved_owners(old, new),
        *moved_teams(old, new),
        *places_moved(old, new),
    ]
    if additions:
        cursor.execute(_LOCK_TOTALS)
    for statement, columns in additions:
        cursor.execute(statement, columns)


def _moved_bands(now: tuple[Counted, Counted], past: tuple[Counted, Counted]) -> list[Addition]:
    groups: dict[Group, int] = {}
    moved = summed(
        [
            count(counted, sign, groups)
            for sign, *each in zip((-1, 1), now, past, strict=True)
            for count, counted in zip((_now, _past), each, strict=True)
        ],
        TOTAL,
        AMOUNTS,
    )
    if not len(moved):
        return []
    both = with_every_team(moved, groups, TOTAL, AMOUNTS)
    return [(_ADD_BANDS, _columns(both, groups))]


def _now(counted: Counted, sign: int, groups: dict[Group, int]) -> Cells:
    """Return what customers add to the totals of now."""
    cells = blank(CELL, len(counted.ids))
    cells["week"] = NOW_WEEK
    cells["group"] = numbered(counted.groups, groups)
    cells["band"] = counted.bands
    cells["customers"] = sign
    cells["cents"] = sign * counted.cents
    cells["risk_cents"] = sign * counted.risk_cents
    return cells


def _past(counted: Counted, sign: int, groups: dict[Group, int]) -> Cells:
    """Return what customers add to the totals of the Mondays on which they were known."""
    customer, column = np.nonzero(counted.history != UNKNOWN)
    cells = blank(CELL, len(customer))
    cells["week"] = counted.weeks[customer] - (WEEKS - 1) + column
    cells["group"] = numbered(counted.groups, groups)[customer]
    cells["band"] = past_bands(
        counted.policy_versions[customer],
        counted.segments[customer],
        counted.history[customer, column],
    )
    cells["customers"] = sign
    cells["cents"] = sign * counted.cents[customer]
    return cells


def _columns(moved: Cells, groups: Iterable[Group]) -> list[list[Any]]:
    """Return sums as the columns of totals."""
    dates = [day_of(week) for week in moved["week"].tolist()]
    amounts = (moved[name].tolist() for name in ("band", *AMOUNTS))
    return [dates, *named(moved["group"], groups), *amounts]


@transaction.atomic
def rebuild_rollups() -> None:
    """Count everything anew, from touchpoints and readings, while nobody else counts."""
    with connection.cursor() as cursor:
        # A change not drained yet is in what is counted here, so it must not be added again.
        # Writers wait for this transaction; readers do not.
        cursor.execute(
            "LOCK interactions_intake, interactions_touchpointchange, interactions_loopchange,"
            " insights_reading IN EXCLUSIVE MODE"
        )
        while sum_up_intakes(cursor, limit=CHUNK):
            pass
        recount_monthly(cursor)
        cursor.execute("UPDATE interactions_touchpointchange SET count = 0 WHERE count <> 0")
        recount_meetings(cursor)
        retrace_everyone(cursor)
        recount_readings(cursor)


def recount_readings(cursor: CursorWrapper) -> None:
    """Count anew all that is told by readings; the caller sees to it that nobody else counts."""
    cursor.execute(
        "DELETE FROM insights_bandtotal; DELETE FROM insights_distancetotal;"
        " DELETE FROM insights_bandflow; DELETE FROM insights_knowntotal;"
        " DELETE FROM insights_placetotal; DELETE FROM insights_quartertotal;"
        " DELETE FROM insights_ownertotal; DELETE FROM insights_teamtotal"
    )
    for chunk in _chunks(cursor):
        move_totals(cursor, Counted.of_rows([]), chunk)


def _chunks(cursor: CursorWrapper) -> Iterator[Counted]:
    """Yield everyone, team by team, so that hardly any total is added to twice."""
    cursor.execute("SELECT DISTINCT team_id FROM insights_reading")
    for (team,) in cursor.fetchall():
        held, params = ("team_id IS NULL", []) if team is None else ("team_id = %s", [team])
        after = 0
        while True:
            where = f"{held} AND customer_id > %s"
            chunk = counted(cursor, where, [*params, after], limit=CHUNK)
            if not len(chunk.ids):
                break
            yield chunk
            after = int(chunk.ids[-1])
