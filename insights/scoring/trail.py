"""A customer's distance through the past, each moment seeing only what was before it."""

import numpy as np
from numpy.typing import NDArray

from insights.scoring.events import Events
from insights.scoring.fold import Fold
from insights.scoring.kinds import Kinds
from insights.scoring.policy import Policy
from insights.scoring.population import Population
from insights.scoring.read import read
from insights.scoring.silence import Silence


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
    distances = np.full((events.customers, len(cuts)), np.nan)
    for column, cut in enumerate(cuts):
        folding.until(cut)
        reading = read(folding.states, cut, policy, population, silence, None, styles)
        distances[:, column] = reading.distance
        if since is not None:
            distances[cut < np.broadcast_to(since, events.customers), column] = np.nan
    return distances
