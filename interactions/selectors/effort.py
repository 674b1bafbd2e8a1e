"""How long logging takes."""

from django.db import connection

from interactions.models import LoggingTime

LAST = 500
"""Of so many that were logged last the median is taken."""

FEWEST = 10
"""Fewer say nothing yet."""

_MEDIAN = f"""
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)
    FROM (SELECT seconds FROM {LoggingTime._meta.db_table} ORDER BY id DESC LIMIT %s) AS last
    HAVING count(*) >= %s
"""


def median_logging_seconds() -> float | None:
    """Return the seconds within which half of what people log is logged; None of too few."""
    with connection.cursor() as cursor:
        cursor.execute(_MEDIAN, [LAST, FEWEST])
        row = cursor.fetchone()
    return row[0] if row else None
