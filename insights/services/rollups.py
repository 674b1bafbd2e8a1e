"""Rollups: what the dashboards count, kept by the same transaction that changes what they count."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.models import Band, BandTotal
from insights.mondays import FIRST_MONDAY, UNKNOWN, WEEKS
from insights.scoring import next_bands
from insights.selectors.policy import policies_by_version
from insights.services.counted import Counted, Group, counted
from insights.services.loops import recount_loops
from insights.services.places import Addition, places_moved
from insights.services.traces import retrace_everyone
from interactions.services.marks import sum_up_intakes

NOW_WEEK = 2**31 - 1
CHUNK = 50_000

Month = tuple[date, int, int, bool, bool]
"""A month, the team of the customer then (0 for none), the type, whether through others, and
whether from a template."""

CELL = np.dtype(
    [(name, "i8") for name in ("week", "group", "band", "customers", "cents", "risk_cents")]
)
AMOUNTS = ("customers", "cents", "risk_cents")
Cells = NDArray[np.void]
"""What is added to totals, as `CELL` has it; groups are numbered."""

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

_COUNT_MONTHS = """
    INSERT INTO insights_monthlytouchpoints (month, team_id, type_id, is_via, is_template, count)
    {select}
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (month, team_id, type_id, is_via, is_template) DO UPDATE
    SET count = insights_monthlytouchpoints.count + excluded.count
"""
_MONTHS_GIVEN = (
    "SELECT * FROM"
    " unnest(%s::date[], %s::bigint[], %s::int[], %s::bool[], %s::bool[], %s::bigint[])"
)
_MONTHS_OF_TOUCHPOINTS = """
    SELECT date_trunc('month', occurred_at AT TIME ZONE %s)::date, coalesce(team_id, 0),
           type_id, via <> '', is_template, count(*)
    FROM interactions_touchpoint WHERE deleted_at IS NULL GROUP BY 1, 2, 3, 4, 5
"""


def count_months(cursor: CursorWrapper, counts: Mapping[Month, int]) -> None:
    """Add counts to the monthly ones."""
    rows = [(*month, count) for month, count in counts.items() if count]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(_COUNT_MONTHS.format(select=_MONTHS_GIVEN), columns)


def move_totals(cursor: CursorWrapper, old: Counted, new: Counted) -> None:
    """Take customers away from where they were counted and add them where they are now."""
    additions = [*_bands_moved(old, new), *places_moved(old, new)]
    if additions:
        cursor.execute(_LOCK_TOTALS)
    for statement, columns in additions:
        cursor.execute(statement, columns)


def _bands_moved(old: Counted, new: Counted) -> Iterator[Addition]:
    """Yield what moves customers between the totals of bands.

    Past Mondays are in the bands that the policy of its reading has, so what was added under one
    is taken away under the same. Most touchpoints change where a customer stands now and nothing
    about past Mondays, which are left alone then.
    """
    kept_old, kept_new = _counted_alike(old, new)
    groups: dict[Group, int] = {}
    moved = _summed(
        _now(old, -1, groups),
        _now(new, 1, groups),
        _past(old.only(~kept_old), -1, groups),
        _past(new.only(~kept_new), 1, groups),
    )
    if len(moved):
        yield _ADD_BANDS, _columns(moved, list(groups))


def _counted_alike(old: Counted, new: Counted) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say whose past counts the same before and after: bool[old], bool[new]."""
    _, before, after = np.intersect1d(old.ids, new.ids, assume_unique=True, return_indices=True)
    same = (old.history[before] == new.history[after]).all(axis=1)
    for name in ("policy_versions", "cents", "weeks"):
        same &= getattr(old, name)[before] == getattr(new, name)[after]
    pairs = zip(before.tolist(), after.tolist(), strict=True)
    same &= np.array([old.groups[one] == new.groups[other] for one, other in pairs], np.bool_)
    kept_old, kept_new = np.zeros(len(old.ids), np.bool_), np.zeros(len(new.ids), np.bool_)
    kept_old[before[same]], kept_new[after[same]] = True, True
    return kept_old, kept_new


def _now(counted: Counted, sign: int, groups: dict[Group, int]) -> Cells:
    """Return what customers add to the totals of now."""
    cells = np.zeros(len(counted.ids), CELL)
    cells["week"] = NOW_WEEK
    cells["group"] = _numbered(counted, groups)
    cells["band"] = counted.bands
    cells["customers"] = sign
    cells["cents"] = sign * counted.cents
    cells["risk_cents"] = sign * counted.risk_cents
    return cells


def _past(counted: Counted, sign: int, groups: dict[Group, int]) -> Cells:
    """Return what customers add to the totals of the Mondays on which they were known."""
    customer, column = np.nonzero(counted.history != UNKNOWN)
    cells = np.zeros(len(customer), CELL)
    cells["week"] = counted.weeks[customer] - (WEEKS - 1) + column
    cells["group"] = _numbered(counted, groups)[customer]
    cells["band"] = _plain_bands(counted, customer, counted.history[customer, column])
    cells["customers"] = sign
    cells["cents"] = sign * counted.cents[customer]
    return cells


def _numbered(counted: Counted, groups: dict[Group, int]) -> NDArray[np.int64]:
    """Return the number of each customer's group; one that is new gets the next."""
    return np.array([groups.setdefault(one, len(groups)) for one in counted.groups], np.int64)


def _plain_bands(
    counted: Counted, customer: NDArray[np.intp], distance: NDArray[np.uint8]
) -> NDArray[np.int8]:
    """Return the bands of remembered distances by the policy that each was read with."""
    bands = np.zeros(len(customer), np.int8)
    versions = counted.policy_versions
    segments = np.array([segment for _, segment, *_ in counted.groups], np.int64)
    used = {*zip(versions.tolist(), segments.tolist(), strict=True)}
    policies = policies_by_version({version for version, _ in used}) if used else {}
    for version, segment in used:
        rows = ((versions == version) & (segments == segment))[customer]
        points = distance[rows].astype(np.float64)
        known, nothing = np.ones(len(points), np.bool_), np.zeros(len(points), np.int8)
        bands[rows] = next_bands(points, known, nothing, policies[version].of(segment))
    return bands


def _summed(*pieces: Cells) -> Cells:
    """Sum up what is added to one total; what comes to nothing is left out."""
    cells = np.concatenate(pieces)
    groups = int(cells["group"].max(initial=0)) + 1
    # One number for each total, which sorts many times faster than three.
    key = (cells["week"] * groups + cells["group"]) * len(Band) + cells["band"]
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    sums = cells[first]
    for name in AMOUNTS:
        amounts = np.zeros(len(first), np.int64)
        np.add.at(amounts, place, cells[name])
        sums[name] = amounts
    return sums[np.any([sums[name] != 0 for name in AMOUNTS], axis=0)]


def _columns(moved: Cells, groups: list[Group]) -> list[list[Any]]:
    """Return sums as the columns of totals."""
    dates = [
        BandTotal.NOW if week == NOW_WEEK else FIRST_MONDAY + timedelta(weeks=week)
        for week in moved["week"].tolist()
    ]
    whose = zip(*(groups[number] for number in moved["group"].tolist()), strict=True)
    amounts = (moved[name].tolist() for name in ("band", *AMOUNTS))
    return [dates, *map(list, whose), *amounts]


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
        cursor.execute("DELETE FROM insights_monthlytouchpoints")
        cursor.execute(_COUNT_MONTHS.format(select=_MONTHS_OF_TOUCHPOINTS), [settings.TIME_ZONE])
        cursor.execute("UPDATE interactions_touchpointchange SET count = 0 WHERE count <> 0")
        recount_loops(cursor)
        retrace_everyone(cursor)
        cursor.execute("DELETE FROM insights_bandtotal")
        cursor.execute("DELETE FROM insights_placetotal; DELETE FROM insights_quartertotal")
        for chunk in _chunks(cursor):
            move_totals(cursor, Counted.of_rows([]), chunk)


def _chunks(cursor: CursorWrapper) -> Iterator[Counted]:
    after = 0
    while True:
        chunk = counted(cursor, "customer_id > %s", [after], limit=CHUNK)
        if not len(chunk.ids):
            return
        yield chunk
        after = int(chunk.ids[-1])
