"""Readings taken again as time passes: from states alone, never from touchpoints."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from insights.models import CustomerState, Rhythm
from insights.selectors.lens import current_lens
from insights.selectors.profiles import profiles_of
from insights.services.histories import advanced
from insights.services.rhythm import chunks_of_states, estimate_rhythm
from insights.services.states import folded_alike, lock_states
from insights.services.store import store_readings

SHARE_OF_NEWCOMERS = 0.1
"""When so many more customers have a state, the population's rhythm is estimated anew."""


def read_everyone_again(*, now: datetime, progress: Callable[[float], None] | None = None) -> int:
    """Estimate the population's rhythm, then read every state as of `now`; return how many.

    May run twice, and beside drains. Whoever is being drained is read when that is over: it may
    have begun before the lens was replaced. `progress` is told the share done after each chunk.
    """
    read, held = 0, list[int]()
    with connection.cursor() as cursor:
        estimate_rhythm(now=now)
        everyone = CustomerState.objects.count()
        for chunk in chunks_of_states(cursor):
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
    """Read those of a chunk that nobody else holds; return how many, and the others.

    Whoever was folded with another policy is folded again by `refold`, or by the drain.
    """
    locked = lock_states(cursor, ids)
    held = CustomerState.objects.filter(pk__in=set(ids) - set(locked.ids.tolist()))
    missed = list(held.values_list("pk", flat=True))
    # After the lock, so that whoever reads a customer last reads through the newest lens.
    lens = current_lens()
    profiles = profiles_of(cursor, locked.ids)
    alike = folded_alike(locked, profiles, lens)
    group, profiles = locked.only(alike), profiles.only(alike)
    if len(group.ids):
        history = advanced(group.numbers, group.history, group.history_on, profiles, lens, now)
        store_readings(cursor, profiles, group.numbers, history, lens, now)
    return len(group.ids), missed


@transaction.atomic
def _wait_for(cursor: CursorWrapper, customer: int) -> None:
    """Wait until nobody holds this state; nothing else is held meanwhile, so nobody waits back."""
    cursor.execute(
        "SELECT FROM insights_customerstate WHERE customer_id = %s FOR UPDATE", [customer]
    )
