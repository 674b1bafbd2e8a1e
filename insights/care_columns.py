"""What is kept of care by month, as SQL: a column for each measure, three for each kind of loop.

Sums of touchpoints and of loops are both of rows with a `number`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from insights.hours import EDGES
from insights.measures import ALL, CONDITIONS, HEARD, HUMAN
from interactions.models import LoopKind

TOUCHED: Mapping[str, str] = {
    measure.name.lower(): holds for measure, holds in CONDITIONS.items()
} | {
    "heard": HEARD,
    "everything": ALL,
    "human": HUMAN,
}
"""Which touchpoints each column counts, over `type` and `touched` as in `insights.measures`."""

LOOPS: Mapping[str, str] = {
    f"{kind.label.lower()}s{what}": f"kind = {kind.value}{holds}"
    for kind in LoopKind
    for what, holds in (
        ("", ""), ("_closed", " AND step IS NOT NULL"), ("_in_time", " AND is_in_time"),
    )
}  # fmt: skip
"""Which loops each column counts."""

COLUMNS = (*TOUCHED, *LOOPS)

LOOPED = """
    customer_id, date_trunc('month', opened_at AT TIME ZONE %(zone)s)::date AS month,
    coalesce(team_id, 0) AS team_id, kind,
    width_bucket(extract(epoch FROM closed_at - opened_at)::float8 / 3600, %(edges)s::float8[])
        AS step,
    coalesce(closed_at <= due_at, false) AS is_in_time,
    CASE WHEN closed_at IS NULL AND kind = {promise}
         THEN (due_at AT TIME ZONE %(zone)s)::date END AS due_on
""".replace("{promise}", str(LoopKind.PROMISE.value))
"""Whose a loop is, when it was opened, of what kind it is, how long it took if it is closed, and of
a promise that is open on which day it is due."""


def how_looped() -> dict[str, Any]:
    """Return what `LOOPED` is to be given."""
    return {"zone": settings.TIME_ZONE, "edges": list(EDGES)}


def sums(counted: Mapping[str, str]) -> str:
    """Return the sums of numbers for some columns."""
    return ", ".join(
        f"coalesce(sum(number) FILTER (WHERE {holds}), 0) AS {name}"
        for name, holds in counted.items()
    )


def listed(names: Iterable[str], text: str) -> str:
    """Return a text about each of some columns.

    >>> listed(["said", "shown"], "sum({0}) AS {0}")
    'sum(said) AS said, sum(shown) AS shown'
    """
    return ", ".join(text.format(name) for name in names)


def cells(by: str, touched: str, looped: str) -> str:
    """Return the SQL of all columns by some others, a row of touchpoints and one of loops.

    `touched` and `looped` are sets of rows with those others and a number, what a touchpoint or
    a sum of them was, and what `LOOPED` says.
    """
    return f"""
        SELECT {by}, {sums(TOUCHED)}, {listed(LOOPS, "0 AS {}")}
        FROM {touched} AS touched
        JOIN interactions_touchpointtype AS type ON type.id = touched.type_id
        GROUP BY {by}
        UNION ALL
        SELECT {by}, {listed(TOUCHED, "0")}, {sums(LOOPS)} FROM {looped} AS looped GROUP BY {by}
    """
