"""Lessons of the past: earlier cut-offs whose horizon is over, and what happened after them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.bench.drift.logs import History

MOST = 6
SHORTEST_STEP = 7.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """An earlier cut-off: what was known before it, and who was silent after it."""

    known: History
    cut: float
    horizon: float
    silent: NDArray[np.bool_]


def lessons(history: History, cut: float, horizon: float) -> Iterator[Lesson]:
    """Yield the lessons of a history, the newest first."""
    for earlier, length in earlier_cuts(history.start, cut, horizon):
        known = history.before(earlier)
        if len(known.at):
            silent = history.silent(known.customers, earlier, earlier + length)
            yield Lesson(known, earlier, length, silent)


def earlier_cuts(start: float, cut: float, horizon: float) -> list[tuple[float, float]]:
    """Give earlier cut-offs, newest first, each with the days of silence to ask for there.

    One horizon before the cut-off, then in steps of a third of one, as long as half a horizon of
    history lies before. When even the first lacks that, the history is cut in its middle and its
    second half is the horizon: too short a horizon teaches more than nothing.
    """
    step = max(SHORTEST_STEP, horizon / 3.0)
    cuts = [cut - horizon - number * step for number in range(MOST)]
    reached = [(moment, horizon) for moment in cuts if moment - start >= horizon / 2.0]
    middle = (start + cut) / 2.0
    return reached or [(middle, cut - middle)]
