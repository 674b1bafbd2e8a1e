"""Rollups: what the dashboards count, kept by the same transaction that changes what they count."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.models import BandTotal
from insights.mondays import FIRST_MONDAY, UNKNOWN, WEEKS, weeks_between
from insights.scoring import next_bands
from insights.selectors.policy import policies_by_version
from interactions.services.marks import sum_up_intakes

NOW_WEEK = 2**31 - 1
GROUP = ["team_id", "segment_id", "stage", "currency"]
MONTH_KEY = ["month", "team_id", "type_id", "is_via"]
KEY = ["week", *GROUP, "band"]

# A drain counts several times before it ends: who has merged, who is folded anew, who goes on.
# Each time it takes totals in order, but not those of the next time, so without a lock of all two
# could wait for each other. They share the total of now anyway, which lets one in at a time.
_LOCK_BANDS = "SELECT pg_advisory_xact_lock(hashtext('insights.bands'))"
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
    INSERT INTO insights_monthlytouchpoints (month, team_id, type_id, is_via, count)
    {select}
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (month, team_id, type_id, is_via) DO UPDATE
    SET count = insights_monthlytouchpoints.count + excluded.count
"""
_MONTHS_GIVEN = (
    "SELECT * FROM unnest(%s::date[], %s::bigint[], %s::int[], %s::bool[], %s::bigint[])"
)
_MONTHS_OF_TOUCHPOINTS = """
    SELECT date_trunc('month', occurred_at AT TIME ZONE %s)::date, coalesce(team_id, 0),
           type_id, via <> '', count(*)
    FROM interactions_touchpoint WHERE deleted_at IS NULL GROUP BY 1, 2, 3, 4
"""


def count_months(cursor: CursorWrapper, counts: pd.DataFrame) -> None:
    """Add counts, a row for each `MONTH_KEY`, to the monthly ones."""
    counts = counts[counts["count"] != 0]
    if len(counts):
        columns = [counts[name].tolist() for name in (*MONTH_KEY, "count")]
        cursor.execute(_COUNT_MONTHS.format(select=_MONTHS_GIVEN), columns)


def move_bands(cursor: CursorWrapper, old: pd.DataFrame, new: pd.DataFrame) -> None:
    """Take customers away from where they were counted and add them where they are now.

    Both frames have a row for each customer, as `counted` gives it. Past Mondays are in the bands
    that the policy of its reading has, so what was added under one is taken away under the same.
    """
    pieces = [*_counted(old, -1), *_counted(new, 1)]
    if not pieces:
        return
    change = pd.concat(pieces).groupby(KEY, sort=True, as_index=False).sum()
    moved = change[(change[["customers", "cents", "risk_cents"]] != 0).any(axis=1)]
    if len(moved):
        cursor.execute(_LOCK_BANDS)
        cursor.execute(_ADD_BANDS, [_dates(moved.pop("week")), *_lists(moved)])


def _counted(frame: pd.DataFrame, sign: int) -> Iterable[pd.DataFrame]:
    """Yield what the customers of a frame add to the totals: for now, and for past Mondays."""
    if frame.empty:
        return
    now = frame[[*GROUP, "band", "cents", "risk_cents"]].assign(week=NOW_WEEK, customers=1)
    yield _signed(now, sign)
    past = frame[frame["history"].str.len() == WEEKS]
    if len(past):
        yield _signed(_past(past).assign(risk_cents=0), sign)


def _signed(frame: pd.DataFrame, sign: int) -> pd.DataFrame:
    totals = frame.groupby(KEY, as_index=False)[["customers", "cents", "risk_cents"]].sum()
    totals[["customers", "cents", "risk_cents"]] *= sign
    return totals


def _past(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each customer and remembered Monday on which they were known."""
    history = np.frombuffer(b"".join(frame["history"]), dtype=np.uint8).reshape(-1, WEEKS)
    last = np.array([weeks_between(FIRST_MONDAY, on) for on in frame["history_on"]])
    customer, column = np.nonzero(history != UNKNOWN)
    distance = history[customer, column].astype(np.float64)
    rows = frame[[*GROUP, "cents"]].iloc[customer].reset_index(drop=True)
    used = frame[["policy_version", "segment_id"]].iloc[customer].reset_index(drop=True)
    return rows.assign(
        week=last[customer] - (WEEKS - 1) + column,
        band=_plain_bands(distance, used),
        customers=1,
    )


def _plain_bands(distance: NDArray[np.float64], used: pd.DataFrame) -> NDArray[np.int8]:
    """Return the bands of distances by the policy that each was read with."""
    policies = policies_by_version(used["policy_version"].unique().tolist())
    bands = np.zeros(len(distance), dtype=np.int8)
    known, nothing = np.ones(len(distance), np.bool_), np.zeros(len(distance), np.int8)
    for version, segment in used.drop_duplicates().itertuples(index=False, name=None):
        rows = ((used["policy_version"] == version) & (used["segment_id"] == segment)).to_numpy()
        policy = policies[version].of(segment)
        bands[rows] = next_bands(distance[rows], known[rows], nothing[rows], policy)
    return bands


def _dates(weeks: pd.Series) -> list[date]:
    return [
        BandTotal.NOW if week == NOW_WEEK else FIRST_MONDAY + timedelta(weeks=int(week))
        for week in weeks
    ]


def _lists(frame: pd.DataFrame) -> list[list[object]]:
    columns = [*GROUP, "band", "customers", "cents", "risk_cents"]
    return [frame[name].tolist() for name in columns]


_COUNTED = """
    SELECT customer_id, coalesce(team_id, 0), coalesce(segment_id, 0), stage, currency, band,
           policy_version, (yearly_value * 100)::bigint, (at_risk * 100)::bigint,
           history, history_on
    FROM insights_reading
"""
COUNTED_COLUMNS = [
    "customer_id", *GROUP, "band", "policy_version", "cents", "risk_cents", "history", "history_on",
]  # fmt: skip
CHUNK = 50_000


def counted(cursor: CursorWrapper, where: str, params: list[Any]) -> pd.DataFrame:
    """Return what readings are counted by, indexed by customer."""
    cursor.execute(f"{_COUNTED} WHERE {where}", params)
    frame = pd.DataFrame(cursor.fetchall(), columns=COUNTED_COLUMNS).set_index("customer_id")
    frame["history"] = frame["history"].map(bytes)
    return frame


@transaction.atomic
def rebuild_rollups() -> None:
    """Count everything anew, from touchpoints and readings, while nobody else counts."""
    with connection.cursor() as cursor:
        # A change not drained yet is in what is counted here, so it must not be added again.
        # Writers wait for this transaction; readers do not.
        cursor.execute(
            "LOCK interactions_intake, interactions_touchpointchange, insights_reading"
            " IN EXCLUSIVE MODE"
        )
        while sum_up_intakes(cursor, limit=CHUNK):
            pass
        cursor.execute("DELETE FROM insights_monthlytouchpoints")
        cursor.execute(_COUNT_MONTHS.format(select=_MONTHS_OF_TOUCHPOINTS), [settings.TIME_ZONE])
        cursor.execute("UPDATE interactions_touchpointchange SET count = 0 WHERE count <> 0")
        cursor.execute("DELETE FROM insights_bandtotal")
        for chunk in _chunks(cursor):
            move_bands(cursor, chunk.iloc[:0], chunk)


def _chunks(cursor: CursorWrapper) -> Iterable[pd.DataFrame]:
    after = 0
    while True:
        where = "customer_id > %s ORDER BY customer_id LIMIT %s"
        chunk = counted(cursor, where, [after, CHUNK])
        if chunk.empty:
            return
        yield chunk
        after = int(chunk.index[-1])
