"""Finds the messages that were written from a template and takes their warmth away."""

from collections.abc import Collection

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from interactions.services.marks import CHANGE_COLUMNS, select_changes

CUSTOMERS_OF_A_TEMPLATE = 5
"""The same text sent to this many customers was not written for any of them."""

# Far fewer locks than texts: the server's lock table is small, and a batch may hold thousands.
_LOCK = """
    SELECT pg_advisory_xact_lock(2, number)
    FROM (
        SELECT DISTINCT (fingerprint & 255)::int AS number
        FROM unnest(%s::bigint[]) AS fingerprint ORDER BY number
    ) AS numbers
"""

_SENT_TO_MANY = """
    SELECT number
    FROM unnest(%s::bigint[]) AS number,
    LATERAL (
        -- Stops at the limit: a campaign to a million customers costs no more to recognise.
        SELECT count(*) AS customers FROM (
            SELECT DISTINCT customer_id FROM interactions_touchpoint
            WHERE fingerprint = number AND deleted_at IS NULL LIMIT %s
        ) AS recipients
    ) AS reached
    WHERE customers = %s
"""
# A statement of its own, with the few numbers in it: within one, the planner would expect many
# and read all touchpoints there are.
_FLAG = f"""
    WITH message AS (
        -- One that is being corrected is skipped, not waited for: the correction comes here too,
        -- and it already holds what we would wait for.
        SELECT id FROM interactions_touchpoint
        WHERE fingerprint = ANY(%s::bigint[]) AND NOT is_template AND deleted_at IS NULL
        FOR NO KEY UPDATE SKIP LOCKED
    ), flagged AS (
        UPDATE interactions_touchpoint AS touchpoint SET is_template = true
        FROM message WHERE touchpoint.id = message.id
        RETURNING touchpoint.*
    )
    INSERT INTO interactions_touchpointchange ({CHANGE_COLUMNS})
    {select_changes("flagged", sign=-1, refold="true", template="false")}
    UNION ALL
    {select_changes("flagged", sign=1, refold="true", template="true")}
"""


def flag_templates(cursor: CursorWrapper, fingerprints: Collection[int]) -> None:
    """Flag every message with one of these fingerprints that too many customers received."""
    if not fingerprints:
        return
    numbers = sorted(set(fingerprints))
    cursor.execute(_LOCK, [numbers])
    cursor.execute(_SENT_TO_MANY, [numbers, *[CUSTOMERS_OF_A_TEMPLATE] * 2])
    if templates := [number for (number,) in cursor.fetchall()]:
        cursor.execute(_FLAG, [templates, *[settings.TIME_ZONE] * 2])
