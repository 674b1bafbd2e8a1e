"""Touchpoints as the columns that scoring folds."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from insights.mondays import NEVER
from insights.packed import copy_out
from insights.scoring import Events, Kinds
from insights.selectors.policy import newest_version, policies_of
from interactions.models import TouchpointType

FIELDS = {
    "id": ">i8",
    "customer": ">i8",
    "microseconds": ">i8",
    "day": ">i4",
    "type": ">i2",
    "direction": ">i2",
    "in_room": ">f4",
    "sentiment": ">f4",
    "severity": ">f4",
    "template": "?",
    "via": "?",
    "opens": ">i2",
    "closes": ">i2",
    "opened_at": ">f8",
    "expected": ">f8",
    "opener_id": ">i8",
}

MICROSECONDS_A_DAY = 86_400_000_000

# An expectation of an hour at least: a loop due the moment it opened must not divide by nothing.
_SELECT = """
    SELECT touchpoint.id, touchpoint.customer_id,
           (extract(epoch FROM touchpoint.occurred_at) * 1000000)::bigint,
           ((touchpoint.occurred_at AT TIME ZONE %s)::date - date '1970-01-01')::int4,
           touchpoint.type_id, touchpoint.direction, touchpoint.customers_in_room::float4,
           coalesce(touchpoint.sentiment::float4, 'NaN'),
           coalesce(touchpoint.severity::float4, 'NaN'),
           touchpoint.is_template, touchpoint.via <> '',
           coalesce(touchpoint.opens, 0)::int2, coalesce(closed.kind, 0)::int2,
           coalesce((extract(epoch FROM closed.opened_at) / 86400)::float8, 'NaN'),
           coalesce(
               greatest(extract(epoch FROM closed.due_at - closed.opened_at) / 86400, 1 / 24.0),
               'NaN'
           )::float8,
           coalesce(closed.opened_by_id, 0)
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (customer_id, after)
    JOIN interactions_touchpoint AS touchpoint
      ON touchpoint.customer_id = wanted.customer_id AND touchpoint.occurred_at > wanted.after
    LEFT JOIN interactions_loop AS closed ON closed.closed_by_id = touchpoint.id
    WHERE touchpoint.deleted_at IS NULL
"""


def kinds_by_type(
    worth: Mapping[str, Mapping[str, float]] | None = None,
) -> tuple[Kinds, Mapping[int, int]]:
    """Return the catalogue as scoring reads it, and the row of each touchpoint type in it.

    What the policy says a type is worth, by its key, goes before the catalogue; by default the
    policy is the one in use.
    """
    if worth is None:
        worth = policies_of(newest_version()).types
    types = list(TouchpointType.objects.order_by("pk"))
    kinds = Kinds.from_rows([{**_kind(entry), **worth.get(entry.key, {})} for entry in types])
    return kinds, {entry.pk: row for row, entry in enumerate(types)}


def _kind(entry: TouchpointType) -> dict[str, Any]:
    digital = entry.mode == TouchpointType.Mode.DIGITAL
    nature = TouchpointType.Nature(entry.nature)
    worked = nature in (TouchpointType.Nature.SERVICE, TouchpointType.Nature.PURCHASE)
    return {
        "points": entry.points,
        "care": entry.care,
        "served": 1.0 if digital and worked else 0.0,
        "severity": float(entry.severity or 0),
        "human": entry.mode == TouchpointType.Mode.HUMAN,
        "digital": digital,
        "broadcast": nature == TouchpointType.Nature.BROADCAST,
        "says_care": entry.is_said_care,
        "feedback": entry.is_feedback,
        "purchase": nature == TouchpointType.Nature.PURCHASE,
        "counts": entry.mode != TouchpointType.Mode.NONE,
    }


def events_of(
    customer_ids: NDArray[np.int64],
    after: Sequence[datetime | None],
    row_of_type: Mapping[int, int],
) -> tuple[Events, NDArray[np.int64]]:
    """Return the touchpoints of n customers later than `after`, and the moment of the last.

    `after` has a moment for each customer, None for all touchpoints. The moments returned are
    i8[n], microseconds since 1970 UTC as PostgreSQL keeps them, `NEVER` without a touchpoint.
    """
    starts = [moment.isoformat() if moment else "-infinity" for moment in after]
    params = [settings.TIME_ZONE, customer_ids.tolist(), starts]
    with connection.cursor() as cursor:
        rows = copy_out(cursor, _SELECT, params, FIELDS)
    frame = pd.DataFrame(
        {name: rows[name].astype(np.dtype(kind).newbyteorder("=")) for name, kind in FIELDS.items()}
    )
    frame["at"] = frame["microseconds"] / MICROSECONDS_A_DAY
    frame["kind"] = frame["type"].map(row_of_type).astype("int16")
    # A loop opened in an earlier piece cannot be found here: its closing asks for a refold.
    frame["opener"] = pd.Index(frame["id"]).get_indexer(frame["opener_id"])
    last = frame.groupby("customer")["microseconds"].max()
    return (
        Events.from_frame(frame, customers=customer_ids.tolist()),
        last.reindex(customer_ids, fill_value=NEVER).to_numpy(dtype=np.int64),
    )


def histories_in_pieces(
    customer_ids: NDArray[np.int64], row_of_type: Mapping[int, int], size: int
) -> Iterator[Events]:
    """Yield whole histories of so many customers at a time; of nobody, one piece without events."""
    for start in range(0, max(len(customer_ids), 1), size):
        piece = customer_ids[start : start + size]
        yield events_of(piece, [None] * len(piece), row_of_type)[0]
