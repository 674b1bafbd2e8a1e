"""How other parts of Hearth learn that a customer's touchpoints changed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

CHANGE_COLUMNS = (
    "customer_id, team_id, month, type_id, is_via, is_template, count, first_at, is_refold"
)

# Selects the change rows for a set of touchpoints: give the set's name, +1 or -1, and whether
# history changed. %s in the result is the organisation's time zone.
_SELECT = """
    SELECT customer_id, team_id,
           date_trunc('month', occurred_at AT TIME ZONE %s)::date,
           type_id, via <> '', {template}, sum({sign}), min(occurred_at), bool_or({refold})
    FROM {rows} GROUP BY 1, 2, 3, 4, 5, 6
"""


def select_changes(rows: str, *, sign: int, refold: str, template: str = "is_template") -> str:
    """Return the SQL that sums up the touchpoints in `rows` as change rows."""
    return _SELECT.format(rows=rows, sign=sign, refold=refold, template=template)


INTAKES_AT_ONCE = 100

_PICK_INTAKES = """
    SELECT id, size FROM interactions_intake WHERE id > %s
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_TAKE_INTAKES = """
    WITH intake AS (
        DELETE FROM interactions_intake WHERE id = ANY(%s) RETURNING *
    )
    SELECT touchpoint.customer_id, team_id,
           date_trunc('month', touchpoint.occurred_at AT TIME ZONE %s)::date,
           type_id, touchpoint.is_via, count(*), min(touchpoint.occurred_at), min(marked_at)
    FROM intake, unnest(customer_ids, team_ids, type_ids, intake.occurred_at, intake.is_via)
         AS touchpoint (customer_id, team_id, type_id, occurred_at, is_via)
    GROUP BY 1, 2, 3, 4, 5
"""
_LEAVE = f"""
    INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS}, marked_at)
    SELECT customer_id, team_id, month, type_id, is_via, false, count, first_at, false, marked_at
    FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::int[], %s::bool[], %s::int[],
                %s::timestamptz[], %s::timestamptz[])
         AS change (customer_id, team_id, month, type_id, is_via, count, first_at, marked_at)
"""


class TakenIn(NamedTuple):
    """What intakes say of one customer, month and type."""

    customer_id: int
    team_id: int | None
    month: date
    type_id: int
    is_via: bool
    touchpoints: int
    first_at: datetime
    marked_at: datetime


def take_intakes(cursor: CursorWrapper, *, limit: int) -> list[TakenIn]:
    """Take the oldest intakes that nobody else holds out of the queue, summed up.

    About `limit` touchpoints at once, in the caller's transaction: should it fail, they are
    intakes again. What the caller does not score is left to others by `leave`.
    """
    picked = _pick_intakes(cursor, limit)
    if not picked:
        return []
    cursor.execute(_TAKE_INTAKES, [picked, settings.TIME_ZONE])
    return [TakenIn(*row) for row in cursor.fetchall()]


def leave(cursor: CursorWrapper, taken: Sequence[TakenIn]) -> None:
    """Put what was taken into the queue of changes, from where whoever can scores it."""
    if taken:
        cursor.execute(_LEAVE, [list(column) for column in zip(*taken, strict=True)])


def sum_up_intakes(cursor: CursorWrapper, *, limit: int) -> int:
    """Turn the oldest intakes that nobody else holds into change rows; return how many rows."""
    taken = take_intakes(cursor, limit=limit)
    leave(cursor, taken)
    return len(taken)


def _pick_intakes(cursor: CursorWrapper, limit: int) -> list[int]:
    """Lock a few intakes at a time, so that others find what is more than the limit."""
    picked, touchpoints = list[int](), 0
    while True:
        cursor.execute(_PICK_INTAKES, [picked[-1] if picked else 0, INTAKES_AT_ONCE])
        rows = cursor.fetchall()
        for pk, size in rows:
            if touchpoints and touchpoints + size > limit:
                return picked
            picked.append(pk)
            touchpoints += size
        if len(rows) < INTAKES_AT_ONCE:
            return picked


def mark(cursor: CursorWrapper, where: str, params: list[Any], *, sign: int) -> None:
    """Write the change rows of touchpoints whose history changed, in the caller's transaction."""
    cursor.execute(
        f"INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS})"
        + select_changes(f"interactions_touchpoint WHERE {where}", sign=sign, refold="true"),
        [settings.TIME_ZONE, *params],
    )


def mark_moving(cursor: CursorWrapper, where: str, params: list[Any], *, to: int) -> None:
    """Write the change rows of touchpoints that are about to be those of the customer `to`."""
    mark(cursor, where, params, sign=-1)
    moving = (
        "(SELECT %s::bigint AS customer_id, team_id, occurred_at, type_id, via, is_template"
        f" FROM interactions_touchpoint WHERE {where}) AS moving"
    )
    cursor.execute(
        f"INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS})"
        + select_changes(moving, sign=1, refold="true"),
        [settings.TIME_ZONE, to, *params],
    )


def mark_refold(cursor: CursorWrapper, customer_ids: Collection[int], now: datetime) -> None:
    """Ask for customers to be folded from the start although no count changes."""
    cursor.execute(
        f"INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS})"
        " SELECT id, NULL, date_trunc('month', %s)::date, 0, false, false, 0, %s, true"
        " FROM unnest(%s::bigint[]) AS id",
        [now, now, sorted(customer_ids)],
    )


@transaction.atomic
def mark_everyone(*, now: datetime) -> None:
    """Ask for every customer to be folded from the start."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM relationships_customer WHERE merged_into_id IS NULL")
        mark_refold(cursor, [pk for (pk,) in cursor.fetchall()], now)
