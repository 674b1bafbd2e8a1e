"""Hold every rival against one cut-off of a log, on the same customers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.bench.drift.logs import Log
from tests.bench.drift.measures import MEASURES, measured, redrawn
from tests.bench.drift.rhythm import Numbers, early_drift
from tests.bench.drift.rival import teach
from tests.bench.drift.rivals import RIVALS, rivals

GROUPS = ("all", "early")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one cut-off showed; groups are all customers and those in early drift.

    Attributes
    ----------
    customers, silent : i8[groups]
        How many, and how many of them fell silent.
    points : f8[rivals, groups, measures]
        As measured.
    draws : f8[rivals, groups, measures, draws]
        The same on resampled customers.
    """

    customers: NDArray[np.int64]
    silent: NDArray[np.int64]
    points: Numbers
    draws: Numbers


def compare(log: Log, cut: float, draws: int) -> Comparison:
    """Let every rival learn from what was before the cut-off, and measure it by what came after."""
    known = log.history.before(cut)
    silent = log.history.silent(known.customers, cut, cut + log.horizon)
    groups = [np.ones(len(silent), dtype=np.bool_), early_drift(known, cut)]
    weights = resampled(log, known.customers, draws)
    points = np.zeros((len(RIVALS), len(GROUPS), len(MEASURES)))
    drawn = np.zeros((*points.shape, draws))
    for number, rival in enumerate(rivals(log.prior)):
        said = teach(rival, known, cut, log.horizon)(known, cut)
        for place, group in enumerate(groups):
            part = said.of(group)
            points[number, place] = measured(silent[group], part)
            drawn[number, place] = redrawn(silent[group], part, weights[group])
    sizes = np.array([group.sum() for group in groups])
    return Comparison(sizes, np.array([silent[group].sum() for group in groups]), points, drawn)


def resampled(log: Log, customers: NDArray[np.int64], draws: int) -> Numbers:
    """Say how often each draw of a log's customers has each of some, f8[customers, draws].

    A Poisson bootstrap: every customer is in a draw once on average. The draws are the log's, not
    the cut-off's: whoever is drawn is drawn at every cut-off.
    """
    everyone = log.history.customers
    random = np.random.default_rng(sum(log.name.encode()))
    weights = random.poisson(1.0, (len(everyone), draws)).astype(np.float64)
    return weights[np.searchsorted(everyone, customers)]
