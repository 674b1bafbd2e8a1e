"""A Cox model of the gaps between active days, with what was known when each gap began.

Cox (1972), "Regression models and life-tables"; the clock starts anew with each active day (gap
time: Prentice, Williams and Peterson, 1981).
"""

from collections.abc import Callable

import numpy as np
from statsmodels.duration.hazard_regression import PHReg

from tests.bench.drift.logs import History
from tests.bench.drift.rhythm import Numbers, Rhythm
from tests.bench.drift.rival import Judge

MOST_GAPS = 20_000
ENDED_PER_COVARIATE = 20
STRONGEST = 5.0
SEED = 7


def cox(history: History, cut: float, horizon: float) -> Judge:
    """Learn the covariates' effects and the baseline hazard."""
    rhythm = Rhythm.of(history)
    known = covariates(rhythm)
    ended = ~rhythm.is_last
    lasted = np.where(ended, np.append(np.diff(rhythm.day), 0.0), cut - rhythm.day)
    effects = _effects(lasted, known, ended)
    hazard = _baseline(lasted, ended, np.exp(known @ effects))

    def judge(history: History, moment: float) -> Numbers:
        """Probability of silence, S(silent + horizon) / S(silent)."""
        rhythm = Rhythm.of(history)
        silent = moment - rhythm.last
        rise = hazard(silent + horizon) - hazard(silent)
        return np.exp(-rise * np.exp(covariates(rhythm)[rhythm.is_last] @ effects))

    return judge


def covariates(rhythm: Rhythm) -> Numbers:
    """Say what is known at each active day: how many before, mean gap so far, last gap."""
    number = np.arange(len(rhythm.day)) - rhythm.offsets[rhythm.owner]
    age = rhythm.day - rhythm.first[rhythm.owner]
    last_gap = np.where(number > 0, np.diff(rhythm.day, prepend=rhythm.day[:1]), 0.0)
    numbers = (number, age / np.maximum(number, 1), last_gap)
    return np.stack([*(np.log1p(column) for column in numbers), number == 0], axis=1)


def _effects(lasted: Numbers, known: Numbers, ended: np.ndarray) -> Numbers:
    """Fit the effects, on some of the gaps where there are many; none where there are few."""
    chosen = np.arange(len(lasted))
    if len(lasted) > MOST_GAPS:
        chosen = np.random.default_rng(SEED).choice(len(lasted), MOST_GAPS, replace=False)
    varies = np.flatnonzero(known[chosen].std(axis=0) > 0)
    effects = np.zeros(known.shape[1])
    if ended[chosen].sum() < ENDED_PER_COVARIATE * known.shape[1]:
        return effects
    model = PHReg(lasted[chosen], known[chosen][:, varies], status=ended[chosen], ties="breslow")
    effects[varies] = np.clip(model.fit(disp=0).params, -STRONGEST, STRONGEST)
    return effects


def _baseline(lasted: Numbers, ended: np.ndarray, effect: Numbers) -> Callable[[Numbers], Numbers]:
    """Estimate the cumulative hazard (Breslow); beyond what was seen it is a power of time."""
    times, which = np.unique(lasted, return_inverse=True)
    at_risk = np.cumsum(np.bincount(which, effect)[::-1])[::-1]
    total = np.cumsum(np.bincount(which, ended) / at_risk)
    longest = float(lasted[ended].max()) if ended.any() else float(times[-1])
    top, half = np.interp([longest, longest / 2.0], times, total)
    power = np.log2(top / half) if half > 0 else 1.0

    def hazard(days: Numbers) -> Numbers:
        inside = np.interp(days, times, total, left=0.0)
        beyond = top * (np.maximum(days, longest) / longest) ** power
        return np.where(days <= longest, inside, beyond)

    return hazard
