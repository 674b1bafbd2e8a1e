"""The touchpoints that are learned from: those of all customers, or of as many as fit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.models import CustomerState
from insights.scoring import Events
from insights.scoring.proof import joined
from insights.scoring.refit import MOST_CUSTOMERS
from insights.selectors.events import histories_in_pieces

MOST_TOUCHPOINTS = 5_000_000
"""Loaded at most, for the sake of a worker's memory, when histories are very long."""

CHUNK = 2_000
SEED = 1


@dataclass(frozen=True, slots=True)
class Lessons:
    """Touchpoints of a random sample of the customers, or of all of them."""

    events: Events
    customers: int
    customers_in_all: int
    is_demo: bool


def lessons(
    row_of_type: Mapping[int, int], progress: Callable[[float], None] | None = None
) -> Lessons:
    """Return what is learned from; `progress` is told the share that has been loaded.

    Invented customers are left out as soon as there are real ones.
    """
    ids, is_demo = _customers()
    chosen = np.random.default_rng(SEED).permutation(ids)[:MOST_CUSTOMERS]
    pieces, taken, touchpoints = list[Events](), 0, 0
    for piece in histories_in_pieces(chosen, row_of_type, CHUNK):
        pieces.append(piece)
        taken, touchpoints = taken + piece.customers, touchpoints + len(piece)
        if progress:
            progress(max(taken / max(len(chosen), 1), min(touchpoints / MOST_TOUCHPOINTS, 1.0)))
        if touchpoints >= MOST_TOUCHPOINTS:
            break
    return Lessons(joined(pieces), taken, len(ids), is_demo)


def _customers() -> tuple[NDArray[np.int64], bool]:
    """Return who has a history: real customers, or invented ones while there are no others."""
    known = CustomerState.objects.filter(folded_to__isnull=False).order_by("pk")
    for is_demo in (False, True):
        ids = known.filter(customer__is_demo=is_demo).values_list("pk", flat=True)
        if found := list(ids):
            return np.array(found, dtype=np.int64), is_demo
    return np.empty(0, dtype=np.int64), False
