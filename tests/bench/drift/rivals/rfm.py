"""RFM: recency, frequency and monetary value."""

import numpy as np
from scipy.stats import rankdata

from tests.bench.drift.logs import History
from tests.bench.drift.rhythm import Numbers, Rhythm
from tests.bench.drift.rival import Judge


def rfm(history: History, cut: float, horizon: float) -> Judge:
    """Learn nothing."""

    def judge(known: History, moment: float) -> Numbers:
        """Average the ranks of recency, active days and, where the log has it, total value.

        The usual sum of fifths throws away most of what the three say; ranks keep all of it.
        """
        rhythm = Rhythm.of(known)
        marks = [-rhythm.last_at, -rhythm.days]
        if known.value is not None:
            marks.append(-known.total(known.value))
        return np.mean([rankdata(mark) / len(mark) for mark in marks], axis=0)

    return judge
