"""Readings taken again as time passes: from states alone, never from touchpoints."""

from collections.abc import Callable, Iterator
from datetime import datetime

import numpy as np
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from insights.models import CustomerState, Rhythm
from insights.scoring import Population, empty_states
from insights.selectors.lens import current_lens, current_policy
from insights.selectors.profiles import profiles_of
from insights.services.histories import advanced
from insights.services.states import lock_states, unpack
from insights.services.store import store_readings

CHUNK = 20_000
"""Customers in one transaction: memory stays flat and drains wait a moment at most."""

SHARE_OF_NEWCOMERS = 0.1
"""When so many more customers have a state, the population's rhythm is estimated anew."""


def read_everyone_again(*, now: datetime, progress: Callable[[float], None] | None = None) -> int:
    """Estimate the population's rhythm, then read every state as of `now`; return how many.

    May run twice, and beside drains. Whoever is being drained is read when that is over: it may
    have begun before the lens was replaced. `progress` is told the share done after each chunk.
    """
    read, held = 0, list[int]()
    with connection.cursor() as cursor:
        _estimate_rhythm(cursor, now)
        everyone = CustomerState.objects.count()
        for chunk in _chunks(cursor):
            done, missed = _read_chunk(cursor, chunk, now)
            read, held = read + done, held + missed
            if progress:
                progress(min(read / everyone, 1.0))
        while held:
            _wait_for(cursor, held[0])
            done, held = _read_chunk(cursor, held, now)
            read += done
    return read


def rhythm_is_outdated() -> bool:
    """Whether many more customers have been scored since the rhythm was estimated."""
    rhythm = Rhythm.objects.order_by("-pk").first()
    known = rhythm.customers if rhythm else 0
    return CustomerState.objects.count() > known * (1 + SHARE_OF_NEWCOMERS)


@transaction.atomic
def _read_chunk(cursor: CursorWrapper, ids: list[int], now: datetime) -> tuple[int, list[int]]:
    """Read those of a chunk that nobody else holds; return how many, and the others."""
    locked = lock_states(cursor, ids)
    held = CustomerState.objects.filter(pk__in=set(ids) - set(locked.ids.tolist()))
    missed = list(held.values_list("pk", flat=True))
    # After the lock, so that whoever reads a customer last reads through the newest lens.
    lens = current_lens()
    group = locked.only(np.array(locked.policy_versions) == lens.policy_version)
    if len(group.ids):
        profiles = profiles_of(cursor, group.ids)
        history = advanced(group.numbers, group.history, group.history_on, profiles, lens, now)
        store_readings(cursor, profiles, group.numbers, history, lens, now)
    return len(group.ids), missed


@transaction.atomic
def _wait_for(cursor: CursorWrapper, customer: int) -> None:
    """Wait until nobody holds this state; nothing else is held meanwhile, so nobody waits back."""
    cursor.execute(
        "SELECT FROM insights_customerstate WHERE customer_id = %s FOR UPDATE", [customer]
    )


def _estimate_rhythm(cursor: CursorWrapper, now: datetime) -> None:
    """Gather the rhythm of all states, chunk by chunk."""
    policy = current_policy()[0]
    sums, customers = Population.gather(empty_states(0)), 0
    for ids in _chunks(cursor):
        cursor.execute(
            "SELECT numbers FROM insights_customerstate WHERE customer_id = ANY(%s)", [ids]
        )
        states = unpack([bytes(numbers) for (numbers,) in cursor])
        sums, customers = sums + Population.gather(states), customers + len(states)
    population = Population.from_sums(sums, policy)
    Rhythm.objects.create(
        as_of=now,
        customers=customers,
        within_variance=population.sw2,
        mean_log_gap=population.mu0,
        between_variance=population.tau2,
    )


def _chunks(cursor: CursorWrapper) -> Iterator[list[int]]:
    """Yield the ids of all customers with a state, in order."""
    ids = [0]
    while ids:
        cursor.execute(
            "SELECT customer_id FROM insights_customerstate WHERE customer_id > %s"
            " ORDER BY customer_id LIMIT %s",
            [ids[-1], CHUNK],
        )
        ids = [customer for (customer,) in cursor]
        if ids:
            yield ids
