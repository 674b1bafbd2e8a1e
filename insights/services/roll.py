"""How customers stood on a past Monday, knowing only what was before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.mondays import days_of
from insights.scoring import Policy, Readings
from insights.scoring.altered import cut_off
from insights.scoring.proof import in_touch
from insights.selectors.events import histories_in_pieces
from insights.selectors.lens import Lens
from insights.selectors.policy import Policies
from insights.selectors.profiles import Profiles, profiles_of
from insights.services.states import unpack

FOLDED_AT_ONCE = 10_000
"""Customers whose touchpoints are in memory together."""

# What waits to be drained may have happened before that Monday, and no state knows it yet.
_STATES = """
    SELECT customer_id, policy_version, state.segment_id, folded_to < %s AND NOT EXISTS (
               SELECT FROM interactions_touchpointchange WHERE customer_id = state.customer_id
           ) AND customer_id NOT IN (SELECT unnest(customer_ids) FROM interactions_intake), numbers
    FROM insights_customerstate AS state
    JOIN relationships_customer AS customer ON customer.id = customer_id
    WHERE customer_id = ANY(%s) AND merged_into_id IS NULL
    ORDER BY customer_id
"""


@dataclass(frozen=True, slots=True)
class Called:
    """Customers in touch on a Monday, and their readings as of its midnight."""

    ids: NDArray[np.int64]
    readings: Readings


def with_horizon(lens: Lens, horizon: float) -> Lens:
    """Return the lens with one horizon for everyone, as the proof has it."""

    def asked(policy: Policy) -> Policy:
        return replace(policy, horizon_days=horizon)

    policies = Policies(
        asked(lens.policies.everyone),
        {segment: asked(policy) for segment, policy in lens.policies.by_segment.items()},
        lens.policies.types,
    )
    return replace(lens, policies=policies)


def call_roll(
    cursor: CursorWrapper, ids: list[int], lens: Lens, monday: datetime, horizon: float
) -> Called:
    """Read those of some customers who were in touch at a midnight.

    States that know nothing later are read as they are; everyone else is folded up to there.
    """
    cursor.execute(_STATES, [monday, ids])
    rows = cursor.fetchall()
    asked = with_horizon(lens, horizon)
    known = np.array([row[0] for row in rows], dtype=np.int64)
    profiles, states = profiles_of(cursor, known), unpack([bytes(row[4]) for row in rows])
    usable = [
        bool(is_earlier) and _is_folded_alike(lens, asked, version, then, now)
        for (_, version, then, is_earlier, _), now in zip(
            rows, profiles.segments.tolist(), strict=True
        )
    ]
    late = ~np.array(usable, dtype=np.bool_)
    if late.any():
        states[late] = _folded(asked, profiles.only(late), days_of(monday))
    readings = asked.read(states, days_of(monday), profiles)
    chosen = in_touch(readings.last_at, days_of(monday), horizon)
    return Called(known[chosen], readings.only(chosen))


def _is_folded_alike(lens: Lens, asked: Lens, version: int, then: int, now: int) -> bool:
    """Whether a state was folded with the policy that its customer is asked with."""
    return version == lens.policy_version and lens.policies.of(then) == asked.policies.of(now)


def _folded(lens: Lens, profiles: Profiles, until: float) -> NDArray[np.float64]:
    """Fold histories up to a moment, a part of the customers at a time."""
    pieces = histories_in_pieces(profiles.ids, lens.row_of_type, FOLDED_AT_ONCE)
    return np.concatenate(
        [
            lens.fold(cut_off(events, until), profiles.only(rows))
            for events, rows in zip(pieces, _parts(len(profiles.ids)), strict=True)
        ]
    )


def _parts(customers: int) -> Iterator[NDArray[np.bool_]]:
    """Yield who is in each piece: bool[customers]."""
    piece = np.arange(customers) // FOLDED_AT_ONCE
    for number in range(int(piece.max(initial=0)) + 1):
        yield piece == number
