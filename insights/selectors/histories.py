"""Histories of a few customers, with all that is needed to fold and read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from insights.models import CustomerState
from insights.mondays import to_microseconds
from insights.scoring import STATE_SIZE, Events
from insights.selectors.events import events_of
from insights.selectors.lens import Lens, current_lens
from insights.selectors.profiles import Profiles, profiles_of

MOST_READ = 20_000
"""Touchpoints of a customer that a page reads: a few tenths of a second. The state has them all."""

_LONG = """
    SELECT wanted.id, last_left_out.occurred_at
    FROM unnest(%s::bigint[]) AS wanted (id), LATERAL (
        SELECT occurred_at FROM interactions_touchpoint
        WHERE customer_id = wanted.id
        ORDER BY occurred_at DESC, id DESC OFFSET %s LIMIT 1
    ) AS last_left_out
"""


@dataclass(frozen=True, slots=True)
class Histories:
    """The touchpoints of n customers as they are known now; rows are in the order of the ids.

    With `states` f8[n, STATE_SIZE] the touchpoints go on from these, which end at `folded_to`.
    """

    lens: Lens
    profiles: Profiles
    events: Events
    states: NDArray[np.float64] | None = None
    folded_to: datetime | None = None


def histories_of(customer_ids: Sequence[int], lens: Lens | None = None) -> Histories:
    """Return the histories of a few customers: all their touchpoints are read."""
    lens, ids = lens or current_lens(), np.array(customer_ids, dtype=np.int64)
    with connection.cursor() as cursor:
        profiles = profiles_of(cursor, ids)
    events, _ = events_of(ids, lens.row_of_type)
    return Histories(lens, profiles, events)


def long_histories(customer_ids: Sequence[int]) -> dict[int, datetime]:
    """Return who has more touchpoints than a page reads, and the moment that those follow."""
    with connection.cursor() as cursor:
        cursor.execute(_LONG, [list(customer_ids), MOST_READ])
        return dict(cursor.fetchall())


def folded_history_of(customer_id: int, lens: Lens) -> Histories | None:
    """Return a history as it is folded, with what came after; None until it is folded as of now."""
    state = CustomerState.objects.filter(pk=customer_id).first()
    if state is None or state.folded_to is None or state.policy_version != lens.policy_version:
        return None
    numbers = np.frombuffer(bytes(state.numbers), dtype="<f8")
    if len(numbers) != STATE_SIZE:
        return None
    ids = np.array([customer_id], dtype=np.int64)
    after = np.array([to_microseconds(state.folded_to)], dtype=np.int64)
    with connection.cursor() as cursor:
        profiles = profiles_of(cursor, ids)
    events, _ = events_of(ids, lens.row_of_type, after)
    return Histories(lens, profiles, events, numbers.reshape(1, -1).copy(), state.folded_to)
