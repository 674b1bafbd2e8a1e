"""Loops, derived from the touchpoints that open and close them."""

from collections.abc import Iterable

from django.db.backends.utils import CursorWrapper

from interactions.services import loop_news

LoopKey = tuple[int, str]  # source and external id of the touchpoint that opens the loop

# Far fewer locks than loops: the server's lock table is small, and a batch may open thousands.
_LOCK = """
    SELECT pg_advisory_xact_lock(1, number)
    FROM (
        SELECT DISTINCT (hashtextextended(external_id, source_id) & 255)::int AS number
        FROM unnest(%s::int[], %s::text[]) AS key (source_id, external_id)
        ORDER BY number
    ) AS numbers
"""

_RECONCILE = """
    WITH opener AS (
        SELECT touchpoint.*
        FROM interactions_touchpoint AS touchpoint
        JOIN unnest(%s::int[], %s::text[]) AS key (source_id, external_id)
        USING (source_id, external_id)
    ), closer AS (
        SELECT DISTINCT ON (opener.id) opener.id AS opener_id, closing.id, closing.occurred_at
        FROM opener
        JOIN interactions_touchpoint AS closing
          ON closing.closes_source_id = opener.source_id
         AND closing.closes_external_id = opener.external_id
         AND closing.customer_id = opener.customer_id
         -- What opens a loop itself closes only earlier ones: two at one instant could otherwise
         -- close each other, or one itself, and neither came first.
         AND (closing.occurred_at > opener.occurred_at
              OR closing.occurred_at = opener.occurred_at AND closing.opens IS NULL)
         AND closing.deleted_at IS NULL
        ORDER BY opener.id, closing.occurred_at, closing.id
    ), gone AS (
        DELETE FROM interactions_loop
        USING opener
        WHERE opened_by_id = opener.id
          AND (opener.deleted_at IS NOT NULL OR opener.opens IS NULL)
    ), kept AS (
        INSERT INTO interactions_loop
            (customer_id, team_id, kind, text, person_id, opened_by_id, opened_at, due_at,
             closed_by_id, closed_at)
        SELECT opener.customer_id, opener.team_id, opener.opens, opener.text, opener.person_id,
               opener.id, opener.occurred_at, opener.due_at, closer.id, closer.occurred_at
        FROM opener
        LEFT JOIN closer ON closer.opener_id = opener.id
        WHERE opener.deleted_at IS NULL AND opener.opens IS NOT NULL
        ON CONFLICT (opened_by_id) DO UPDATE
        SET customer_id = excluded.customer_id, team_id = excluded.team_id,
            kind = excluded.kind, text = excluded.text,
            person_id = excluded.person_id, opened_at = excluded.opened_at,
            due_at = excluded.due_at, closed_by_id = excluded.closed_by_id,
            closed_at = excluded.closed_at,
            -- Another due time is another promise, told of anew when it is broken.
            overdue_at = CASE WHEN interactions_loop.due_at = excluded.due_at
                         THEN interactions_loop.overdue_at END
        RETURNING {counted}
    ), was AS (
        -- What a statement changes it does not see itself: these are the loops before.
        SELECT {counted} FROM interactions_loop
        WHERE opened_by_id IN (SELECT id FROM opener)
    )
    INSERT INTO interactions_loopchange
        (customer_id, team_id, kind, opened_at, due_at, closed_at, sign)
    SELECT customer_id, team_id, kind, opened_at, due_at, closed_at, -1
    FROM (SELECT * FROM was EXCEPT SELECT * FROM kept) AS no_longer
    UNION ALL
    SELECT customer_id, team_id, kind, opened_at, due_at, closed_at, 1
    FROM (SELECT * FROM kept EXCEPT SELECT * FROM was) AS newly
""".format(counted="opened_by_id, customer_id, team_id, kind, opened_at, due_at, closed_at")


def reconcile(cursor: CursorWrapper, keys: Iterable[LoopKey]) -> None:
    """Make the loops opened by these touchpoints what the touchpoints now say.

    The first later touchpoint of the same customer that names the opener closes it, whichever
    of the two was recorded first. The lock makes a closer that is being recorded at the same
    moment wait, so that one of the two transactions sees both.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return
    columns = [list(column) for column in zip(*wanted, strict=True)]
    cursor.execute(_LOCK, columns)
    before = loop_news.loops_before(cursor, columns)
    cursor.execute(_RECONCILE, columns)
    loop_news.tell_changes(cursor, columns, before)
