"""The plain scores that Hearth is held against: each rises with the risk of silence."""

import numpy as np
from numpy.typing import NDArray

from insights.scoring.activity import shows_customer
from insights.scoring.decay import left_after
from insights.scoring.events import Events
from insights.scoring.kinds import Kinds

DECAY_HALF_LIFE = 90.0
"""Days."""


class Decay:
    """Fixed decay: every sign of a customer, fading with one half-life for all.

    Parameters
    ----------
    events, kinds
        As for `fold`.

    Examples
    --------
    >>> import pandas as pd
    >>> events = Events.from_frame(pd.DataFrame({"customer": ["a", "a"], "at": [0.0, 90.0]}))
    >>> decay = Decay(events, Kinds.from_rows([{}]))
    >>> decay.until(90.0).tolist(), decay.until(180.0).tolist()
    ([0.5], [0.75])
    """

    def __init__(self, events: Events, kinds: Kinds) -> None:
        shows = shows_customer(events, kinds)
        customer = np.repeat(np.arange(events.customers), np.diff(events.offsets))[shows]
        order = np.argsort(events.at[shows], kind="stable")
        self._at, self._customer = events.at[shows][order], customer[order]
        self._sums = np.zeros(events.customers)
        self._moment, self._next = 0.0, 0

    def until(self, moment: float) -> NDArray[np.float64]:
        """Give the sums f8[n] as of a moment, of what happened strictly before; moments rise."""
        stop = int(np.searchsorted(self._at, moment, side="left"))
        new = slice(self._next, stop)
        left = left_after(moment - self._at[new], DECAY_HALF_LIFE)
        fresh = np.bincount(self._customer[new], weights=left, minlength=len(self._sums))
        faded = self._sums * 2.0 ** ((self._moment - moment) / DECAY_HALF_LIFE)
        self._sums, self._moment, self._next = faded + fresh, moment, stop
        return self._sums


def rfm(silent_days: NDArray[np.float64], active_days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Rank by recency and frequency, with equal weight.

    The usual fifths are left out, since they only make ties, and so is money: what a customer
    was worth at a past moment is not known any more.

    Parameters
    ----------
    silent_days : f8[n]
        Days since the customer was last active.
    active_days : i8[n]
        Days they were ever active.

    Returns
    -------
    f8[n]
        -1 to 1.

    Examples
    --------
    >>> rfm(np.array([1.0, 50.0, 50.0]), np.array([9, 3, 1])).round(2).tolist()
    [-0.67, 0.17, 0.5]
    """
    # Places are halves, so their difference is exact: equal ranks stay equal.
    places = _places(silent_days) - _places(active_days.astype(np.float64))
    return places / max(len(places), 1)


def _places(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many of the others are below, ties counting half."""
    _, place, counts = np.unique(column, return_inverse=True, return_counts=True)
    middle: NDArray[np.float64] = np.cumsum(counts) - counts / 2.0
    return middle[place]
