"""How long things took, counted in fixed steps, so that a median comes from sums.

A step is a quarter of an octave: each edge is 2^(1/4) times the one before, from a quarter of an
hour to 4,096 hours (170 days). The true median lies in the step that holds it, and what is told is
that step's geometric middle, so it is off by at most 2^(1/8) - 1, which is 9.1 %. Beyond the first
and the last edge only "less than" and "more than" can be told.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

SHORTEST, LONGEST = 0.25, 4096.0
EDGES = tuple(SHORTEST * 2 ** (step / 4) for step in range(57))
STEPS = len(EDGES) + 1

LARGEST_ERROR = 2 ** (1 / 8) - 1
"""By which share of itself a median told can be off."""


@dataclass(frozen=True, slots=True)
class Median:
    """Within how many hours half of it was done; `beyond` is -1 for less, 1 for more than that."""

    hours: float
    beyond: int = 0


def step_of(hours: float) -> int:
    """Return the step that so many hours fall into.

    >>> step_of(0), step_of(0.25), step_of(4096)
    (0, 1, 57)
    """
    return bisect_right(EDGES, hours)


def median_of(counts: Sequence[int]) -> Median | None:
    """Return the least time within which at least half of what was counted was done.

    >>> counts = [0] * STEPS
    >>> median_of(counts)
    >>> for hours in (1, 5, 5, 90):
    ...     counts[step_of(hours)] += 1
    >>> round(median_of(counts).hours, 1)
    5.2
    """
    total, passed = sum(counts), 0
    if not total:
        return None
    for step, count in enumerate(counts):
        passed += count
        if 2 * passed >= total:
            return _middle(step)
    return None


def _middle(step: int) -> Median:
    if step == 0:
        return Median(SHORTEST, -1)
    if step == STEPS - 1:
        return Median(LONGEST, 1)
    return Median(sqrt(EDGES[step - 1] * EDGES[step]))
