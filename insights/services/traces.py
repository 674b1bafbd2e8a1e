"""Traces: which customers had something in a month that a measure of care counts."""

from collections.abc import Collection
from datetime import date

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from insights.measures import CONDITIONS

_MEASURED = ", ".join(f"({measure.value}, {holds})" for measure, holds in CONDITIONS.items())
_LEAVE = f"""
    INSERT INTO insights_caretrace (measure, month, team_id, customer_id)
    SELECT DISTINCT measured.measure, touched.month, touched.team_id, touched.customer_id
    FROM {{touched}} AS touched
    JOIN interactions_touchpointtype AS type ON type.id = touched.type_id
    CROSS JOIN LATERAL (VALUES {_MEASURED}) AS measured (measure, holds)
    WHERE measured.holds
    ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING
"""
_GIVEN = """
    unnest(%s::bigint[], %s::date[], %s::bigint[], %s::int[], %s::bool[], %s::bool[])
"""
_OF_GIVEN = _LEAVE.replace(
    "{touched} AS touched",
    f"{_GIVEN} AS touched (customer_id, month, team_id, type_id, is_via, is_template)",
)
_OF_TOUCHPOINTS = _LEAVE.replace(
    "{touched}",
    """(
        SELECT DISTINCT customer_id, coalesce(team_id, 0) AS team_id, type_id,
               date_trunc('month', occurred_at AT TIME ZONE %s)::date AS month,
               via <> '' AS is_via, is_template
        FROM interactions_touchpoint WHERE deleted_at IS NULL AND {whose}
    )""",
)

Month = tuple[date, int, int, bool, bool]
"""A month, the team of the customer then (0 for none), the type, whether through others, and
whether from a template."""

Touched = tuple[int, Month]
"""A customer, and the month of the rollups in which something of theirs is counted."""


def leave_traces(cursor: CursorWrapper, touched: Collection[Touched]) -> None:
    """Leave traces of what customers had."""
    if touched:
        rows = [(customer, *month) for customer, month in touched]
        customers, months, *rest = (list(column) for column in zip(*rows, strict=True))
        cursor.execute(_OF_GIVEN, [customers, months, *rest])


def retrace(cursor: CursorWrapper, customer_ids: Collection[int]) -> None:
    """Leave traces of all that these customers ever had, as after a merge."""
    if customer_ids:
        whose = "customer_id = ANY(%s)"
        cursor.execute(
            _OF_TOUCHPOINTS.replace("{whose}", whose),
            [settings.TIME_ZONE, sorted(customer_ids)],
        )


def retrace_everyone(cursor: CursorWrapper) -> None:
    """Leave all traces anew, and none that leads nowhere."""
    cursor.execute("DELETE FROM insights_caretrace")
    cursor.execute(_OF_TOUCHPOINTS.replace("{whose}", "true"), [settings.TIME_ZONE])
