"""The touchpoints that are learned from: those of all customers, or of as many as fit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights.models import CustomerState
from insights.scoring import Events
from insights.scoring.columns import COLUMNS
from insights.selectors.events import events_of

MOST_CUSTOMERS = 200_000
MOST_TOUCHPOINTS = 5_000_000
"""From here on a sample: more would teach little, and need more memory than a worker has."""

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
    order = np.random.default_rng(SEED).permutation(ids)
    wanted = min(len(order), MOST_CUSTOMERS)
    pieces, taken, touchpoints = list[Events](), 0, 0
    while taken < wanted and touchpoints < MOST_TOUCHPOINTS:
        chunk = order[taken : min(taken + CHUNK, wanted)]
        pieces.append(events_of(chunk, [None] * len(chunk), row_of_type)[0])
        taken, touchpoints = taken + len(chunk), touchpoints + len(pieces[-1])
        if progress:
            progress(max(taken / wanted, min(touchpoints / MOST_TOUCHPOINTS, 1.0)))
    return Lessons(joined(pieces), taken, len(ids), is_demo)


def joined(pieces: list[Events]) -> Events:
    """Return the touchpoints of different customers as one; `pieces` is emptied on the way."""
    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in COLUMNS}
    ends = [np.zeros(1, dtype=np.int64)]
    while pieces:
        piece, before = pieces.pop(0), ends[-1][-1]
        ends.append(piece.offsets[1:] + before)
        for name in COLUMNS:
            columns[name].append(getattr(piece, name))
        columns["opener"][-1] = np.where(piece.opener < 0, -1, piece.opener + before)
    # Column by column, so that never two copies of everything are held.
    whole = {name: _concatenated(columns.pop(name), name) for name in COLUMNS}
    return Events(offsets=np.concatenate(ends), **whole)


def _concatenated(arrays: list[NDArray[Any]], name: str) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=COLUMNS[name][0])


def _customers() -> tuple[NDArray[np.int64], bool]:
    """Return who has a history: real customers, or invented ones while there are no others."""
    known = CustomerState.objects.filter(folded_to__isnull=False).order_by("pk")
    for is_demo in (False, True):
        ids = known.filter(customer__is_demo=is_demo).values_list("pk", flat=True)
        if found := list(ids):
            return np.array(found, dtype=np.int64), is_demo
    return np.empty(0, dtype=np.int64), False
