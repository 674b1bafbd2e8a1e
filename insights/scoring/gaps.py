"""A small histogram of the gaps between active days, exact for short ones."""

import numpy as np
from numpy.typing import NDArray

EXACT_DAYS = 14
BINS = 32
LONGEST_DAYS = 36_500


def _edges() -> NDArray[np.int64]:
    """Lay whole-day bins up to `EXACT_DAYS`, then bins that each grow by the same ratio.

    The ratio (about 1.28) carries the last bin's start to 1,100 days; it ends a century out.
    """
    exact = np.arange(1, EXACT_DAYS + 1)
    wide = np.geomspace(EXACT_DAYS + 1, 1_100, BINS - EXACT_DAYS).round().astype(np.int64)
    return np.concatenate([exact, wide, [LONGEST_DAYS + 1]])


GAP_EDGES = _edges()
"""Bin j holds the gaps from `GAP_EDGES[j]` up to, not including, `GAP_EDGES[j + 1]` days."""

BIN_OF_GAP = (np.searchsorted(GAP_EDGES, np.arange(GAP_EDGES[-2] + 1), side="right") - 1).astype(
    np.int64
)
"""The bin of every gap up to the last bin's start; anything longer belongs to the last bin."""


def gaps_at_least(counts: NDArray[np.float64], days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Count the gaps of at least so many days.

    Exact while `days` is at most `EXACT_DAYS`; inside a wider bin its gaps are taken as evenly
    spread over the logarithm, so the answer never rises with `days`.

    Parameters
    ----------
    counts : f8[n, BINS]
        Gaps per bin.
    days : f8[n] or f8[1]
        Days of silence, at least 0; each customer's, or the same for all.

    Returns
    -------
    f8[n]
        Gaps at least that long.

    Examples
    --------
    >>> counts = np.zeros((1, BINS))
    >>> counts[0, BIN_OF_GAP[2]] = 2
    >>> counts[0, BIN_OF_GAP[7]] = 1
    >>> [float(gaps_at_least(counts, np.array([d]))[0]) for d in (0.0, 2.0, 2.5, 7.0, 8.0)]
    [3.0, 3.0, 1.0, 1.0, 0.0]
    """
    whole = np.clip(np.ceil(days), 1.0, LONGEST_DAYS + 1.0)
    low, high = np.log(GAP_EDGES[:-1]), np.log(GAP_EDGES[1:])
    share: NDArray[np.float64] = (high - np.log(whole)[:, None]) / (high - low)
    total: NDArray[np.float64] = (counts * np.clip(share, 0.0, 1.0)).sum(axis=1)
    return total
