"""Finds the messages that were written from a template and takes their warmth away."""

from collections.abc import Collection

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from interactions.services.marks import CHANGE_COLUMNS, select_changes

CUSTOMERS_OF_A_TEMPLATE = 5
"""The same text sent to this many customers was not written for any of them."""

_LOCK = """
    SELECT pg_advisory_xact_lock(number)
    FROM (SELECT DISTINCT number FROM unnest(%s::bigint[]) AS number ORDER BY number) AS numbers
"""

_FLAG = f"""
    WITH template AS (
        SELECT number AS fingerprint
        FROM unnest(%s::bigint[]) AS number,
        LATERAL (
            -- Stops at the limit: a campaign to a million customers costs no more to recognise.
            SELECT count(*) AS customers FROM (
                SELECT DISTINCT customer_id FROM interactions_touchpoint
                WHERE fingerprint = number AND deleted_at IS NULL LIMIT %s
            ) AS recipients
        ) AS reached
        WHERE customers = %s
    ), flagged AS (
        UPDATE interactions_touchpoint AS touchpoint SET is_template = true
        FROM template
        WHERE touchpoint.fingerprint = template.fingerprint
          AND NOT is_template AND deleted_at IS NULL
        RETURNING touchpoint.*
    )
    INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS})
    {select_changes("flagged", sign=0, refold="true")}
"""


def flag_templates(cursor: CursorWrapper, fingerprints: Collection[int]) -> None:
    """Flag every message with one of these fingerprints that too many customers received."""
    if fingerprints:
        numbers = sorted(set(fingerprints))
        cursor.execute(_LOCK, [numbers])
        cursor.execute(_FLAG, [numbers, *[CUSTOMERS_OF_A_TEMPLATE] * 2, settings.TIME_ZONE])
