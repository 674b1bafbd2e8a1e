"""When customers were active: all that silence is learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.columns import COLUMNS, OUTBOUND
from insights.scoring.events import Events
from insights.scoring.kinds import Kinds

PLAIN = Kinds.from_rows([{}])
"""The catalogue of `Activity.events`: one type, which shows the customer and earns nothing."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Moments at which n customers were active, m in all.

    Attributes
    ----------
    customer : i8[m]
        Who, from 0 to n - 1, rising.
    at : f8[m]
        When, days since 1970 UTC, rising within a customer.
    day : i4[m]
        The organisation's calendar day, as in `Events`.
    customers : int
        n.
    """

    customer: NDArray[np.int64]
    at: NDArray[np.float64]
    day: NDArray[np.int32]
    customers: int

    @classmethod
    def of(cls, events: Events, kinds: Kinds) -> "Activity":
        """Take what shows that the customer is there: inbound, mutual, or a purchase.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"customer": "a", "at": [1.0, 2.0], "direction": [1, 2]})
        >>> Activity.of(Events.from_frame(frame), PLAIN).at.tolist()
        [2.0]
        """
        shows = shows_customer(events, kinds)
        customer = np.repeat(np.arange(events.customers), np.diff(events.offsets))
        return cls(customer[shows], events.at[shows], events.day[shows], events.customers)

    @classmethod
    def of_log(
        cls, customer: NDArray[np.integer], at: NDArray[np.float64], customers: int
    ) -> "Activity":
        """Take every entry of a plain log, in any order, as a sign of the customer; days are UTC.

        Examples
        --------
        >>> Activity.of_log(np.array([1, 0]), np.array([2.5, 3.5]), 2).day.tolist()
        [3, 2]
        """
        order = np.lexsort((at, customer))
        moments = np.take(at, order)
        days = np.floor(moments).astype(np.int32)
        return cls(np.take(customer, order).astype(np.int64), moments, days, customers)

    def before(self, moment: float) -> "Activity":
        """Leave out what happened at a moment (days since 1970 UTC) or later."""
        rows = self.at < moment
        return Activity(self.customer[rows], self.at[rows], self.day[rows], self.customers)

    def sample(self, most: int, seed: int = 0) -> "Activity":
        """Keep so many customers at most, chosen at random but always the same.

        Examples
        --------
        >>> three = Activity(np.arange(3), np.zeros(3), np.zeros(3, np.int32), 3)
        >>> three.sample(2).customer.tolist()
        [0, 1]
        """
        if self.customers <= most:
            return self
        chosen = np.random.default_rng(seed).choice(self.customers, most, replace=False)
        place = np.full(self.customers, -1, dtype=np.int64)
        place[np.sort(chosen)] = np.arange(most)
        rows = place[self.customer] >= 0
        return Activity(place[self.customer[rows]], self.at[rows], self.day[rows], most)

    def silent(self, start: float, stop: float) -> NDArray[np.bool_]:
        """Say which of the n customers were not active in `[start, stop)`."""
        silent = np.ones(self.customers, dtype=np.bool_)
        silent[self.customer[(self.at >= start) & (self.at < stop)]] = False
        return silent

    def events(self) -> Events:
        """Make of it inbound touchpoints of the one type of `PLAIN`."""
        columns = {
            name: np.full(len(self.at), default, dtype=kind)
            for name, (kind, default) in COLUMNS.items()
        }
        columns["at"], columns["day"] = self.at, self.day
        offsets = np.searchsorted(self.customer, np.arange(self.customers + 1))
        return Events(offsets=offsets.astype(np.int64), **columns)


def shows_customer(events: Events, kinds: Kinds) -> NDArray[np.bool_]:
    """Pick the touchpoints bool[m] that show the customer is there.

    Examples
    --------
    >>> import pandas as pd
    >>> sent = pd.DataFrame({"customer": ["a", "a"], "at": [1.0, 2.0], "direction": [0, 1]})
    >>> shows_customer(Events.from_frame(sent), Kinds.from_rows([{}])).tolist()
    [True, False]
    """
    inward: NDArray[np.bool_] = (events.direction != OUTBOUND) | kinds.purchase[events.kind]
    return inward & kinds.counts[events.kind]
