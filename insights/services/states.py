"""States of customers, locked so that one process at a time scores each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.mondays import UNKNOWN, WEEKS
from insights.scoring import STATE_SIZE, empty_states
from insights.selectors.lens import Lens
from insights.selectors.profiles import Profiles

_ADD_STATES = """
    INSERT INTO insights_customerstate (customer_id, policy_version, numbers)
    SELECT id, 0, '' FROM relationships_customer WHERE id = ANY(%s)
    ORDER BY id FOR KEY SHARE
    ON CONFLICT DO NOTHING
"""
# A customer deleted while a drain made their state leaves it behind; nobody can score that.
_LOCK_STATES = """
    SELECT customer_id, policy_version, folded_to, numbers, state.segment_id
    FROM insights_customerstate AS state
    JOIN relationships_customer AS customer ON customer.id = customer_id
    WHERE customer_id = ANY(%s)
    ORDER BY customer_id FOR UPDATE OF state SKIP LOCKED
"""
_HISTORIES = """
    SELECT customer_id, history, history_on FROM insights_reading WHERE customer_id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Locked:
    """States of n customers that nobody else will change before this transaction ends.

    `segments` are those by whose policy they were folded, not where the customers are now.
    """

    ids: NDArray[np.int64]
    policy_versions: NDArray[np.int64]
    folded_to: list[datetime | None]
    numbers: NDArray[np.float64]
    history: NDArray[np.uint8]
    history_on: list[date | None]
    segments: NDArray[np.int64]

    def only(self, chosen: NDArray[np.bool_]) -> "Locked":
        """Return the customers that are chosen."""
        rows = np.flatnonzero(chosen)
        return Locked(
            self.ids[chosen],
            self.policy_versions[chosen],
            [self.folded_to[row] for row in rows],
            self.numbers[chosen],
            self.history[chosen],
            [self.history_on[row] for row in rows],
            self.segments[chosen],
        )


def add_states(cursor: CursorWrapper, customers: Iterable[int]) -> None:
    """Give each of these customers that exists a state, empty when it is new."""
    cursor.execute(_ADD_STATES, [sorted(customers)])


def lock_states(cursor: CursorWrapper, customers: Iterable[int]) -> Locked:
    """Lock the states of those customers that exist and nobody else holds, until the end."""
    cursor.execute(_LOCK_STATES, [sorted(customers)])
    rows = cursor.fetchall()
    # A statement of its own, after the lock: it sees what the drain before us committed.
    cursor.execute(_HISTORIES, [[row[0] for row in rows]])
    histories = {customer: (bytes(history), on) for customer, history, on in cursor}
    nothing = (bytes([UNKNOWN]) * WEEKS, None)
    kept = [histories.get(row[0], nothing) for row in rows]
    return Locked(
        ids=np.array([row[0] for row in rows], dtype=np.int64),
        policy_versions=np.array([row[1] for row in rows], dtype=np.int64),
        folded_to=[row[2] for row in rows],
        numbers=unpack([bytes(row[3]) for row in rows]),
        history=np.frombuffer(b"".join(h for h, _ in kept), np.uint8).reshape(-1, WEEKS),
        history_on=[on for _, on in kept],
        segments=np.array([row[4] for row in rows], dtype=np.int64),
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
