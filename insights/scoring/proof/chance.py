"""How much of a number may be chance: intervals that hold it in 95 of 100 cases."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Column = NDArray[np.float64]
Measure = Callable[[Flags, Column], float]

Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""

DRAWS = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, with the interval that chance allows; None where there is nothing to say."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


def wilson(hits: float, of: int) -> Estimate:
    """Estimate a share (Wilson, 1927), which stays between 0 and 1 and is honest about few.

    Parameters
    ----------
    hits : float
        How many.
    of : int
        Out of how many.

    Returns
    -------
    Estimate
        Nothing out of nobody.

    Examples
    --------
    >>> share = wilson(8, 10)
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.8, 0.49, 0.943)
    """
    if not of:
        return Estimate()
    share, spare = hits / of, Z**2 / of
    middle = (share + spare / 2.0) / (1.0 + spare)
    reach = Z / (1.0 + spare) * math.sqrt(share * (1.0 - share) / of + spare / (4.0 * of))
    # Of none and of all the end is exact, which rounding would miss.
    low = max(middle - reach, 0.0) if hits else 0.0
    high = min(middle + reach, 1.0) if hits < of else 1.0
    return Estimate(share, low, high)


@dataclass(frozen=True, slots=True)
class Ranking:
    """An area under the ROC curve, and how each case moves it.

    Attributes
    ----------
    area : float
        As `metrics.auc`.
    pulls : f8[n]
        First-order influence of each case on the area; they sum to 0.
    """

    area: float
    pulls: Column


def ranking(silent: Flags, score: Column) -> Ranking:
    """Work out the AUC with what each case does to it (DeLong et al., 1988).

    Parameters
    ----------
    silent : bool[n]
        What happened: some of both.
    score : f8[n]
        What was said before.

    Returns
    -------
    Ranking
        Of n cases.

    Examples
    --------
    >>> ranking(np.array([True, False, True]), np.array([0.9, 0.5, 0.1])).area
    0.5
    """
    order = np.argsort(score, kind="stable")
    ordered, happened = score[order], silent[order].astype(np.float64)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sizes = np.diff(np.append(starts, len(score)))
    gone = np.add.reduceat(happened, starts)
    stayed = sizes - gone
    stayed_below = np.cumsum(stayed) - stayed / 2.0
    gone_above = gone.sum() - np.cumsum(gone) + gone / 2.0
    # Where a silent one stands among those who stayed, and the other way round.
    placed = np.where(
        happened > 0.0,
        np.repeat(stayed_below / stayed.sum(), sizes),
        np.repeat(gone_above / gone.sum(), sizes),
    )
    area = float(placed[happened > 0.0].mean())
    weights = np.where(happened > 0.0, gone.sum(), stayed.sum())
    pulls = np.empty(len(score))
    pulls[order] = (placed - area) / weights
    return Ranking(area, pulls)


def area_of(found: Ranking, customers: NDArray[np.int64]) -> Estimate:
    """Estimate an AUC from cases of which a customer may have several (Obuchowski, 1997).

    Parameters
    ----------
    found : Ranking
        Of n cases.
    customers : i8[n]
        Whose they are: the cases of one customer are no independent witnesses.

    Returns
    -------
    Estimate
        Within 0 to 1.

    Examples
    --------
    >>> silent, score = np.tile([True, False], 50), np.tile([0.9, 0.8, 0.1, 0.2], 25)
    >>> chance = area_of(ranking(silent, score), np.arange(100))
    >>> chance.value, round(chance.low, 2), round(chance.high, 2)
    (0.5, 0.36, 0.64)
    """
    reach = Z * _spread(found.pulls, customers)
    return Estimate(found.area, max(found.area - reach, 0.0), min(found.area + reach, 1.0))


def ahead(one: Ranking, other: Ranking, customers: NDArray[np.int64]) -> int:
    """Say which of two scores of the same cases is ahead: 1, -1, or 0 when it may be chance.

    Examples
    --------
    >>> silent = np.tile([True, False], 50)
    >>> good, coin = ranking(silent, silent * 1.0), ranking(silent, np.zeros(100))
    >>> ahead(good, coin, np.arange(100)), ahead(coin, coin, np.arange(100))
    (1, 0)
    """
    difference = one.area - other.area
    reach = Z * _spread(one.pulls - other.pulls, customers)
    return int(np.sign(difference)) if abs(difference) > reach else 0


def _spread(pulls: Column, customers: NDArray[np.int64]) -> float:
    """Work out the standard error of a sum of pulls, those of a customer taken together."""
    sums = np.bincount(np.unique(customers, return_inverse=True)[1], weights=pulls)
    return math.sqrt(float((sums**2).sum()) * len(sums) / max(len(sums) - 1, 1))


def drawn(measure: Measure, silent: Flags, score: Column, customers: NDArray[np.int64]) -> Estimate:
    """Estimate any measure by drawing the customers again and again (Efron, 1979).

    Parameters
    ----------
    measure : callable
        Of `silent` and `score`, such as those of `metrics`.
    silent, score : bool[n], f8[n]
        Cases.
    customers : i8[n]
        Whose they are; all of a customer's cases are drawn together.

    Returns
    -------
    Estimate
        Always the same for the same cases.

    Examples
    --------
    >>> from insights.scoring.metrics import brier
    >>> drawn(brier, np.array([True, False]), np.array([1.0, 0.0]), np.array([7, 8]))
    Estimate(value=0.0, low=0.0, high=0.0)
    """
    draw = np.random.default_rng(1)
    owner = np.unique(customers, return_inverse=True)[1]
    order = np.argsort(owner, kind="stable")
    sizes = np.bincount(owner)
    values = []
    for _ in range(DRAWS):
        times = np.bincount(draw.integers(0, len(sizes), len(sizes)), minlength=len(sizes))
        rows = np.repeat(order, np.repeat(times, sizes))
        values.append(measure(silent[rows], score[rows]))
    found = np.array(values)
    found = found[~np.isnan(found)]
    if not len(found):
        return Estimate()
    low, high = np.quantile(found, [0.025, 0.975])
    return Estimate(measure(silent, score), float(low), float(high))
