"""How other parts of Hearth learn that a customer's touchpoints changed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

CHANGE_COLUMNS = "customer_id, team_id, month, type_id, is_via, count, first_at, is_refold"

# Selects the change rows for a set of touchpoints: give the set's name, +1 or -1, and whether
# history changed. %s in the result is the organisation's time zone.
_SELECT = """
    SELECT customer_id, team_id,
           date_trunc('month', occurred_at AT TIME ZONE %s)::date,
           type_id, via <> '', sum({sign}), min(occurred_at), bool_or({refold})
    FROM {rows} GROUP BY 1, 2, 3, 4, 5
"""


def select_changes(rows: str, *, sign: int, refold: str) -> str:
    """Return the SQL that sums up the touchpoints in `rows` as change rows."""
    return _SELECT.format(rows=rows, sign=sign, refold=refold)


_PICK_INTAKES = """
    SELECT id, size FROM interactions_intake ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_SUM_UP = f"""
    WITH intake AS (
        DELETE FROM interactions_intake WHERE id = ANY(%s) RETURNING *
    )
    INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS}, marked_at)
    SELECT touchpoint.customer_id, team_id,
           date_trunc('month', touchpoint.occurred_at AT TIME ZONE %s)::date,
           type_id, touchpoint.is_via, count(*), min(touchpoint.occurred_at), false, min(marked_at)
    FROM intake, unnest(customer_ids, team_ids, type_ids, intake.occurred_at, intake.is_via)
         AS touchpoint (customer_id, team_id, type_id, occurred_at, is_via)
    GROUP BY 1, 2, 3, 4, 5
"""


def sum_up_intakes(cursor: CursorWrapper, *, limit: int) -> int:
    """Turn the oldest intakes that nobody else holds into change rows; return how many.

    About `limit` touchpoints at once, in the caller's transaction: should it fail, they are
    intakes again.
    """
    cursor.execute(_PICK_INTAKES, [limit])
    picked, touchpoints = [], 0
    for pk, size in cursor.fetchall():
        if touchpoints and touchpoints + size > limit:
            break
        picked.append(pk)
        touchpoints += size
    if picked:
        cursor.execute(_SUM_UP, [picked, settings.TIME_ZONE])
    return len(picked)


def mark(cursor: CursorWrapper, where: str, params: list[Any], *, sign: int) -> None:
    """Write the change rows of touchpoints whose history changed, in the caller's transaction."""
    cursor.execute(
        f"INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS})"
        + select_changes(f"interactions_touchpoint WHERE {where}", sign=sign, refold="true"),
        [settings.TIME_ZONE, *params],
    )


def mark_refold(cursor: CursorWrapper, customer_ids: Collection[int], now: datetime) -> None:
    """Ask for customers to be folded from the start although no count changes."""
    cursor.execute(
        f"INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS})"
        " SELECT id, NULL, date_trunc('month', %s)::date, 0, false, 0, %s, true"
        " FROM unnest(%s::bigint[]) AS id",
        [now, now, sorted(customer_ids)],
    )


@transaction.atomic
def mark_everyone(*, now: datetime) -> None:
    """Ask for every customer to be folded from the start."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM relationships_customer WHERE merged_into_id IS NULL")
        mark_refold(cursor, [pk for (pk,) in cursor.fetchall()], now)
