"""A customer's distance through the past, each moment seeing only what was before it."""

import numpy as np
from numpy.typing import NDArray

from insights.scoring.events import Events
from insights.scoring.fold import Fold
from insights.scoring.kinds import Kinds
from insights.scoring.policy import Policy
from insights.scoring.population import Population
from insights.scoring.read import BLOCK, read
from insights.scoring.silence import Silence
from insights.scoring.state import STATE_SIZE


def trail(
    events: Events,
    kinds: Kinds,
    policy: Policy,
    cuts: NDArray[np.float64],
    population: Population,
    silence: Silence | None = None,
    styles: NDArray[np.int8] | None = None,
    since: float | NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Read distance as of each cut, folding every touchpoint once.

    Parameters
    ----------
    events, kinds, policy
        As for `fold`.
    cuts : f8[c]
        Moments, rising, days since 1970 UTC.
    population, silence, styles
        As for `read`.
    since : float or f8[n], optional
        Leave out (NaN) the cuts before this moment, such as the start of the relationship.

    Returns
    -------
    f8[n, c]
        Distance as of each cut; NaN where the customer was still unknown.

    Raises
    ------
    ValueError
        When the cuts do not rise, or as for `fold` and `read`.

    Examples
    --------
    >>> import pandas as pd
    >>> from insights.scoring.state import empty_states
    >>> from insights.scoring.population import population as population_of
    >>> events = Events.from_frame(pd.DataFrame({"customer": ["a"], "at": [10.0]}))
    >>> kinds, policy = Kinds.from_rows([{"points": 6, "human": True}]), Policy()
    >>> rhythm = population_of(empty_states(0), policy)
    >>> np.isnan(trail(events, kinds, policy, np.array([10.0, 11.0]), rhythm)).tolist()
    [[True, False]]
    """
    if (np.diff(cuts) < 0).any():
        raise ValueError("cuts must rise")
    folding = Fold(events, kinds, policy)
    customers = events.customers
    distances = np.full((customers, len(cuts)), np.nan)
    # A read takes about as long for one customer as for a hundred.
    at_once = max(BLOCK // max(customers, 1), 1)
    for start in range(0, len(cuts), at_once):
        some = cuts[start : start + at_once]
        states = np.empty((len(some), customers, STATE_SIZE))
        for row, cut in enumerate(some):
            folding.until(cut)
            states[row] = folding.states
        declared = None if styles is None else np.tile(styles, len(some))
        moments = np.repeat(some, customers)
        rows = states.reshape(-1, STATE_SIZE)
        reading = read(rows, moments, policy, population, silence, None, declared)
        distances[:, start : start + len(some)] = reading.distance.reshape(-1, customers).T
    if since is not None:
        start_at = np.broadcast_to(since, customers)
        distances[cuts < start_at[:, None]] = np.nan
    return distances
