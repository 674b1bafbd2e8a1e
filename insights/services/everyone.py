"""Goes through the states of everyone, chunk by chunk, beside drains."""

from collections.abc import Callable

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from insights.models import CustomerState
from insights.selectors.lens import Lens, current_lens
from insights.selectors.profiles import Profiles, profiles_of
from insights.services.rhythm import chunks_of_states
from insights.services.states import Locked, lock_states
from relationships.models import Customer

Score = Callable[[CursorWrapper, Locked, Profiles, Lens], int]
"""Scores those of a chunk that it should and returns how many."""


def score_everyone(score: Score, *, progress: Callable[[float], None] | None = None) -> int:
    """Have everyone scored through the lens in use; return how many were.

    Whoever is being drained is scored when that is over: that drain may have begun before the
    lens was replaced. `progress` is told the share done after each chunk.
    """
    scored, passed, held = 0, 0, list[int]()
    with connection.cursor() as cursor:
        everyone = CustomerState.objects.count()
        for ids in chunks_of_states(cursor):
            done, missed = _score_chunk(cursor, ids, score)
            scored, passed, held = scored + done, passed + len(ids), held + missed
            if progress:
                progress(min(passed / everyone, 1.0))
        while held:
            _wait_for(cursor, held[0])
            done, held = _score_chunk(cursor, held, score)
            scored += done
    return scored


@transaction.atomic
def _score_chunk(cursor: CursorWrapper, ids: list[int], score: Score) -> tuple[int, list[int]]:
    """Score those of a chunk that nobody else holds; return how many, and the others."""
    locked = lock_states(cursor, ids)
    missing = set(ids) - set(locked.ids.tolist())
    # Of customers that exist: a state left behind by one that is gone is never free to be scored.
    held = Customer.objects.filter(pk__in=missing, state__isnull=False).order_by("pk")
    missed = list(held.values_list("pk", flat=True))
    # After the lock, so that whoever scores a customer last does it through the newest lens.
    lens = current_lens()
    return score(cursor, locked, profiles_of(cursor, locked.ids), lens), missed


@transaction.atomic
def _wait_for(cursor: CursorWrapper, customer: int) -> None:
    """Wait until nobody holds this state; nothing else is held meanwhile, so nobody waits back."""
    cursor.execute(
        "SELECT FROM insights_customerstate WHERE customer_id = %s FOR UPDATE", [customer]
    )
