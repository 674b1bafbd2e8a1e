"""Takes the customers whose touchpoints or profile changed, and folds and reads them again."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.mondays import (
    days_of,
    last_monday,
    mondays_until,
    to_bytes,
    to_microseconds,
)
from insights.scoring import fold, read, trail
from insights.selectors.events import events_of
from insights.selectors.lens import Lens, current_lens
from insights.services.histories import advanced
from insights.services.rollups import count_months
from insights.services.states import Locked, add_states, lock_states
from insights.services.store import (
    Profiles,
    profiles_of,
    store_readings,
    store_states,
)

BATCH = 10_000
"""Changes taken at once: enough to make each statement worth it, few enough for a second."""

_PICK = """
    SELECT id, customer_id, first_at, is_refold FROM interactions_touchpointchange
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_PICK_PROFILES = """
    SELECT id, customer_id FROM relationships_profilechange
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
# What another drain holds is left to it; what belongs to a deleted customer is done with.
_IS_DONE = """
    id = ANY(%s) AND (
        customer_id = ANY(%s)
        OR NOT EXISTS (SELECT FROM relationships_customer AS c WHERE c.id = customer_id)
    )
"""
_DONE = f"SELECT id FROM interactions_touchpointchange WHERE {_IS_DONE}"
_FORGET_PROFILES = f"DELETE FROM relationships_profilechange WHERE {_IS_DONE}"


@dataclass(frozen=True, slots=True)
class Picked:
    """The changes taken by one drain and what they ask for, by customer."""

    change_ids: list[int]
    profile_ids: list[int]
    first_at: dict[int, datetime]
    refold: set[int]
    customers: set[int]


@transaction.atomic
def drain(*, now: datetime, limit: int = BATCH) -> int:
    """Score the customers that changed; return how many changes were taken.

    Several drains may run at once: each takes changes and customers that no other holds. A drain
    that dies gives back what it took. Refolding is always right; going on from the state is
    only quicker, and done where all that is new is later than all that is folded.
    """
    with connection.cursor() as cursor:
        picked = _pick(cursor, limit)
        if not picked.customers:
            return 0
        add_states(cursor, picked.customers)
        locked = lock_states(cursor, picked.customers)
        lens = current_lens()
        late = _must_refold(locked, picked, lens, now)
        _score(cursor, locked.only(late), locked.only(~late), lens, now)
        return _forget(cursor, picked, locked)


def _pick(cursor: CursorWrapper, limit: int) -> Picked:
    cursor.execute(_PICK, [limit])
    changes = cursor.fetchall()
    cursor.execute(_PICK_PROFILES, [limit])
    profiles = cursor.fetchall()
    first_at: dict[int, datetime] = {}
    for _, customer, moment, _ in changes:
        first_at[customer] = min(moment, first_at.get(customer, moment))
    return Picked(
        change_ids=[change for change, *_ in changes],
        profile_ids=[change for change, _ in profiles],
        first_at=first_at,
        refold={customer for _, customer, _, is_refold in changes if is_refold},
        customers={customer for _, customer, *_ in (*changes, *profiles)},
    )


def _must_refold(locked: Locked, picked: Picked, lens: Lens, now: datetime) -> NDArray[np.bool_]:
    """Say whose history must be folded from the start."""
    remembered_to = datetime.combine(last_monday(now), time(), tzinfo=UTC)

    def is_late(row: int) -> bool:
        customer = int(locked.ids[row])
        folded_to = locked.folded_to[row]
        first_at = picked.first_at.get(customer)
        return (
            customer in picked.refold
            or folded_to is None
            or locked.policy_versions[row] != lens.policy_version
            or locked.history_on[row] is None
            or (first_at is not None and first_at <= max(folded_to, remembered_to))
        )

    return np.array([is_late(row) for row in range(len(locked.ids))], dtype=np.bool_)


def _score(
    cursor: CursorWrapper, late: Locked, in_order: Locked, lens: Lens, now: datetime
) -> None:
    """Fold, read and store both groups."""
    for group, bring_up_to_date in ((late, _refolded), (in_order, _extended)):
        if not len(group.ids):
            continue
        profiles = profiles_of(cursor, group.ids)
        states, history, folded_to = bring_up_to_date(group, profiles, lens, now)
        store_states(cursor, group.ids, states, folded_to, lens.policy_version)
        readings = read(
            states, days_of(now), lens.policy, lens.population, lens.silence, styles=profiles.styles
        )
        store_readings(
            cursor, profiles, readings, history,
            history_on=last_monday(now), now=now, policy=lens.policy,
        )  # fmt: skip


Scored = tuple[NDArray[np.float64], NDArray[np.uint8], NDArray[np.int64]]


def _refolded(group: Locked, profiles: Profiles, lens: Lens, now: datetime) -> Scored:
    """Fold whole histories, and read them as of every Monday that is remembered."""
    events, last = events_of(group.ids, [None] * len(group.ids), lens.row_of_type)
    distances = trail(
        events, lens.kinds, lens.policy, mondays_until(last_monday(now)),
        lens.population, lens.silence, profiles.styles,
    )  # fmt: skip
    return fold(events, lens.kinds, lens.policy).states, to_bytes(distances), last


def _extended(group: Locked, profiles: Profiles, lens: Lens, now: datetime) -> Scored:
    """Fold what is new into the states; the Mondays since are read from the states before."""
    history = advanced(group.numbers, group.history, group.history_on, profiles, lens, now)
    events, last = events_of(group.ids, group.folded_to, lens.row_of_type)
    kept = np.array([to_microseconds(moment) for moment in group.folded_to], dtype=np.int64)
    states = fold(events, lens.kinds, lens.policy, group.numbers).states
    return states, history, np.maximum(last, kept)


def _forget(cursor: CursorWrapper, picked: Picked, locked: Locked) -> int:
    """Count and delete the changes of the customers scored, and of those that are gone."""
    cursor.execute(_DONE, [picked.change_ids, locked.ids.tolist()])
    done = [change for (change,) in cursor]
    count_months(cursor, done)
    cursor.execute("DELETE FROM interactions_touchpointchange WHERE id = ANY(%s)", [done])
    cursor.execute(_FORGET_PROFILES, [picked.profile_ids, locked.ids.tolist()])
    return len(done) + cursor.rowcount
