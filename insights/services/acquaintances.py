"""Until when each of us knows a customer: written anew with what happens, read as time passes."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

import numpy as np
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from insights.mondays import EPOCH, days_of, to_microseconds
from insights.scoring.pairs import known_between
from insights.selectors.acquaintances import KNOWS_FROM
from insights.selectors.events import events_by_pair
from insights.selectors.histories import long_histories
from insights.selectors.lens import Lens
from insights.selectors.profiles import Profiles

_LATELY = """
    SELECT customer FROM unnest(%s::bigint[], %s::timestamptz[]) AS wanted (customer, first_at)
    WHERE EXISTS (
        SELECT FROM interactions_touchpoint
        WHERE customer_id = customer AND occurred_at >= first_at AND person_id IS NOT NULL
    )
"""
_CONTACTS = """
    SELECT id, left_on FROM relationships_contact
    WHERE customer_id = ANY(%s) AND left_on IS NOT NULL
"""
_FORGET = "DELETE FROM insights_acquaintance WHERE customer_id = ANY(%s)"
_KEEP = """
    INSERT INTO insights_acquaintance (customer_id, person_id, known_from, known_until)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
"""


def met_since(cursor: CursorWrapper, first_at: Mapping[int, datetime]) -> set[int]:
    """Return those customers with whom somebody by name was in contact since a moment of each."""
    if not first_at:
        return set()
    cursor.execute(_LATELY, [list(first_at), list(first_at.values())])
    return {customer for (customer,) in cursor}


def renew_acquaintances(
    cursor: CursorWrapper, profiles: Profiles, lens: Lens, now: datetime
) -> None:
    """Work out anew who of us knows these customers, whom the caller has locked, until when."""
    ids = profiles.ids.tolist()
    if not ids:
        return
    long = long_histories(ids)
    after = np.array([to_microseconds(long.get(one)) for one in ids], dtype=np.int64)
    left = _left(cursor, ids)
    known: dict[tuple[int, int], tuple[float, float]] = {}
    for policy, rows in lens.shared(profiles):
        events, pairs = events_by_pair(profiles.ids[rows], lens.row_of_type, after[rows])
        if not len(pairs):
            continue
        since, until = known_between(events, lens.kinds, policy, days_of(now), KNOWS_FROM)
        for (customer, person, contact), begins, ends in zip(
            pairs.tolist(), since.tolist(), until.tolist(), strict=True
        ):
            ends = min(ends, left.get(contact, np.inf))
            begins = -np.inf if np.isnan(begins) else begins
            if ends > max(begins, days_of(now)):
                one, other = known.get((customer, person), (np.inf, -np.inf))
                known[customer, person] = min(one, begins), max(other, ends)
    cursor.execute(_FORGET, [ids])
    if known:
        cursor.execute(_KEEP, [
            [customer for customer, _ in known],
            [person for _, person in known],
            [None if np.isinf(begins) else _moment(begins) for begins, _ in known.values()],
            [_moment(ends) for _, ends in known.values()],
        ])  # fmt: skip


def _left(cursor: CursorWrapper, ids: list[int]) -> Mapping[int, float]:
    """Return when contacts left or will leave: days since 1970 UTC."""
    cursor.execute(_CONTACTS, [ids])
    zone = timezone.get_default_timezone()
    return {
        contact: days_of(datetime.combine(day, time(), tzinfo=zone))
        for contact, day in cursor.fetchall()
    }


def _moment(days: float) -> datetime:
    return EPOCH + timedelta(days=days)
