"""Writes states and readings by COPY, and moves the rollups with them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from numpy.typing import NDArray

from insights.met_lately import met_lately_from
from insights.models import SIZES_FROM, Band, ValueClass
from insights.mondays import NEVER, WEEKS, days_of, four_weeks_ago, last_monday, week_of
from insights.moves import BACK
from insights.packed import Fields, copy_in, pack
from insights.scoring import STATE_SIZE
from insights.selectors.lens import Lens
from insights.selectors.past_bands import moves_of
from insights.selectors.profiles import Profiles
from insights.services.band_news import tell_band_changes
from insights.services.counted import COLUMNS, Counted
from insights.services.rollups import move_totals

STATE_BYTES = 8 * STATE_SIZE
SCORES = (
    "warmth", "baseline", "distance", "presence", "silence", "cooling", "wall", "unhealed",
    "doors", "windows", "noise", "goodwill", "connection", "care", "served", "hurt", "hurt_open",
    "part_presence", "part_cooling", "part_wall", "part_unhealed", "silent_days",
    "usual_gap_days", "human_share_now", "human_share_normal", "via_share_now",
    "via_share_normal", "care_said", "care_shown",
)  # fmt: skip
"""What a reading and its row have under one name."""

PARTS = ("part_presence", "part_cooling", "part_wall", "part_unhealed")
NULLABLE = (
    "distance", "drift", "presence", "silence", "silent_days", "usual_gap_days",
)  # fmt: skip
"""Unknown customers have none: NaN in arrays, null in the table."""

STATE_FIELDS = {
    "customer_id": ">i8",
    "segment_id": ">i8",
    "folded_to": ">i8",
    "numbers": f"V{STATE_BYTES}",
}
MOVES = tuple(f"move_{number}" for number in range(len(BACK)))

READING_FIELDS = {
    "customer_id": ">i8",
    "band": ">i2",
    "style": ">i2",
    "active_days": ">i4",
    "risk_cents": ">i8",
    "first_at": ">f8",
    "last_at": ">f8",
    "history": f"V{WEEKS}",
    **dict.fromkeys(MOVES, ">i4"),
    "drift": ">f8",
    **dict.fromkeys(SCORES, ">f8"),
}


def store_states(
    cursor: CursorWrapper,
    profiles: Profiles,
    states: NDArray[np.float64],
    folded_to: NDArray[np.int64],
    policy_version: int,
) -> None:
    """Replace the states of these customers, whose rows the caller has locked.

    `folded_to` i8[n]: the newest touchpoint in each, microseconds since 1970 UTC, or `NEVER`.
    """
    numbers = np.ascontiguousarray(states, dtype="<f8").view(f"V{STATE_BYTES}").ravel()
    columns = {
        "customer_id": profiles.ids,
        "segment_id": profiles.segments,
        "folded_to": folded_to,
        "numbers": numbers,
    }
    _send(cursor, "incoming_states", STATE_FIELDS, columns)
    cursor.execute(_REPLACE_STATES, [policy_version])


def store_readings(
    cursor: CursorWrapper,
    old: Counted,
    profiles: Profiles,
    states: NDArray[np.float64],
    history: NDArray[np.uint8],
    lens: Lens,
    now: datetime,
) -> None:
    """Read these customers' states as of `now`, and count them where they now belong.

    `old` are those of them who have a reading. `states` f8[n, STATE_SIZE]; `history`
    u1[n, WEEKS] ends on the last Monday.
    """
    ids, history_on = profiles.ids, last_monday(now)
    readings = lens.read(states, days_of(now), profiles)
    previous = np.full(len(ids), Band.UNKNOWN, dtype=np.int8)
    previous[old.places_in(ids)] = old.bands
    silence = np.nan_to_num(readings.silence)
    bands = lens.bands(readings, previous, profiles)
    columns: dict[str, Any] = {name: getattr(readings, name) for name in SCORES}
    # Somebody unknown has no distance, so none of it is of any part.
    columns |= {name: np.nan_to_num(columns[name]) for name in PARTS}
    columns |= {
        "customer_id": ids,
        "band": bands,
        "style": readings.style,
        "active_days": readings.active_days,
        "risk_cents": np.rint(profiles.cents * silence),
        "first_at": readings.first_at,
        "last_at": readings.last_at,
        "history": np.ascontiguousarray(history).view(f"V{WEEKS}").ravel(),
        "drift": readings.distance - four_weeks_ago(history, history_on, now),
    }
    versions = np.full(len(ids), lens.policy_version)
    moves = moves_of(versions, profiles.segments, history, week_of(history_on), bands)
    columns |= dict(zip(MOVES, moves.T, strict=True))
    _send(cursor, "incoming_readings", READING_FIELDS, columns)
    cursor.execute(
        _REPLACE_READINGS,
        {
            "version": lens.policy_version,
            "now": now,
            "history_on": history_on,
            "lately": met_lately_from(timezone.localdate(now)),
        },
    )
    move_totals(cursor, old, Counted.of_rows(sorted(cursor.fetchall())))
    versions[old.places_in(ids)] = old.policy_versions
    tell_band_changes(
        ids,
        readings,
        before=previous,
        after=bands,
        policy_changed=versions != lens.policy_version,
        now=now,
    )


_SQL_TYPES = {">i8": "bigint", ">i2": "smallint", ">i4": "int", ">f8": "float8"}
# Emptied where it lies when the transaction ends. To truncate it would make a new file each time,
# and a row of the catalogue; before the first rows of a transaction there is nothing to delete.
_EMPTY = """
    CREATE TEMP TABLE IF NOT EXISTS {table} ({columns}) ON COMMIT DELETE ROWS;
    DELETE FROM {table}
"""


def _send(
    cursor: CursorWrapper, table: str, fields: Fields, columns: Mapping[str, NDArray[Any]]
) -> None:
    """Send columns into a temporary table of their own, in place of what is there."""
    typed = (f"{name} {_SQL_TYPES.get(kind, 'bytea')}" for name, kind in fields.items())
    cursor.execute(_EMPTY.format(table=table, columns=", ".join(typed)))
    copy_in(cursor, table, pack(fields, columns))


_MOMENT = (
    f"CASE WHEN {{0}} > {NEVER} THEN timestamptz 'epoch' + {{0}} * interval '1 microsecond' END"
)
_DAYS = "timestamptz 'epoch' + nullif({0}, 'NaN') * interval '1 day'"

_REPLACE_STATES = f"""
    UPDATE insights_customerstate AS state
    SET numbers = incoming.numbers, policy_version = %s, segment_id = incoming.segment_id,
        folded_to = {_MOMENT.format("incoming.folded_to")}
    FROM incoming_states AS incoming WHERE state.customer_id = incoming.customer_id
"""

# A currency that no night has seen has no steps yet, so its customers are of no class until then.
_VALUE_CLASS = f"""
    CASE WHEN customer.yearly_value >= step.a_from THEN {ValueClass.A}
         WHEN customer.yearly_value >= step.b_from THEN {ValueClass.B}
         WHEN customer.yearly_value > 0 AND step.currency IS NOT NULL THEN {ValueClass.C}
         ELSE {ValueClass.NONE} END
"""
_SIZE_CLASS = f"""
    width_bucket((
        SELECT count(*) FROM relationships_contact
        WHERE customer_id = customer.id AND left_on IS NULL
    ), ARRAY[{", ".join(map(str, SIZES_FROM))}]::bigint[])
"""
_FROM_CUSTOMER = ("team_id", "owner_id", "segment_id", "stage", "currency", "yearly_value")
_VALUES = {
    **{name: f"customer.{name}" for name in _FROM_CUSTOMER},
    "customer_id": "incoming.customer_id",
    "value_class": _VALUE_CLASS,
    "size_class": _SIZE_CLASS,
    "moves": f"ARRAY[{', '.join(f'incoming.{name}' for name in MOVES)}]",
    "policy_version": "%(version)s::int",
    "as_of": "%(now)s::timestamptz",
    "updated_at": "clock_timestamp()",
    "history_on": "%(history_on)s::date",
    "known_by": "least(known.by_ours, 2)",
    "has_lost_person": (
        "coalesce(NOT owner.is_active, false) OR known.by_ours = 0 AND known.by_gone > 0"
    ),
    "is_met_lately": (
        "EXISTS (SELECT FROM insights_daymet"
        " WHERE customer_id = incoming.customer_id AND day >= %(lately)s)"
    ),
    "at_risk": "risk_cents / 100.0",
    "first_at": _DAYS.format("first_at"),
    "last_at": _DAYS.format("last_at"),
    **{name: f"incoming.{name}" for name in ("band", "style", "active_days", "history")},
    **{name: f"incoming.{name}" for name in SCORES},
    **{name: f"nullif(incoming.{name}, 'NaN')" for name in NULLABLE},
}
_REPLACE_READINGS = """
    INSERT INTO insights_reading AS reading ({columns})
    SELECT {values}
    FROM incoming_readings AS incoming
    JOIN relationships_customer AS customer ON customer.id = incoming.customer_id
    LEFT JOIN insights_valuestep AS step ON step.currency = customer.currency
    LEFT JOIN relationships_person AS owner ON owner.id = customer.owner_id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE is_active) AS by_ours,
               count(*) FILTER (WHERE NOT is_active) AS by_gone
        FROM insights_acquaintance AS known
        JOIN relationships_person AS person ON person.id = person_id AND role <> 'service'
        WHERE customer_id = incoming.customer_id AND known_until > %(now)s
          AND (known_from IS NULL OR known_from <= %(now)s)
    ) AS known
    ON CONFLICT (customer_id) DO UPDATE SET {updates}
    RETURNING {counted}
""".format(
    columns=", ".join(_VALUES),
    values=", ".join(_VALUES.values()),
    counted=COLUMNS,
    updates=", ".join(f"{name} = excluded.{name}" for name in _VALUES if name != "customer_id"),
)
