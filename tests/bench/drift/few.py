"""An organisation that has just begun: everything is learnt from a few customers' history."""

import numpy as np

from insights.scoring.metrics import auc
from tests.bench.drift.logs import Log
from tests.bench.drift.rhythm import Numbers
from tests.bench.drift.rivals import RIVALS, rivals

FEW = 30
SEEDS = 5


def few(log: Log, cut: float) -> Numbers:
    """Give each rival's AUC on all customers, learnt from a few of them, f8[rivals, seeds]."""
    known = log.history.before(cut)
    silent = log.history.silent(known.customers, cut, cut + log.horizon)
    found = np.zeros((len(RIVALS), SEEDS))
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        chosen = random.choice(known.customers, min(FEW, len(known.customers)), replace=False)
        lesson = known.of(chosen)
        for number, rival in enumerate(rivals(log.prior)):
            judge = rival.learn(lesson, cut, log.horizon)
            found[number, seed] = auc(silent, judge(known, cut))
    return found
