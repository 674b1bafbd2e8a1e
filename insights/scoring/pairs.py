"""Who knows whom: the warmth of each pair of one of us and one contact (SCORING.md, section 1)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.decay import fast_sums, since_clock
from insights.scoring.events import Events
from insights.scoring.fold import fold
from insights.scoring.kinds import Kinds
from insights.scoring.policy import Policy
from insights.scoring.state import FIELD
from insights.scoring.warmth import warmth_of

Column = NDArray[np.float64]

YEAR = 365.0
"""Days in which meetings are counted."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What stands between the two of each of p pairs.

    Attributes
    ----------
    warmth : f8[p]
        0 to 100, as that of a customer with whom nothing else happened.
    last_met : f8[p]
        When they last met or spoke, days since 1970 UTC; NaN for never.
    meetings : i8[p]
        How often they did in the year before.
    """

    warmth: Column
    last_met: Column
    meetings: NDArray[np.int64]


def pairs_of(events: Events, kinds: Kinds, policy: Policy, as_of: float) -> Pairs:
    """Work out the warmth of pairs by the points and the decay of a customer's warmth.

    Parameters
    ----------
    events : Events
        Of p pairs, each as if it were a customer of its own.
    kinds : Kinds
        What `events.kind` points into.
    policy : Policy
        Weights, half-lives and saturation.
    as_of : float
        The moment, days since 1970 UTC.

    Returns
    -------
    Pairs
        In the order of the pairs.

    Raises
    ------
    ValueError
        As `fold` does.

    Examples
    --------
    >>> import pandas as pd
    >>> kinds = Kinds.from_rows([{"points": 15, "human": True}, {"points": 15}])
    >>> met = {"customer": [0, 1, 2], "at": [100.0, 10.0, 100.0], "kind": [0, 0, 1]}
    >>> events = Events.from_frame(pd.DataFrame({**met, "direction": 2}))
    >>> pairs = pairs_of(events, kinds, Policy(), as_of=100.0)
    >>> pairs.warmth.round(1).tolist()  # 75 sat(1), half of it left, and 75 sat(1) by a letter
    [47.4, 29.5, 47.4]
    >>> pairs.last_met.tolist(), pairs.meetings.tolist()
    ([100.0, 10.0, nan], [1, 1, 0])
    """
    states = fold(events, kinds, policy).states
    moments = np.full(events.customers, as_of)
    sums = fast_sums(states, since_clock(states, moments), policy)
    warmth = warmth_of(sums, policy, states[:, FIELD["hurt_open"]]).score
    pair = np.repeat(np.arange(events.customers), np.diff(events.offsets))
    met = kinds.human[events.kind]
    last_met = np.full(events.customers, -np.inf)
    np.maximum.at(last_met, pair[met], events.at[met])
    last_met[np.isinf(last_met)] = np.nan
    lately = met & (events.at > as_of - YEAR) & (events.at <= as_of)
    return Pairs(warmth, last_met, np.bincount(pair[lately], minlength=events.customers))
