"""Rivals of one line: days since the last touch, alone and over the customer's own mean gap.

Both are logarithms, which leaves the order alone and is kinder to them when they are calibrated.
"""

import numpy as np

from tests.bench.drift.logs import History
from tests.bench.drift.rhythm import Numbers, Rhythm
from tests.bench.drift.rival import Judge


def days_since_last(history: History, cut: float, horizon: float) -> Judge:
    """Learn nothing."""

    def judge(known: History, moment: float) -> Numbers:
        return np.log(moment - Rhythm.of(known).last_at + 0.5)

    return judge


def over_own_gap(history: History, cut: float, horizon: float) -> Judge:
    """Learn the mean gap, which stands in for customers that have none of their own."""
    gaps, _ = Rhythm.of(history).gaps()
    usual = float(gaps.mean()) if len(gaps) else horizon

    def judge(known: History, moment: float) -> Numbers:
        rhythm = Rhythm.of(known)
        return np.log((moment - rhythm.last_at + 0.5) / (rhythm.mean_gap(usual) + 0.5))

    return judge
