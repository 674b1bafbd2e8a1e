"""Touchpoints as the columns that scoring folds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from insights.mondays import NEVER
from insights.packed import copy_out
from insights.scoring import Events, Kinds
from insights.scoring.columns import COLUMNS
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
_COLUMNS = """
           touchpoint.id, touchpoint.customer_id,
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
"""
_FROM = f"""
    FROM (
        SELECT customer_id, CASE
            WHEN microseconds > {NEVER}
            THEN timestamptz 'epoch' + microseconds * interval '1 microsecond'
            ELSE '-infinity'
        END AS after
        FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (customer_id, microseconds)
    ) AS wanted
    JOIN interactions_touchpoint AS touchpoint
      ON touchpoint.customer_id = wanted.customer_id AND touchpoint.occurred_at > wanted.after
    LEFT JOIN interactions_loop AS closed ON closed.closed_by_id = touchpoint.id
    WHERE touchpoint.deleted_at IS NULL
"""
_SELECT = f"SELECT {_COLUMNS} {_FROM}"
# What is settled by somebody else stands open for nobody. Whoever is no contact of the customer is
# nobody by name.
_SELECT_WITH_PERSON = f"""
    SELECT {_COLUMNS}, touchpoint.person_id, coalesce((
               SELECT id FROM relationships_contact
               WHERE id = touchpoint.contact_id AND customer_id = touchpoint.customer_id
           ), 0),
           touchpoint.opens IS NOT NULL AND EXISTS (
               SELECT FROM interactions_loop
               WHERE opened_by_id = touchpoint.id AND closed_at IS NULL
           )
    {_FROM} AND touchpoint.person_id IS NOT NULL
"""
_WITH_PERSON = FIELDS | {"person": ">i8", "contact": ">i8", "is_open": "?"}


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
    return kinds_of(types, worth), {entry.pk: row for row, entry in enumerate(types)}


def kinds_of(types: Sequence[TouchpointType], worth: Mapping[str, Mapping[str, float]]) -> Kinds:
    """Return touchpoint types as scoring reads them, row by row; `worth` is the policy's word."""
    return Kinds.from_rows([{**_kind(entry), **worth.get(entry.key, {})} for entry in types])


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
    row_of_type: Mapping[int, int],
    after: NDArray[np.int64] | None = None,
) -> tuple[Events, NDArray[np.int64]]:
    """Return the touchpoints of n customers, and the moment of the last of each.

    `after` i8[n] leaves out those up to a moment. All moments are microseconds since 1970 UTC, as
    PostgreSQL keeps them, `NEVER` without a touchpoint.
    """
    since = np.full(len(customer_ids), NEVER) if after is None else after
    params = [settings.TIME_ZONE, customer_ids.tolist(), since.tolist()]
    with connection.cursor() as cursor:
        rows = copy_out(cursor, _SELECT, params, FIELDS)
    codes = _places(customer_ids, rows["customer"])
    last = np.full(len(customer_ids), NEVER, dtype=np.int64)
    np.maximum.at(last, codes, rows["microseconds"].astype(np.int64))
    return Events.from_columns(_columns(rows, row_of_type), codes, len(customer_ids)), last


def events_by_pair(
    customer_ids: NDArray[np.int64], row_of_type: Mapping[int, int], after: NDArray[np.int64]
) -> tuple[Events, NDArray[np.int64]]:
    """Return what one of us did with one contact, pair by pair, and who they are: i8[p, 3].

    The p pairs are (customer id, person id, contact id), as if each were a customer; the contact
    is 0 where it is none of the customer's. `after` i8[n] are moments in microseconds since 1970
    UTC, one for each customer.
    """
    params = [settings.TIME_ZONE, customer_ids.tolist(), after.tolist()]
    with connection.cursor() as cursor:
        rows = copy_out(cursor, _SELECT_WITH_PERSON, params, _WITH_PERSON)
    who = np.stack([rows[name] for name in ("customer", "person", "contact")], axis=1)
    pairs, codes = np.unique(who.astype(np.int64), axis=0, return_inverse=True)
    columns = _columns(rows, row_of_type)
    # One pair opens and another may settle it, so that openers are not told.
    columns["opener"][:] = -1
    columns["opens"][~rows["is_open"]] = 0
    return Events.from_columns(columns, codes.reshape(-1), len(pairs)), pairs


def _columns(rows: NDArray[np.void], row_of_type: Mapping[int, int]) -> dict[str, NDArray[Any]]:
    """Return rows as the columns of events."""
    kinds = np.full(max(row_of_type, default=0) + 1, -1)
    kinds[list(row_of_type)] = list(row_of_type.values())
    given = {name: rows[name] for name in FIELDS} | {
        "at": rows["microseconds"] / MICROSECONDS_A_DAY,
        "kind": kinds[rows["type"]],
        # A loop opened in an earlier piece cannot be found here: its closing asks for a refold.
        "opener": _places(rows["id"], rows["opener_id"]),
    }
    return {
        name: np.asarray(given.get(name, np.full(len(rows), default)), dtype=kind)
        for name, (kind, default) in COLUMNS.items()
    }


def _places(among: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return where each of some ids stands among others, all different; -1 where it does not."""
    order = np.argsort(among)
    nearest = np.searchsorted(among, wanted, sorter=order)
    places = order[np.minimum(nearest, len(among) - 1)]
    return np.where(among[places] == wanted, places, -1)


def histories_in_pieces(
    customer_ids: NDArray[np.int64], row_of_type: Mapping[int, int], size: int
) -> Iterator[Events]:
    """Yield whole histories of so many customers at a time; of nobody, one piece without events."""
    for start in range(0, max(len(customer_ids), 1), size):
        piece = customer_ids[start : start + size]
        yield events_of(piece, row_of_type)[0]
