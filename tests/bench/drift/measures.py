"""Measures of a prediction, with draws of the same measures on resampled customers.

The points come from `insights.scoring.metrics`; the draws are the same measures with a weight
for each customer, all draws at once. With every weight 1 the two agree (tested).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring import metrics
from tests.bench.drift.rhythm import Numbers
from tests.bench.drift.rival import Prediction

BINS = 10
TOP = 0.1
BLOCK = 50


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure by the name the tables have for it, and whether more of it is better."""

    name: str
    is_more_better: bool
    of: Callable[[NDArray[np.bool_], Prediction], float]


MEASURES = (
    Measure("AUC", True, lambda silent, said: metrics.auc(silent, said.score)),
    Measure("AP", True, lambda silent, said: metrics.average_precision(silent, said.score)),
    Measure("Lift", True, lambda silent, said: metrics.lift_in_top(silent, said.score, TOP)),
    Measure("Brier", False, lambda silent, said: metrics.brier(silent, said.probability)),
    Measure("ECE", False, lambda silent, said: metrics.calibration_error(silent, said.probability)),
)


def measured(silent: NDArray[np.bool_], said: Prediction) -> Numbers:
    """Take every measure once."""
    return np.array([measure.of(silent, said) for measure in MEASURES])


def redrawn(silent: NDArray[np.bool_], said: Prediction, weights: Numbers) -> Numbers:
    """Take every measure under weights f8[customers, draws]; give f8[measures, draws]."""
    # In blocks that fit the processor's cache.
    blocks = [weights[:, start : start + BLOCK] for start in range(0, weights.shape[1], BLOCK)]
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw without any silent one is NaN
        return np.hstack([_block(silent, said, np.ascontiguousarray(block)) for block in blocks])


def _block(silent: NDArray[np.bool_], said: Prediction, weights: Numbers) -> Numbers:
    squares = (said.probability - silent) ** 2
    brier = squares @ weights / weights.sum(axis=0)
    error = _calibration_error(silent, said.probability, weights)
    return np.stack([*_ranked(silent, said.score, weights), brier, error])


def _ranked(silent: NDArray[np.bool_], score: Numbers, weights: Numbers) -> tuple[Numbers, ...]:
    """Take AUC, average precision and lift."""
    everyone, gone = _tied(silent, -score, weights)
    upto = np.cumsum(everyone, axis=0)
    gone_upto = np.cumsum(gone, axis=0)
    total, silent_total = upto[-1], gone_upto[-1]
    others = total - silent_total
    below = others - (upto - gone_upto) + (everyone - gone) / 2.0
    auc = (gone * below).sum(axis=0) / (silent_total * others)
    average = (gone * gone_upto / np.maximum(upto, 1.0)).sum(axis=0) / silent_total
    top = np.ceil(TOP * total)
    room = np.clip(top - (upto - everyone), 0.0, everyone)
    inside = (gone * room / np.maximum(everyone, 1.0)).sum(axis=0)
    return auc, average, inside / top / (silent_total / total)


def _tied(silent: NDArray[np.bool_], key: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
    """Sum the weights of all and of the silent by equal keys, in rising order of key."""
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=np.nan) != 0)
    ordered = weights[order]
    gone = ordered * silent[order][:, None]
    return np.add.reduceat(ordered, starts, axis=0), np.add.reduceat(gone, starts, axis=0)


def _calibration_error(
    silent: NDArray[np.bool_], probability: Numbers, weights: Numbers
) -> Numbers:
    """Compare what was said with what happened in groups of equal weight."""
    everyone, gone = _tied(silent, probability, weights)
    # How much more was said than happened, summed from the lowest; straight within a tie.
    excess = (everyone * np.unique(probability)[:, None] - gone).cumsum(axis=0)
    upto = everyone.cumsum(axis=0)
    shares = np.arange(1, BINS + 1) / BINS
    errors = [
        np.abs(np.diff(np.interp(shares * has[-1], has, over), prepend=0.0)).sum() / has[-1]
        for has, over in zip(upto.T.copy(), excess.T.copy(), strict=True)
    ]
    return np.array(errors)
