"""Silence alone must never bring a customer nearer: let time pass and watch the probability."""

import numpy as np

from tests.bench.drift.logs import Log
from tests.bench.drift.rhythm import Numbers
from tests.bench.drift.rivals import RIVALS, rivals

HORIZONS = 3.0
STEPS = 30
ROUNDING = 1e-9


def falls(log: Log, cut: float) -> Numbers:
    """Give the share of customers whose number ever falls while nothing happens, f8[rivals]."""
    known = log.history.before(cut)
    moments = cut + HORIZONS * log.horizon * np.arange(STEPS + 1) / STEPS
    shares = np.zeros(len(RIVALS))
    for number, rival in enumerate(rivals(log.prior)):
        judge = rival.learn(known, cut, log.horizon)
        before, fell = judge(known, cut), np.zeros(len(known.customers), dtype=np.bool_)
        for moment in moments[1:]:
            now = judge(known, moment)
            fell |= now < before - ROUNDING
            before = np.maximum(before, now)
        shares[number] = fell.mean()
    return shares
