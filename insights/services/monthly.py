"""Touchpoints, care and loops by month, and by the segment and stage that customers are in now.

All that a customer had is counted in the segment and the stage that stand on the state, and moves
on whole in the transaction that writes others there. What is counted already is all there is
without what still waits to be counted, so nothing more need be remembered of anybody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper

from insights.care_columns import COLUMNS, LOOPED, TOUCHED, cells, how_looped, listed
from insights.hours import STEPS
from insights.models import EVERY_SEGMENT, EVERY_TEAM
from insights.selectors.profiles import Profiles
from insights.services.cells import numbered
from insights.services.states import Locked, add_missing_states
from insights.services.traces import Touched
from interactions.models import LoopKind

Whose = tuple[int, str]
"""By which segment, 0 for none, and by which stage a customer is counted."""

OF_NOBODY: Whose = (0, "")
"""By what those are counted who are gone."""

Looped = tuple[date, int, int, int | None, bool, date | None]
"""The month in which a loop was opened, the team then, 0 for none, its kind, in which of the steps
of hours it was closed, None while it is open, whether that was before it was due, and of a promise
that is open on which day it is due."""

# One statement each, so that it sees what there is together with what says that it waits.
_MOVING = """
    WITH moving AS (
        SELECT * FROM unnest(%(customers)s::bigint[], %(moves)s::bigint[])
            AS moving (customer_id, move)
    ), counted AS ({counted})
    SELECT move, {cell}, sum(number) FROM counted JOIN moving USING (customer_id)
    GROUP BY move, {cell} HAVING sum(number) <> 0
"""
_MOVING_TOUCHPOINTS = _MOVING.format(
    cell="month, team_id, type_id, is_via, is_template",
    counted="""
        SELECT customer_id, coalesce(team_id, 0) AS team_id,
               date_trunc('month', occurred_at AT TIME ZONE %(zone)s)::date AS month,
               type_id, via <> '' AS is_via, is_template, 1 AS number
        FROM interactions_touchpoint
        WHERE customer_id = ANY(%(customers)s) AND deleted_at IS NULL
        UNION ALL
        SELECT customer_id, coalesce(team_id, 0), month, type_id, is_via, is_template, -count
        FROM interactions_touchpointchange WHERE customer_id = ANY(%(customers)s)
        UNION ALL
        SELECT waiting.customer_id, coalesce(waiting.team_id, 0),
               date_trunc('month', waiting.occurred_at AT TIME ZONE %(zone)s)::date,
               waiting.type_id, waiting.is_via, false, -1
        FROM interactions_intake AS intake,
             unnest(customer_ids, team_ids, type_ids, intake.occurred_at, intake.is_via)
                 AS waiting (customer_id, team_id, type_id, occurred_at, is_via)
        WHERE waiting.customer_id = ANY(%(customers)s)
    """,
)
_MOVING_LOOPS = _MOVING.format(
    cell="month, team_id, kind, step, is_in_time, due_on",
    counted=f"""
        SELECT {LOOPED}, 1 AS number
        FROM interactions_loop WHERE customer_id = ANY(%(customers)s)
        UNION ALL
        SELECT {LOOPED}, -sign
        FROM interactions_loopchange WHERE customer_id = ANY(%(customers)s)
    """,
)
# Whoever counts all anew must not do so between what is found here and what is counted of it.
HOLD = "LOCK TABLE interactions_touchpointchange IN ROW SHARE MODE"
_PUT = """
    UPDATE insights_customerstate AS state SET stage = moved.stage
    FROM unnest(%s::bigint[], %s::text[]) AS moved (customer_id, stage)
    WHERE state.customer_id = moved.customer_id
"""

_IN_ALL = f"""
    CROSS JOIN LATERAL (VALUES
        (cell.segment_id, cell.team_id), ({EVERY_SEGMENT}, cell.team_id),
        (cell.segment_id, {EVERY_TEAM}), ({EVERY_SEGMENT}, {EVERY_TEAM})
    ) AS counted_in (segment_id, team_id)
"""
_COUNT_TOUCHPOINTS = f"""
    INSERT INTO insights_monthlytouchpoints AS known
        (segment_id, month, team_id, stage, type_id, is_via, is_template, count)
    SELECT counted_in.segment_id, month, counted_in.team_id, stage, type_id, is_via, is_template,
           sum(number)
    FROM {{touched}} AS cell {_IN_ALL}
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(number) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (segment_id, month, team_id, stage, type_id, is_via, is_template) DO UPDATE
    SET count = known.count + excluded.count
"""
_COUNT_CARE = f"""
    WITH cell AS ({cells("segment_id, stage, month, team_id", "{touched}", "{looped}")})
    INSERT INTO insights_monthlycare AS known
        (segment_id, month, team_id, stage, {", ".join(COLUMNS)})
    SELECT counted_in.segment_id, month, counted_in.team_id, stage, {listed(COLUMNS, "sum({})")}
    FROM cell {_IN_ALL}
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (segment_id, month, team_id, stage) DO UPDATE
    SET {listed(COLUMNS, "{0} = known.{0} + excluded.{0}")}
"""
# Of promises it is asked whether they were kept in time, not how long they took.
_COUNT_HOURS = f"""
    INSERT INTO insights_monthlyhours AS known (segment_id, month, team_id, stage, kind, hours)
    SELECT counted_in.segment_id, month, counted_in.team_id, stage, kind, ARRAY[{
    ", ".join(f"coalesce(sum(number) FILTER (WHERE step = {step}), 0)" for step in range(STEPS))
}]::int[]
    FROM {{looped}} AS cell {_IN_ALL}
    WHERE step IS NOT NULL AND kind <> {LoopKind.PROMISE.value}
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (segment_id, month, team_id, stage, kind) DO UPDATE
    SET hours = ARRAY(
        SELECT one + other FROM unnest(known.hours, excluded.hours)
            WITH ORDINALITY AS pair (one, other, place) ORDER BY place
    )
"""
_COUNT_PROMISES = f"""
    INSERT INTO insights_monthlypromises AS known
        (segment_id, month, due_on, team_id, stage, open)
    SELECT counted_in.segment_id, month, due_on, counted_in.team_id, stage, sum(number)
    FROM {{looped}} AS cell {_IN_ALL}
    WHERE due_on IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(number) <> 0 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (segment_id, month, due_on, team_id, stage) DO UPDATE
    SET open = known.open + excluded.open
"""

_TOUCHED_GIVEN = """
    (SELECT * FROM unnest(
        %(touched_0)s::bigint[], %(touched_1)s::text[], %(touched_2)s::date[],
        %(touched_3)s::bigint[], %(touched_4)s::int[], %(touched_5)s::bool[],
        %(touched_6)s::bool[], %(touched_7)s::bigint[]
    ) AS given (segment_id, stage, month, team_id, type_id, is_via, is_template, number))
"""
_LOOPED_GIVEN = """
    (SELECT * FROM unnest(
        %(looped_0)s::bigint[], %(looped_1)s::text[], %(looped_2)s::date[],
        %(looped_3)s::bigint[], %(looped_4)s::int[], %(looped_5)s::int[],
        %(looped_6)s::bool[], %(looped_7)s::date[], %(looped_8)s::bigint[]
    ) AS given (segment_id, stage, month, team_id, kind, step, is_in_time, due_on, number))
"""
_EVERY_TOUCHPOINT = """
    (SELECT coalesce(state.segment_id, 0) AS segment_id, coalesce(state.stage, '') AS stage,
            date_trunc('month', occurred_at AT TIME ZONE %(zone)s)::date AS month,
            coalesce(team_id, 0) AS team_id, type_id, via <> '' AS is_via, is_template,
            count(*) AS number
     FROM interactions_touchpoint
     LEFT JOIN insights_customerstate AS state USING (customer_id)
     WHERE deleted_at IS NULL GROUP BY 1, 2, 3, 4, 5, 6, 7)
"""
_EVERY_LOOP = f"""
    (SELECT coalesce(segment_id, 0) AS segment_id, coalesce(stage, '') AS stage,
            month, team_id, kind, step, is_in_time, due_on, count(*) AS number
     FROM (SELECT {LOOPED} FROM interactions_loop) AS loop
     LEFT JOIN insights_customerstate USING (customer_id)
     GROUP BY 1, 2, 3, 4, 5, 6, 7, 8)
"""
_EVERY_MONTH = """
    (SELECT segment_id, stage, month, team_id, type_id, is_via, is_template, count AS number
     FROM insights_monthlytouchpoints WHERE segment_id >= 0 AND team_id >= 0)
"""

COUNTED_BY = "concat_ws(' ', type.key, type.mode, type.nature, type.direction, type.is_said_care)"
"""All of a type that `insights.measures` asks about."""

_KEEP_CATALOGUE = f"""
    INSERT INTO insights_carecatalogue (type_id, counted_by)
    SELECT id, {COUNTED_BY} FROM interactions_touchpointtype AS type ORDER BY id
    ON CONFLICT (type_id) DO UPDATE SET counted_by = excluded.counted_by
"""


@dataclass(frozen=True, slots=True)
class Monthly:
    """What is added to the counts of months: by whose it is, and by what it was."""

    touchpoints: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    loops: Counter[tuple[Any, ...]] = field(default_factory=Counter)


def where_counted(
    touched: Mapping[Touched, int], looped: Mapping[tuple[int, Looped], int], locked: Locked
) -> Monthly:
    """Return what is new of customers where they are counted so far."""
    stood = zip(locked.segments.tolist(), locked.stages.tolist(), strict=True)
    whose = dict(zip(locked.ids.tolist(), stood, strict=True))
    monthly = Monthly()
    for counts, into in ((touched, monthly.touchpoints), (looped, monthly.loops)):
        for (customer, cell), number in counts.items():
            into[*whose.get(customer, OF_NOBODY), *cell] += number
    return monthly


def move_along(cursor: CursorWrapper, monthly: Monthly, locked: Locked, profiles: Profiles) -> None:
    """Add what moves with those who are in another segment or stage now than on their state.

    It leaves out what waits, but not what this transaction took of it, which the caller counts
    where the state says. `profiles` are those of all who are locked. The stage is written to the
    state here; the caller writes the segment, with what is folded by its policy.
    """
    moving = (locked.segments != profiles.segments) | (locked.stages != profiles.stages)
    if not moving.any():
        return
    before, after = (
        zip(one.segments[moving].tolist(), one.stages[moving].tolist(), strict=True)
        for one in (locked, profiles)
    )
    moves: dict[tuple[Whose, Whose], int] = {}
    customers = locked.ids[moving].tolist()
    given = {
        "customers": customers,
        "moves": numbered(zip(before, after, strict=True), moves).tolist(),
        **how_looped(),
    }
    cursor.execute(HOLD)
    numbered_moves = list(moves)
    for sql, into in (
        (_MOVING_TOUCHPOINTS, monthly.touchpoints),
        (_MOVING_LOOPS, monthly.loops),
    ):
        cursor.execute(sql, given)
        for move, *cell, number in cursor.fetchall():
            was, now = numbered_moves[move]
            into[*was, *cell] -= int(number)
            into[*now, *cell] += int(number)
    cursor.execute(_PUT, [customers, profiles.stages[moving].tolist()])


def count_monthly(cursor: CursorWrapper, monthly: Monthly) -> None:
    """Add to the counts of months.

    It locks those of this month, which other drains count in too, until the caller's transaction
    ends: it comes last, and once, for each of the tables is gone through in one order.
    """
    touched, looped = (
        [(*cell, number) for cell, number in into.items() if number]
        for into in (monthly.touchpoints, monthly.loops)
    )
    given = _columns("touched", touched, 8) | _columns("looped", looped, 9)
    if touched:
        cursor.execute(_COUNT_TOUCHPOINTS.format(touched=_TOUCHED_GIVEN), given)
    if touched or looped:
        sql = _COUNT_CARE.format(touched=_TOUCHED_GIVEN, looped=_LOOPED_GIVEN)
        cursor.execute(sql, given)
    if looped:
        cursor.execute(_COUNT_HOURS.format(looped=_LOOPED_GIVEN), given)
        cursor.execute(_COUNT_PROMISES.format(looped=_LOOPED_GIVEN), given)


def _columns(name: str, rows: Sequence[tuple[Any, ...]], number: int) -> dict[str, list[Any]]:
    columns = zip(*rows, strict=True) if rows else [()] * number
    return {f"{name}_{place}": list(column) for place, column in enumerate(columns)}


def recount_monthly(cursor: CursorWrapper) -> None:
    """Count all of it anew; the caller has seen to it that nobody else counts meanwhile."""
    # Where a customer is counted stands on the state, so everyone counted has one.
    add_missing_states(cursor)
    # First: a type that changes while it is counted differs, and all is counted once more.
    cursor.execute(_KEEP_CATALOGUE)
    cursor.execute(
        "DELETE FROM interactions_loopchange; DELETE FROM insights_monthlytouchpoints;"
        " DELETE FROM insights_monthlycare; DELETE FROM insights_monthlyhours;"
        " DELETE FROM insights_monthlypromises"
    )
    how = how_looped()
    cursor.execute(_COUNT_TOUCHPOINTS.format(touched=_EVERY_TOUCHPOINT), how)
    cursor.execute(_COUNT_CARE.format(touched=_EVERY_MONTH, looped=_EVERY_LOOP), how)
    cursor.execute(_COUNT_HOURS.format(looped=_EVERY_LOOP), how)
    cursor.execute(_COUNT_PROMISES.format(looped=_EVERY_LOOP), how)


def recount_measures(cursor: CursorWrapper) -> None:
    """Count what touchpoints of all months are of each measure anew, and nothing of loops."""
    cursor.execute(_KEEP_CATALOGUE)
    cursor.execute(f"UPDATE insights_monthlycare SET {listed(TOUCHED, '{} = 0')}")
    sql = _COUNT_CARE.format(touched=_EVERY_MONTH, looped=_LOOPED_GIVEN)
    cursor.execute(sql, _columns("looped", [], 9))
