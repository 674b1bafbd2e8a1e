"""Takes the customers whose touchpoints or profile changed, and folds and reads them again."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
import pandas as pd
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.mondays import last_monday, to_microseconds
from insights.selectors.events import events_of
from insights.selectors.lens import Lens, current_lens
from insights.selectors.profiles import Profiles, profiles_of
from insights.services.absorbed import forget_absorbed
from insights.services.calendar import change_over, is_calendar_kept
from insights.services.histories import advanced, is_ahead
from insights.services.refold import refold
from insights.services.rollups import MONTH_KEY, count_months
from insights.services.states import Locked, add_states, folded_alike, lock_states
from insights.services.store import store_readings, store_states
from interactions.services.marks import sum_up_intakes

BATCH = 10_000
"""Changes taken at once: enough to make each statement worth it, few enough for a second."""

_PICK = """
    SELECT customer_id FROM {changes} ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
# All changes of the customers scored, so that a long history just loaded is folded once; and
# those of customers that are gone. What another drain holds is left to it. An array, not a join:
# the planner thinks a queue that autovacuum last saw empty is small, and would loop over it.
_IS_OURS = """
    id = ANY(ARRAY(
        SELECT id FROM {changes} AS change
        WHERE customer_id = ANY(%s) AND (
            customer_id = ANY(%s)
            OR NOT EXISTS (SELECT FROM relationships_customer WHERE id = change.customer_id)
        )
        FOR UPDATE SKIP LOCKED
    ))
"""
_TAKE = f"""
    WITH taken AS (
        DELETE FROM interactions_touchpointchange WHERE {_IS_OURS} RETURNING *
    )
    SELECT customer_id, month, coalesce(team_id, 0), type_id, is_via,
           sum(count), min(first_at), bool_or(is_refold)
    FROM taken GROUP BY 1, 2, 3, 4, 5
""".replace("{changes}", "interactions_touchpointchange")
_TAKE_PROFILES = f"DELETE FROM relationships_profilechange WHERE {_IS_OURS}".replace(
    "{changes}", "relationships_profilechange"
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: by customer, the first moment and whether history did; and by month."""

    first_at: dict[int, datetime]
    refold: set[int]
    months: pd.DataFrame
    taken: int


def drain(*, now: datetime, limit: int = BATCH) -> int:
    """Score the customers that changed; return how many changes were taken.

    Several drains may run at once: each takes changes and customers that no other holds. A drain
    that dies gives back what it took. Refolding is always right; going on from the state is
    only quicker, and done where all that is new is later than all that is folded.
    """
    while (taken := _drain_by_the_calendar(now, limit)) is None:
        if not change_over(now=now):
            return 0
    return taken


@transaction.atomic
def _drain_by_the_calendar(now: datetime, limit: int) -> int | None:
    """Drain unless the time zone was changed; then nothing is done."""
    with connection.cursor() as cursor:
        if not is_calendar_kept(cursor):
            return None
        sum_up_intakes(cursor, limit=limit)
        customers = _pick(cursor, limit)
        if not customers:
            return 0
        add_states(cursor, customers)
        locked = lock_states(cursor, customers)
        changes = _take(cursor, customers, locked)
        locked = forget_absorbed(cursor, locked)
        lens = current_lens()
        profiles = profiles_of(cursor, locked.ids)
        late = _must_refold(locked, changes, profiles, lens, now)
        refold(cursor, locked.only(late), profiles.only(late), lens, now)
        _extend(cursor, locked.only(~late), profiles.only(~late), lens, now)
        # Last, for it locks the rows of this month, which other drains count in too.
        count_months(cursor, changes.months)
        return changes.taken


def _pick(cursor: CursorWrapper, limit: int) -> list[int]:
    """Return the customers that changed first and that no other drain has picked."""
    customers: set[int] = set()
    for changes in ("interactions_touchpointchange", "relationships_profilechange"):
        cursor.execute(_PICK.format(changes=changes), [limit])
        customers.update(customer for (customer,) in cursor)
    return sorted(customers)


def _take(cursor: CursorWrapper, customers: list[int], locked: Locked) -> Changes:
    """Take the changes out of the queue; should this transaction fail, they are back in it."""
    cursor.execute(_TAKE, [customers, locked.ids.tolist()])
    rows = cursor.fetchall()
    cursor.execute(_TAKE_PROFILES, [customers, locked.ids.tolist()])
    first_at: dict[int, datetime] = {}
    for customer, *_, moment, _ in rows:
        first_at[customer] = min(moment, first_at.get(customer, moment))
    counts = pd.DataFrame([row[1:6] for row in rows], columns=[*MONTH_KEY, "count"])
    return Changes(
        first_at=first_at,
        refold={customer for customer, *_, is_refold in rows if is_refold},
        months=counts.astype({"count": "int64"}).groupby(MONTH_KEY, as_index=False).sum(),
        taken=len(rows) + cursor.rowcount,
    )


def _must_refold(
    locked: Locked, changes: Changes, profiles: Profiles, lens: Lens, now: datetime
) -> NDArray[np.bool_]:
    """Say whose history must be folded from the start."""
    remembered_to = datetime.combine(last_monday(now), time(), tzinfo=UTC)
    was_folded_otherwise = ~folded_alike(locked, profiles, lens)
    ahead = is_ahead(locked.folded_to, locked.history_on, now)

    def is_late(row: int) -> bool:
        customer = int(locked.ids[row])
        folded_to = locked.folded_to[row]
        first_at = changes.first_at.get(customer)
        return (
            customer in changes.refold
            or folded_to is None
            or bool(was_folded_otherwise[row] or ahead[row])
            or locked.history_on[row] is None
            or (first_at is not None and first_at <= max(folded_to, remembered_to))
        )

    return np.array([is_late(row) for row in range(len(locked.ids))], dtype=np.bool_)


def _extend(
    cursor: CursorWrapper, group: Locked, profiles: Profiles, lens: Lens, now: datetime
) -> None:
    """Fold what is new into the states; the Mondays since are read from the states before."""
    if not len(group.ids):
        return
    history = advanced(group.numbers, group.history, group.history_on, profiles, lens, now)
    events, last = events_of(group.ids, group.folded_to, lens.row_of_type)
    kept = np.array([to_microseconds(moment) for moment in group.folded_to], dtype=np.int64)
    states = lens.fold(events, profiles, group.numbers)
    store_states(cursor, profiles, states, np.maximum(last, kept), lens.policy_version)
    store_readings(cursor, profiles, states, history, lens, now)
