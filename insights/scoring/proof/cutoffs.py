"""The past Mondays at which the score is asked, and how much history they need."""

import math

import numpy as np
from numpy.typing import NDArray

FIRST_MONDAY = 4.0
"""Monday, 5 January 1970, in days since 1970 UTC."""

LEAD_HORIZONS = 0.5
"""Horizons of history before a cut-off: with less there is no rhythm to know."""


def cut_offs(first_at: float, as_of: float, window: float, horizon: float) -> NDArray[np.float64]:
    """Choose the Mondays (UTC) at which the score can be asked and its answer is known.

    Parameters
    ----------
    first_at : float
        The first activity of any customer, days since 1970 UTC.
    as_of : float
        Now; nothing later is known.
    window : float
        Days before `as_of` that cut-offs reach back.
    horizon : float
        Days of silence asked for, which must be over by `as_of`.

    Returns
    -------
    f8[c]
        Rising, a week apart; empty with too little history.

    Examples
    --------
    >>> cut_offs(0.0, 74.0, 60.0, 30.0).tolist()
    [18.0, 25.0, 32.0, 39.0]
    """
    newest = _monday_until(as_of - horizon)
    oldest = max(first_at + LEAD_HORIZONS * horizon, as_of - window)
    weeks = max(math.floor((newest - oldest) / 7.0) + 1, 0)
    back = np.arange(weeks - 1, -1, -1, dtype=np.float64)
    return newest - 7.0 * back


def days_missing(first_at: float, as_of: float, horizon: float) -> int:
    """Count the days until there is a cut-off at all.

    Parameters
    ----------
    first_at, as_of, horizon
        As for `cut_offs`, of which the window is long enough.

    Returns
    -------
    int
        0 when there is one.

    Examples
    --------
    >>> days_missing(0.0, 10.0, 30.0)  # Monday is day 18, and over on day 48
    38
    """
    first_monday = _monday_until(first_at + LEAD_HORIZONS * horizon + 7.0 - 1e-9)
    return max(math.ceil(first_monday + horizon - as_of), 0)


def longest_horizon(first_at: float, as_of: float) -> int:
    """Find the longest horizon that there is history enough for, in days.

    Examples
    --------
    >>> longest_horizon(0.0, 60.0), longest_horizon(0.0, 1.0)
    (36, 0)
    """
    most = math.floor((as_of - first_at) / (1.0 + LEAD_HORIZONS))
    return next((h for h in range(most, 0, -1) if not days_missing(first_at, as_of, h)), 0)


def months_of(cuts: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the calendar month of each moment, counted from January 1970.

    Examples
    --------
    >>> months_of(np.array([4.0, 30.9, 31.0])).tolist()
    [0, 0, 1]
    """
    days = np.floor(cuts).astype(np.int64).astype("datetime64[D]")
    return days.astype("datetime64[M]").astype(np.int64)


def mondays_in(month: int) -> int:
    """Count the Mondays of a calendar month, counted from January 1970.

    Examples
    --------
    >>> mondays_in(0), mondays_in(1)
    (4, 4)
    """
    start, end = np.array([month, month + 1]).astype("datetime64[M]").astype("datetime64[D]")
    return int(np.busday_count(start, end, weekmask="Mon"))


def _monday_until(moment: float) -> float:
    """Find the last Monday at or before a moment."""
    return FIRST_MONDAY + 7.0 * math.floor((moment - FIRST_MONDAY) / 7.0)
