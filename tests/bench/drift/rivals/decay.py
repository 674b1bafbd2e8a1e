"""Fixed decay: every active day counts half as much with every half-life that passed."""

import numpy as np

from tests.bench.drift.logs import History
from tests.bench.drift.rhythm import Numbers, Rhythm
from tests.bench.drift.rival import Judge, Learn

SMALLEST = 1e-9


def decay(half_life: float) -> Learn:
    """Make the rival of a half-life in days."""

    def learn(history: History, cut: float, horizon: float) -> Judge:
        """Learn nothing."""

        def judge(known: History, moment: float) -> Numbers:
            return -np.log(Rhythm.of(known).decayed(moment, half_life) + SMALLEST)

        return judge

    return learn
