"""Who of us met whom: counted by day for each customer, and summed up by person and by stage.

A day is always counted anew from its touchpoints, whatever was said to have changed: so no way of
correcting, moving, merging or deleting them is a special case. Only what differs is written, and
added to the sums.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from insights.models import EVERY_TEAM

EVER = (date(1, 1, 1), date.max)

_MONTH = "(1 << extract(month FROM {})::int - 1)"
"""The bit of `PersonYear` that a day's month has."""

_COLUMNS = "customer_id, day, person_id, team_id, stage, touchpoints, timed, minutes"

# Everything with a person in it, as the Wall has it; deleted touchpoints are left out.
_COUNTED = """
    SELECT touched.customer_id, (touched.occurred_at AT TIME ZONE %(zone)s)::date AS day,
           coalesce(touched.person_id, 0) AS person_id, coalesce(touched.team_id, 0) AS team_id,
           customer.stage, count(*)::int AS touchpoints,
           count(touched.duration_minutes)::int AS timed,
           coalesce(sum(touched.duration_minutes), 0)::bigint AS minutes
    FROM {touched} AS touched
    JOIN interactions_touchpointtype AS type ON type.id = touched.type_id AND type.mode = 'human'
    JOIN relationships_customer AS customer ON customer.id = touched.customer_id
    WHERE touched.deleted_at IS NULL
    GROUP BY 1, 2, 3, 4, 5
"""
_TOUCHED = """
    wanted CROSS JOIN LATERAL (
        SELECT * FROM interactions_touchpoint
        WHERE customer_id = wanted.customer
          AND occurred_at >= wanted.begins::timestamp AT TIME ZONE %(zone)s
          AND occurred_at < wanted.ends::timestamp AT TIME ZONE %(zone)s
    )
"""
# All days of a customer are of one stage, so that any of them tells.
_WANTED = """
    WITH whole AS (
        SELECT unnest(%(whole)s::bigint[]) AS customer
        UNION
        SELECT customer.id FROM relationships_customer AS customer, LATERAL (
            SELECT stage FROM insights_daymet WHERE customer_id = customer.id LIMIT 1
        ) AS met
        WHERE customer.id = ANY(%(customers)s) AND met.stage <> customer.stage
    )
    SELECT customer, %(first)s::date, %(last)s::date FROM whole
    UNION ALL
    SELECT DISTINCT customer, month, (month + interval '1 month')::date
    FROM unnest(%(changed)s::bigint[], %(months)s::date[], %(types)s::int[])
        AS change (customer, month, type_id)
    JOIN interactions_touchpointtype AS type ON type.id = type_id AND type.mode = 'human'
    WHERE customer NOT IN (SELECT customer FROM whole)
"""
_DIFFERENT = f"""
    WITH wanted AS (
        SELECT * FROM unnest(%(customers)s::bigint[], %(begins)s::date[], %(ends)s::date[])
            AS wanted (customer, begins, ends)
    ), kept AS (
        SELECT {_COLUMNS} FROM wanted JOIN insights_daymet AS met
            ON customer_id = customer AND day >= begins AND day < ends
    ), counted AS ({_COUNTED.format(touched=_TOUCHED)})
    (SELECT -1 AS sign, * FROM (TABLE kept EXCEPT TABLE counted) AS gone)
    UNION ALL
    (SELECT 1, * FROM (TABLE counted EXCEPT TABLE kept) AS come)
"""
_FORGET = """
    DELETE FROM insights_daymet AS met
    USING unnest(%s::bigint[], %s::date[], %s::bigint[], %s::bigint[])
        AS gone (customer_id, day, person_id, team_id)
    WHERE (met.customer_id, met.day, met.person_id, met.team_id)
        = (gone.customer_id, gone.day, gone.person_id, gone.team_id)
"""
_KEEP = f"""
    INSERT INTO insights_daymet ({_COLUMNS})
    SELECT * FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::bigint[], %s::text[],
                         %s::int[], %s::int[], %s::bigint[])
"""
_ADD = """
    INSERT INTO insights_attention AS known
        (is_month, since, team_id, stage, touchpoints, timed, minutes)
    {select}
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (is_month, since, team_id, stage) DO UPDATE
    SET touchpoints = known.touchpoints + excluded.touchpoints,
        timed = known.timed + excluded.timed, minutes = known.minutes + excluded.minutes
"""
_SUMS_GIVEN = (
    "SELECT * FROM unnest(%s::bool[], %s::date[], %s::bigint[], %s::text[],"
    " %s::bigint[], %s::bigint[], %s::bigint[])"
)
_SUMS_OF_DAYS = f"""
    SELECT is_month, CASE WHEN is_month THEN date_trunc('month', day)::date ELSE day END,
           counted_in.team_id, stage, sum(touchpoints), sum(timed), sum(minutes)
    FROM insights_daymet AS met
    CROSS JOIN (VALUES (true), (false)) AS span (is_month)
    CROSS JOIN LATERAL (VALUES (met.team_id), ({EVERY_TEAM})) AS counted_in (team_id)
    GROUP BY 1, 2, 3, 4
"""
# The rows are held first: the statement after it then sees what others counted before us.
_HOLD = """
    INSERT INTO insights_personyear AS known (year, person_id, months)
    SELECT DISTINCT extract(year FROM month)::int, person, 0
    FROM unnest(%s::date[], %s::bigint[]) AS touched (month, person)
    ORDER BY 1, 2
    ON CONFLICT (year, person_id) DO UPDATE SET months = known.months
"""
_COUNT_PEOPLE = f"""
    UPDATE insights_personyear AS known
    SET months = (known.months & ~counted.touched) | counted.met, last_on = (
        SELECT max(day) FROM insights_daymet
        WHERE person_id = known.person_id
          AND day >= make_date(known.year, 1, 1) AND day < make_date(known.year + 1, 1, 1)
    )
    FROM (
        SELECT extract(year FROM month)::int AS year, person,
               bit_or({_MONTH.format("month")}) AS touched,
               coalesce(bit_or({_MONTH.format("month")}) FILTER (WHERE EXISTS (
                   SELECT FROM insights_daymet WHERE person_id = person
                   AND day >= month AND day < month + interval '1 month'
               )), 0) AS met
        FROM unnest(%s::date[], %s::bigint[]) AS touched (month, person)
        GROUP BY 1, 2
    ) AS counted
    WHERE known.year = counted.year AND known.person_id = counted.person
"""
_ALL_PEOPLE = f"""
    INSERT INTO insights_personyear (year, person_id, months, last_on)
    SELECT extract(year FROM day)::int, person_id, bit_or({_MONTH.format("day")}), max(day)
    FROM insights_daymet WHERE person_id <> 0 GROUP BY 1, 2
"""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Recounted:
    """What differs from what was counted before: rows of `DayMet`, without those that stayed."""

    gone: Sequence[Row]
    come: Sequence[Row]

    @classmethod
    def nothing(cls) -> Self:
        """Return that nothing differs."""
        return cls([], [])


def recount_days(
    cursor: CursorWrapper,
    *,
    customers: Collection[int],
    changed: Iterable[tuple[int, date, int]] = (),
    whole: Collection[int] = (),
) -> Recounted:
    """Count anew the days of customers, whom the caller has locked; return what differs.

    Of those whose touchpoints `changed` (customer, month, type) their months; all of whoever is
    `whole`, and of whoever is in another stage than before. The caller passes what differs to
    `count_meetings` at the end.
    """
    columns = list(zip(*changed, strict=True)) or [(), (), ()]
    first, last = EVER
    cursor.execute(
        _WANTED,
        {
            "whole": sorted(whole), "customers": sorted(customers), "first": first, "last": last,
            **{n: list(c) for n, c in zip(("changed", "months", "types"), columns, strict=True)},
        },
    )  # fmt: skip
    if not (wanted := cursor.fetchall()):
        return Recounted.nothing()
    names = ("customers", "begins", "ends")
    spans = {
        name: list(column) for name, column in zip(names, zip(*wanted, strict=True), strict=True)
    }
    cursor.execute(_DIFFERENT, {**spans, "zone": settings.TIME_ZONE})
    rows = cursor.fetchall()
    found = Recounted([row for sign, *row in rows if sign < 0], [r for s, *r in rows if s > 0])
    if found.gone:
        cursor.execute(_FORGET, _columns(row[:4] for row in found.gone))
    if found.come:
        cursor.execute(_KEEP, _columns(found.come))
    return found


def count_meetings(cursor: CursorWrapper, found: Recounted) -> None:
    """Add to the sums what differs; it holds them, in order, until the transaction ends."""
    sums: dict[tuple[bool, date, int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    people = set()
    for sign, rows in ((-1, found.gone), (1, found.come)):
        for _, day, person, team, stage, *amounts in rows:
            month = day.replace(day=1)
            spans = ((True, month), (False, day))
            for key in ((*span, of, stage) for span in spans for of in (team, EVERY_TEAM)):
                sums[key] = [a + sign * b for a, b in zip(sums[key], amounts, strict=True)]
            if person:
                people.add((month, person))
    moved = [(*key, *amounts) for key, amounts in sums.items() if any(amounts)]
    if moved:
        cursor.execute(_ADD.format(select=_SUMS_GIVEN), _columns(moved))
    if people:
        cursor.execute(_HOLD, _columns(people))
        cursor.execute(_COUNT_PEOPLE, _columns(people))


def recount_meetings(cursor: CursorWrapper) -> None:
    """Count all of it anew; the caller has seen to it that nobody else counts meanwhile."""
    for table in ("daymet", "attention", "personyear"):
        cursor.execute(f"DELETE FROM insights_{table}")
    counted = _COUNTED.format(touched="interactions_touchpoint")
    cursor.execute(f"INSERT INTO insights_daymet ({_COLUMNS}) {counted}", {
        "zone": settings.TIME_ZONE
    })  # fmt: skip
    cursor.execute(_ADD.format(select=_SUMS_OF_DAYS))
    cursor.execute(_ALL_PEOPLE)


def _columns(rows: Iterable[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
