"""What dates alone say of each customer: what the rivals are made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.bench.drift.logs import History

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Active days of n customers, in order of customer; several events on one day count once.

    Attributes
    ----------
    day : f8[a]
        Every active day, rising within each customer.
    owner : i8[a]
        Whose it is, 0 to n - 1.
    offsets : i8[n + 1]
        Where each customer's active days begin.
    last_at : f8[n]
        The moment of the last event.
    """

    day: Numbers
    owner: NDArray[np.int64]
    offsets: NDArray[np.int64]
    last_at: Numbers

    @classmethod
    def of(cls, history: History) -> "Rhythm":
        """Take the active days of a history."""
        day, customer = np.floor(history.at), history.customer
        is_first = np.ones(len(day), dtype=np.bool_)
        is_first[1:] = customer[1:] != customer[:-1]
        is_new = is_first.copy()
        is_new[1:] |= day[1:] != day[:-1]
        owner = np.cumsum(is_first)[is_new] - 1
        counts = np.bincount(owner)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        return cls(day[is_new], owner, offsets, history.at[np.append(is_first[1:], True)])

    @property
    def days(self) -> Numbers:
        """Count the active days of each customer."""
        return np.diff(self.offsets).astype(np.float64)

    @property
    def first(self) -> Numbers:
        """The first active day."""
        return self.day[self.offsets[:-1]]

    @property
    def last(self) -> Numbers:
        """The last active day."""
        return self.day[self.offsets[1:] - 1]

    @property
    def is_last(self) -> NDArray[np.bool_]:
        """Say which active days are their customer's last."""
        marks = np.zeros(len(self.day), dtype=np.bool_)
        marks[self.offsets[1:] - 1] = True
        return marks

    def gaps(self) -> tuple[Numbers, NDArray[np.int64]]:
        """Days between neighbouring active days of a customer, and whose they are."""
        same = self.owner[1:] == self.owner[:-1]
        return np.diff(self.day)[same], self.owner[1:][same]

    def per_customer(self, owner: NDArray[np.int64], amounts: Numbers) -> Numbers:
        """Sum amounts by their owner."""
        return np.bincount(owner, amounts, minlength=len(self.last_at))

    def mean_gap(self, without: float) -> Numbers:
        """Mean gap of each customer; something given of those without one."""
        gaps, owner = self.gaps()
        number = self.days - 1.0
        mean = self.per_customer(owner, gaps) / np.maximum(number, 1.0)
        return np.where(number > 0, mean, without)

    def median_gap(self) -> Numbers:
        """Median gap of each customer, NaN of those without one."""
        gaps, owner = self.gaps()
        number = (self.days - 1.0).astype(np.int64)
        if not len(gaps):
            return np.full(len(number), np.nan)
        gaps = gaps[np.lexsort((gaps, owner))]
        start = np.cumsum(number) - number
        inside = len(gaps) - 1
        low = gaps[np.minimum(start + np.maximum(number - 1, 0) // 2, inside)]
        high = gaps[np.minimum(start + number // 2, inside)]
        return np.where(number > 0, (low + high) / 2.0, np.nan)

    def decayed(self, moment: float, half_life: float) -> Numbers:
        """Count active days, each halved with every half-life that passed since."""
        return self.per_customer(self.owner, np.exp2(-(moment - self.day) / half_life))

    def days_since(self, moment: float) -> Numbers:
        """Count active days from a moment on."""
        return self.per_customer(self.owner, (self.day >= moment).astype(np.float64))


def early_drift(history: History, cut: float) -> NDArray[np.bool_]:
    """Say who has four active days and a silence within twice their own median gap."""
    rhythm = Rhythm.of(history)
    is_within = cut - rhythm.last <= 2.0 * rhythm.median_gap()
    return (rhythm.days >= 4) & is_within
