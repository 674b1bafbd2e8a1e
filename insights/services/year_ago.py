"""Where the customers of the most value stood on the map a year ago, worked out at night.

What is kept of a year are distances, not doors and windows, so these are folded anew from the
touchpoints before that day. Pages show a few at a time, whoever they are filtered by.
"""

from datetime import UTC, datetime, time

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.mondays import days_of
from insights.scoring.altered import cut_off
from insights.selectors.events import events_of
from insights.selectors.lens import Lens, current_lens
from insights.selectors.organisation import comparison_days
from insights.selectors.places import ARROWS_SHOWN
from insights.selectors.profiles import profiles_of

MOST_KEPT = 5_000
"""Customers folded in a night: more than groups have in all but very large organisations."""

FOLDED_AT_ONCE = 100
"""Those of the most value have the longest histories: so many are in memory together."""

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('insights.year_ago'))"
# Of whatever groups a page adds up, the largest are among the largest of each.
_LARGEST = """
    SELECT customer_id FROM (
        SELECT customer_id, yearly_value, row_number() OVER (
            PARTITION BY team_id, segment_id, stage, currency
            ORDER BY yearly_value DESC, customer_id
        ) AS rank
        FROM insights_reading WHERE band <> 0 AND yearly_value > 0 AND first_at < %s
    ) AS ranked
    JOIN relationships_customer AS customer ON customer.id = customer_id
    WHERE rank <= %s AND merged_into_id IS NULL
    ORDER BY rank, ranked.yearly_value DESC, customer_id LIMIT %s
"""
_KEEP = """
    INSERT INTO insights_yearago (customer_id, on_date, doors, windows, team_id, segment_id,
                                  stage, currency, yearly_value)
    SELECT customer_id, %s, before.doors, before.windows, coalesce(team_id, 0),
           coalesce(segment_id, 0), stage, currency, yearly_value
    FROM unnest(%s::bigint[], %s::float8[], %s::float8[]) AS before (customer_id, doors, windows)
    JOIN insights_reading USING (customer_id)
"""


@transaction.atomic
def look_back_a_year(*, now: datetime) -> int:
    """Work out where those of the most value stood a year ago; return how many are kept.

    They are read as they would have been on that Monday, knowing only what was before it, by the
    policy of today. Who was not heard from by then is left out.
    """
    _, monday = comparison_days(now)
    midnight = datetime.combine(monday, time(), tzinfo=UTC)
    lens = current_lens()
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(_LARGEST, [midnight, ARROWS_SHOWN, MOST_KEPT])
        ids = np.array([customer for (customer,) in cursor], np.int64)
        cursor.execute("DELETE FROM insights_yearago")
        kept = 0
        for start in range(0, len(ids), FOLDED_AT_ONCE):
            kept += _keep(cursor, ids[start : start + FOLDED_AT_ONCE], lens, midnight)
    return kept


def _keep(cursor: CursorWrapper, ids: NDArray[np.int64], lens: Lens, midnight: datetime) -> int:
    """Fold some customers up to a midnight and keep where they stood; return how many."""
    profiles, until = profiles_of(cursor, ids), days_of(midnight)
    events, _ = events_of(ids, lens.row_of_type)
    then = lens.read(lens.fold(cut_off(events, until), profiles), until, profiles)
    known = then.known
    columns = [column[known].tolist() for column in (ids, then.doors, then.windows)]
    cursor.execute(_KEEP, [midnight.date(), *columns])
    return int(known.sum())
