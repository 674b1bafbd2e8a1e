"""Loops counted by the month they were opened in, from what says how they changed."""

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from insights.hours import EDGES, STEPS

_PICK = "SELECT id FROM interactions_loopchange ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
_TAKE = "DELETE FROM interactions_loopchange WHERE id = ANY(%s) RETURNING *"
_ALL = "SELECT *, 1 AS sign FROM interactions_loop"

# Sums in steps of hours are added step by step.
_COUNT = f"""
    WITH loop AS ({{loops}}), counted AS (
        SELECT date_trunc('month', opened_at AT TIME ZONE %s)::date AS month,
               coalesce(team_id, 0) AS team_id, kind,
               width_bucket(extract(epoch FROM closed_at - opened_at)::float8 / 3600, %s::float8[])
                   AS step,
               closed_at <= due_at AS is_in_time, sum(sign) AS number
        FROM loop GROUP BY 1, 2, 3, 4, 5
    ), cell AS (
        SELECT month, team_id, kind, sum(number) AS opened,
               coalesce(sum(number) FILTER (WHERE step IS NOT NULL), 0) AS closed,
               coalesce(sum(number) FILTER (WHERE is_in_time), 0) AS in_time
        FROM counted GROUP BY 1, 2, 3
    )
    INSERT INTO insights_monthlyloops AS known
        (month, team_id, kind, opened, closed, in_time, hours)
    SELECT month, team_id, kind, opened, closed, in_time, ARRAY(
        SELECT coalesce(sum(number), 0)::int
        FROM generate_series(0, {STEPS - 1}) AS place
        LEFT JOIN counted ON counted.step = place
             AND (counted.month, counted.team_id, counted.kind)
               = (cell.month, cell.team_id, cell.kind)
        GROUP BY place ORDER BY place
    )
    FROM cell ORDER BY 1, 2, 3
    ON CONFLICT (month, team_id, kind) DO UPDATE
    SET opened = known.opened + excluded.opened, closed = known.closed + excluded.closed,
        in_time = known.in_time + excluded.in_time,
        hours = ARRAY(
            SELECT one + other FROM unnest(known.hours, excluded.hours)
                WITH ORDINALITY AS pair (one, other, place) ORDER BY place
        )
"""


def count_loops(cursor: CursorWrapper, *, limit: int) -> int:
    """Take what changed of loops and nobody else holds, and count it; return how many changes.

    In the caller's transaction: should it fail, they are changes again. It locks the totals it
    adds to until then, in order, so it comes last.
    """
    cursor.execute(_PICK, [limit])
    if not (picked := [pk for (pk,) in cursor.fetchall()]):
        return 0
    cursor.execute(_COUNT.format(loops=_TAKE), [picked, settings.TIME_ZONE, list(EDGES)])
    return len(picked)


def recount_loops(cursor: CursorWrapper) -> None:
    """Count all loops anew; the caller has seen to it that none changes meanwhile."""
    cursor.execute("DELETE FROM interactions_loopchange")
    cursor.execute("DELETE FROM insights_monthlyloops")
    cursor.execute(_COUNT.format(loops=_ALL), [settings.TIME_ZONE, list(EDGES)])
