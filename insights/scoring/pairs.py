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

LOOKED_AT = np.array([0.0, *2.0 ** np.arange(14)])
"""Days ahead between which a warmth is sought: now, a day, two, four, up to 22 years."""

HALVINGS = 36
"""From 11 years to about a hundredth of a second."""


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


def known_between(
    events: Events, kinds: Kinds, policy: Policy, as_of: float, least: float
) -> tuple[Column, Column]:
    """Say from when until when pairs are warm if nothing more happens.

    A hurt fades faster than what was built, so that warmth may rise before it falls; it is taken
    to do so once at most.

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
    least : float
        Warmth, 0 to 100, from which a pair is warm.

    Returns
    -------
    f8[p], f8[p]
        Days since 1970 UTC. The first is NaN for pairs that are warm as of now, the second for
        those that never will be.

    Raises
    ------
    ValueError
        As `fold` does.

    Examples
    --------
    >>> import pandas as pd
    >>> kinds = Kinds.from_rows([{"points": 15, "human": True}, {"points": 1}])
    >>> met = {"customer": [0, 1], "at": [100.0, 100.0], "kind": [0, 1]}
    >>> events = Events.from_frame(pd.DataFrame({**met, "direction": 2}))
    >>> since, until = known_between(events, kinds, Policy(), as_of=100.0, least=10.0)
    >>> since.tolist(), until.round(1).tolist()  # 75 sat(2^-(252.4 / 90)) is 10
    ([nan, nan], [352.4, nan])
    """
    states = fold(events, kinds, policy).states

    def is_warm(rows: NDArray[np.intp], ahead: Column) -> NDArray[np.bool_]:
        some = states[rows]
        sums = fast_sums(some, since_clock(some, as_of + ahead), policy)
        return warmth_of(sums, policy, some[:, FIELD["hurt_open"]]).score >= least

    def crossing(rows: NDArray[np.intp], warm: Column, cold: Column) -> Column:
        """Halve what lies between until hardly anything does."""
        found = np.full(events.customers, np.nan)
        # Each step takes as long for few as for a hundred, and mostly there is nobody.
        for _ in range(HALVINGS if len(rows) else 0):
            middle = (warm + cold) / 2
            is_still = is_warm(rows, middle)
            warm, cold = np.where(is_still, middle, warm), np.where(is_still, cold, middle)
        found[rows] = as_of + warm
        return found

    everyone = np.arange(events.customers)
    moments = (np.full(events.customers, days) for days in LOOKED_AT)
    warm = np.stack([is_warm(everyone, days) for days in moments])
    first, last = warm.argmax(axis=0), len(LOOKED_AT) - 1 - warm[::-1].argmax(axis=0)
    is_ever = warm.any(axis=0)
    rises, falls = np.flatnonzero(is_ever & (first > 0)), np.flatnonzero(is_ever)
    after = np.minimum(last + 1, len(LOOKED_AT) - 1)
    return (
        crossing(rises, LOOKED_AT[first[rises]], LOOKED_AT[first[rises] - 1]),
        crossing(falls, LOOKED_AT[last[falls]], LOOKED_AT[after[falls]]),
    )
