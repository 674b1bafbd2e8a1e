"""Keeps what is counted of care to the catalogue of types as it is now."""

from django.db import connection, transaction

from insights.services.calendar import hold_calendar
from insights.services.monthly import COUNTED_BY, HOLD, recount_measures

_IS_KEPT = f"""
    SELECT NOT EXISTS (
        SELECT FROM interactions_touchpointtype AS type
        LEFT JOIN insights_carecatalogue AS known ON known.type_id = type.id
        WHERE known.counted_by IS DISTINCT FROM {COUNTED_BY}
    )
"""


def keep_to_catalogue() -> None:
    """Count every month of care anew if a type is now of other measures than it was."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_KEPT)
        (is_kept,) = cursor.fetchone()
    if not is_kept:
        _recount()


@transaction.atomic
def _recount() -> None:
    with connection.cursor() as cursor:
        # Whoever drains holds it shared, and counts by the catalogue as it is by then.
        hold_calendar(cursor)
        cursor.execute(HOLD)
        recount_measures(cursor)
