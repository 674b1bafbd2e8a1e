"""States of customers, locked so that one process at a time scores each."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.mondays import NEVER, UNKNOWN, UNREAD, WEEKS
from insights.scoring import STATE_SIZE, empty_states
from insights.selectors.lens import Lens
from insights.selectors.profiles import Profiles
from insights.services.counted import Counted, counted

# Customers are held only where a state is made for them: holding a row is writing to it.
_ADD_STATES = """
    INSERT INTO insights_customerstate (customer_id, policy_version, numbers, segment_id, stage)
    SELECT id, 0, '', coalesce(segment_id, 0), stage FROM relationships_customer AS customer
    WHERE {whose}
      AND NOT EXISTS (SELECT FROM insights_customerstate WHERE customer_id = customer.id)
    ORDER BY id FOR KEY SHARE
    ON CONFLICT DO NOTHING
"""
# A customer deleted while a drain made their state leaves it behind; nobody can score that.
_LOCK_STATES = f"""
    SELECT customer_id, policy_version, state.segment_id, state.stage,
           coalesce((extract(epoch FROM folded_to) * 1000000)::bigint, {NEVER}), numbers
    FROM insights_customerstate AS state
    JOIN relationships_customer AS customer ON customer.id = customer_id
    WHERE customer_id = ANY(%s)
    ORDER BY customer_id FOR UPDATE OF state SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class Locked:
    """States of n customers that nobody else will change before this transaction ends.

    `segments` are those by whose policy they were folded and in which their touchpoints are
    counted, as in `stages`, not where the customers are now;
    `folded_to` i8[n] the newest touchpoint in each, microseconds since 1970 UTC, or `NEVER`.
    `history` u1[n, WEEKS] ends on the Monday so many `weeks` after the first, `UNREAD` without a
    reading; `counted` are those who have one.
    """

    ids: NDArray[np.int64]
    policy_versions: NDArray[np.int64]
    segments: NDArray[np.int64]
    stages: NDArray[np.str_]
    folded_to: NDArray[np.int64]
    numbers: NDArray[np.float64]
    history: NDArray[np.uint8]
    weeks: NDArray[np.int64]
    counted: Counted

    def only(self, chosen: NDArray[np.bool_]) -> "Locked":
        """Return the customers that are chosen."""
        return Locked(
            self.ids[chosen],
            self.policy_versions[chosen],
            self.segments[chosen],
            self.stages[chosen],
            self.folded_to[chosen],
            self.numbers[chosen],
            self.history[chosen],
            self.weeks[chosen],
            self.counted.only(chosen[self.counted.places_in(self.ids)]),
        )


def add_states(cursor: CursorWrapper, customers: Iterable[int]) -> int:
    """Give each of these customers that exists a state, empty when it is new; return how many."""
    cursor.execute(_ADD_STATES.format(whose="id = ANY(%s)"), [sorted(customers)])
    return cursor.rowcount


def add_missing_states(cursor: CursorWrapper) -> None:
    """Give everyone with whom anything happened a state, empty when it is new."""
    whose = "EXISTS (SELECT FROM interactions_touchpoint WHERE customer_id = customer.id)"
    cursor.execute(_ADD_STATES.format(whose=whose))


def lock_states(cursor: CursorWrapper, customers: Iterable[int]) -> Locked:
    """Lock the states of those customers that exist and nobody else holds, until the end."""
    cursor.execute(_LOCK_STATES, [sorted(customers)])
    rows = cursor.fetchall()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    # A statement of its own, after the lock: it sees what the drain before us committed.
    read = counted(cursor, "customer_id = ANY(%s)", [ids.tolist()])
    history = np.full((len(rows), WEEKS), UNKNOWN, dtype=np.uint8)
    weeks = np.full(len(rows), UNREAD, dtype=np.int64)
    places = read.places_in(ids)
    history[places], weeks[places] = read.history, read.weeks
    return Locked(
        ids=ids,
        policy_versions=np.array([row[1] for row in rows], dtype=np.int64),
        segments=np.array([row[2] for row in rows], dtype=np.int64),
        stages=np.array([row[3] for row in rows], dtype=np.str_),
        folded_to=np.array([row[4] for row in rows], dtype=np.int64),
        numbers=unpack([bytes(row[5]) for row in rows]),
        history=history,
        weeks=weeks,
        counted=read,
    )


def unpack(packed: list[bytes]) -> NDArray[np.float64]:
    """Unpack states; one that is not of today's shape is as good as none and will be refolded."""
    empty = empty_states(1).tobytes()
    whole = b"".join(numbers if len(numbers) == len(empty) else empty for numbers in packed)
    return np.frombuffer(whole, dtype="<f8").reshape(-1, STATE_SIZE).copy()


def folded_alike(locked: Locked, profiles: Profiles, lens: Lens) -> NDArray[np.bool_]:
    """Say whose state was folded with the policy that is theirs now: bool[n].

    It may be of an older version, or of the segment that the customer was in before.
    """
    of = lens.policies.of
    pairs = zip(locked.segments.tolist(), profiles.segments.tolist(), strict=True)
    same = [then == now or of(then) == of(now) for then, now in pairs]
    return np.array(same, dtype=np.bool_) & (locked.policy_versions == lens.policy_version)
