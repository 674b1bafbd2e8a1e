"""How well a probability foretold what happened: the measures of SCORING.md, section 6.

Every function takes `silent`, what happened, and `probability`, what was said before. Customers
who were given the same number are not ordered among themselves: whatever a measure needs of
their order it takes as the average over all orders, so that no result depends on the order of
rows.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.gaps import BINS, EXACT_DAYS, GAP_EDGES
from insights.scoring.state import FIELD

Flags = NDArray[np.bool_]
Column = NDArray[np.float64]

EARLY_ACTIVE_DAYS = 4
"""Active days from which a customer has a rhythm to fall out of."""

EARLY_GAPS = 2.0
"""Median gaps of silence within which drift is still early."""


def auc(silent: Flags, probability: Column) -> float:
    """Area under the ROC curve: how often a silent one was given more than one that was not.

    Parameters
    ----------
    silent : bool[n]
        What happened.
    probability : f8[n]
        What was said before; any number that rises with it will do.

    Returns
    -------
    float
        0 to 1, where 0.5 is a coin; a tie counts as half. NaN when nobody was silent, or all.

    Raises
    ------
    ValueError
        When the lengths differ or a number is NaN, as for every measure here.

    Examples
    --------
    >>> auc(np.array([True, False, True, False]), np.array([0.9, 0.1, 0.4, 0.4]))
    0.875
    """
    _check(silent, probability)
    ties = _ties(silent, probability)
    others = ties.customers - ties.silent
    pairs = ties.silent.sum() * others.sum()
    if not pairs:
        return math.nan
    # The highest come first: each silent one is above all others that come later.
    below = others.sum() - np.cumsum(others)
    return float((ties.silent * (below + others / 2.0)).sum() / pairs)


def average_precision(silent: Flags, probability: Column) -> float:
    """Precision at every recall, averaged: the area under the steps of precision over recall.

    Parameters
    ----------
    silent, probability
        As for `auc`.

    Returns
    -------
    float
        From the share that was silent (a guess) to 1; customers of one number enter together.
        NaN when nobody was silent.

    Examples
    --------
    >>> average_precision(np.array([True, False, True]), np.array([0.9, 0.5, 0.1])).__round__(4)
    0.8333
    """
    _check(silent, probability)
    ties = _ties(silent, probability)
    total = ties.silent.sum()
    if not total:
        return math.nan
    precision = np.cumsum(ties.silent) / np.cumsum(ties.customers)
    return float((ties.silent * precision).sum() / total)


def lift_in_top(silent: Flags, probability: Column, share: float = 0.1) -> float:
    """How many times more often than everyone those given the highest numbers were silent.

    Parameters
    ----------
    silent, probability
        As for `auc`.
    share : float
        Above 0, at most 1; so much of the customers, in whole customers, rounded up.

    Returns
    -------
    float
        1 is a guess. NaN when nobody was silent.

    Raises
    ------
    ValueError
        For another share.

    Examples
    --------
    >>> lift_in_top(np.array([True, False, True, False]), np.array([0.9, 0.5, 0.4, 0.1]), 0.25)
    2.0
    """
    _check(silent, probability)
    if not 0.0 < share <= 1.0:
        raise ValueError(f"share is {share}; it must be above 0 and at most 1")
    if not silent.any():
        return math.nan
    top = math.ceil(round(share * len(silent), 9))
    return float(_by_rank(silent, probability)[0][:top].mean() / silent.mean())


def brier(silent: Flags, probability: Column) -> float:
    """Mean squared difference between what was said and what happened (Brier, 1950).

    Parameters
    ----------
    silent : bool[n]
        What happened.
    probability : f8[n]
        What was said before, 0 to 1.

    Returns
    -------
    float
        0 is perfect; saying the overall share for everyone gives `share * (1 - share)`. NaN of
        nobody.

    Examples
    --------
    >>> brier(np.array([True, False]), np.array([0.5, 0.5]))
    0.25
    """
    _check(silent, probability)
    return float(((probability - silent) ** 2).mean()) if len(silent) else math.nan


def log_loss(silent: Flags, probability: Column) -> float:
    """Mean surprise at what happened, in nats: `-log` of the probability it had been given.

    Parameters
    ----------
    silent, probability
        As for `brier`.

    Returns
    -------
    float
        0 is perfect, log 2 is a coin. What was said to be impossible counts as one in 10^12. NaN
        of nobody.

    Examples
    --------
    >>> round(log_loss(np.array([True, False]), np.array([0.5, 0.5])), 6)
    0.693147
    """
    _check(silent, probability)
    given = np.where(silent, probability, 1.0 - probability)
    return float(-np.log(np.maximum(given, 1e-12)).mean()) if len(silent) else math.nan


@dataclass(frozen=True, slots=True)
class Tenths:
    """Customers in equal groups by what was said of them, lowest first; one entry a group.

    Attributes
    ----------
    customers : i8[b]
        How many; groups differ by one at most.
    said : f8[b]
        Mean of what was said.
    silent : f8[b]
        How many were silent; a fraction where a tie reaches over two groups.
    """

    customers: NDArray[np.int64]
    said: Column
    silent: Column

    @property
    def happened(self) -> Column:
        """Share that was silent."""
        return self.silent / self.customers


def calibration_by_tenths(silent: Flags, probability: Column, bins: int = 10) -> Tenths:
    """Compare what was said with what happened, in groups of equal size.

    Parameters
    ----------
    silent, probability
        As for `brier`.
    bins : int
        Groups, at least 1; with fewer customers each is a group of its own.

    Returns
    -------
    Tenths
        Lowest first.

    Raises
    ------
    ValueError
        For fewer groups than 1.

    Examples
    --------
    >>> silent, probability = np.array([False, True, True]), np.array([0.2, 0.4, 0.9])
    >>> tenths = calibration_by_tenths(silent, probability, bins=2)
    >>> tenths.customers.tolist(), tenths.said.round(2).tolist(), tenths.happened.tolist()
    ([2, 1], [0.3, 0.9], [0.5, 1.0])
    """
    _check(silent, probability)
    if bins < 1:
        raise ValueError(f"bins is {bins}; it must be at least 1")
    happened, said = (column[::-1] for column in _by_rank(silent, probability))
    groups = min(bins, len(silent))
    # As np.array_split cuts: the first groups have one more where it does not come out even.
    sizes = np.full(groups, len(silent) // max(groups, 1), dtype=np.int64)
    sizes[: len(silent) - sizes.sum()] += 1
    starts = np.cumsum(sizes) - sizes
    if not groups:
        return Tenths(sizes, np.zeros(0), np.zeros(0))
    return Tenths(sizes, np.add.reduceat(said, starts) / sizes, np.add.reduceat(happened, starts))


def calibration_error(silent: Flags, probability: Column, bins: int = 10) -> float:
    """Measure how far what was said is from what happened: the expected calibration error.

    Parameters
    ----------
    silent, probability, bins
        As for `calibration_by_tenths`.

    Returns
    -------
    float
        Mean absolute difference over groups of equal size, weighted by customers; 0 is perfect,
        NaN of nobody.

    Examples
    --------
    >>> calibration_error(np.array([True, False]), np.array([0.75, 0.25]), bins=2)
    0.25
    """
    tenths = calibration_by_tenths(silent, probability, bins)
    if not len(tenths.customers):
        return math.nan
    return float(np.average(np.abs(tenths.said - tenths.happened), weights=tenths.customers))


def early_drift(states: Column, as_of: float | Column) -> Flags:
    """Pick the customers still in touch by their own rhythm, of whom a warning is worth most.

    They have at least four active days, the last of them within twice their own median gap.

    Parameters
    ----------
    states : f8[n, STATE_SIZE]
        Folded from what happened before `as_of`.
    as_of : float or f8[n]
        Days since 1970 UTC.

    Returns
    -------
    bool[n]
        False for customers never active.

    Examples
    --------
    >>> from insights.scoring.gaps import BIN_OF_GAP
    >>> from insights.scoring.state import empty_states
    >>> states = empty_states(1)
    >>> states[0, FIELD["active_days"]], states[0, FIELD["last_at"]] = 4, 100.0
    >>> states[0, FIELD["gap_0"] + BIN_OF_GAP[7]] = 3
    >>> [early_drift(states, moment)[0].item() for moment in (114.0, 115.0)]
    [True, False]
    """
    has_rhythm = states[:, FIELD["active_days"]] >= EARLY_ACTIVE_DAYS
    early = np.zeros(len(states), dtype=np.bool_)
    rows = np.flatnonzero(has_rhythm)
    gaps = states[rows, FIELD["gap_0"] : FIELD["gap_0"] + BINS]
    silent_days = np.broadcast_to(as_of, len(states))[rows] - states[rows, FIELD["last_at"]]
    early[rows] = silent_days <= EARLY_GAPS * _median_gaps(gaps)
    return early


def _median_gaps(counts: Column) -> Column:
    """Median of the gaps f8[n] in histograms f8[n, BINS] of at least one gap each."""
    total = counts.sum(axis=1)
    low, high = np.floor((total - 1.0) / 2.0), np.floor(total / 2.0)
    return (_gap_of_rank(counts, low) + _gap_of_rank(counts, high)) / 2.0


def _gap_of_rank(counts: Column, rank: Column) -> Column:
    """Length of the gap of a rank (from 0); in a wide bin evenly spread over the logarithm."""
    upto = np.cumsum(counts, axis=1)
    bins = np.minimum((upto <= rank[:, None]).sum(axis=1), BINS - 1)
    rows = np.arange(len(counts))
    inside = counts[rows, bins]
    part = (rank - (upto[rows, bins] - inside) + 0.5) / np.maximum(inside, 1.0)
    start, end = GAP_EDGES[bins].astype(np.float64), GAP_EDGES[bins + 1].astype(np.float64)
    return np.where(start <= EXACT_DAYS, start, start * (end / start) ** part)


@dataclass(frozen=True, slots=True)
class _Ties:
    """Groups of one probability, highest first: f8[g] of all and of the silent."""

    customers: Column
    silent: Column


def _ties(silent: Flags, probability: Column) -> _Ties:
    """Count who was given the same number."""
    order = np.argsort(-probability)
    starts = _starts(probability[order])
    if not len(starts):
        return _Ties(np.zeros(0), np.zeros(0))
    sizes = np.diff(np.append(starts, len(order))).astype(np.float64)
    return _Ties(sizes, np.add.reduceat(silent[order].astype(np.float64), starts))


def _by_rank(silent: Flags, probability: Column) -> tuple[Column, Column]:
    """Sort, highest first: the expected share silent at every place, and what was said."""
    ties = _ties(silent, probability)
    expected = np.repeat(ties.silent / ties.customers, ties.customers.astype(np.int64))
    return expected, -np.sort(-probability)


def _starts(ordered: Column) -> NDArray[np.intp]:
    """Find where a sorted column takes a new value."""
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)])


def _check(silent: Flags, probability: Column) -> None:
    """Refuse columns that cannot be compared."""
    if silent.shape != probability.shape or silent.ndim != 1:
        raise ValueError(f"silent is {silent.shape}, probability {probability.shape}; one column")
    if np.isnan(probability).any():
        raise ValueError("a probability is NaN; leave customers out of whom nothing was said")
