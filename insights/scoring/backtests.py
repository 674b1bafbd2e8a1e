"""Past moments at which the score can be held against what happened next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.activity import Activity
from insights.scoring.events import Events
from insights.scoring.fold import Fold
from insights.scoring.kinds import Kinds
from insights.scoring.policy import Policy
from insights.scoring.state import FIELD


@dataclass(frozen=True, slots=True)
class Backtest:
    """One cut-off: what was known before it, and who was silent after it.

    Attributes
    ----------
    as_of : float
        The cut-off, days since 1970 UTC.
    rows : i8[n]
        The customers known then, as rows of the events' customers.
    states : f8[n, STATE_SIZE]
        Folded from what happened strictly before the cut-off.
    is_silent : bool[n]
        No activity from the cut-off until the horizon is over.
    """

    as_of: float
    rows: NDArray[np.int64]
    states: NDArray[np.float64]
    is_silent: NDArray[np.bool_]


def backtests(
    events: Events, kinds: Kinds, policy: Policy, cuts: Sequence[float], horizon: float
) -> Iterator[Backtest]:
    """Yield a backtest for each cut-off, folding every touchpoint once.

    Parameters
    ----------
    events, kinds, policy
        As for `fold`.
    cuts : sequence of c floats
        Cut-offs, rising, days since 1970 UTC.
    horizon : float
        Days of silence asked for; the caller sees to it that they are over.

    Yields
    ------
    Backtest
        With copies, so that it may be kept.

    Raises
    ------
    ValueError
        When the cut-offs do not rise, or as for `fold`.

    Examples
    --------
    >>> import pandas as pd
    >>> events = Events.from_frame(pd.DataFrame({"customer": ["a", "a", "b"], "at": [1., 9., 2.]}))
    >>> tests = list(backtests(events, Kinds.from_rows([{}]), Policy(), [2.0, 5.0], 7.0))
    >>> [(test.rows.tolist(), test.is_silent.tolist()) for test in tests]
    [([0], [True]), ([0, 1], [False, True])]
    """
    if (np.diff(cuts) < 0).any():
        raise ValueError("cut-offs must rise")
    folding = Fold(events, kinds, policy)
    activity = Activity.of(events, kinds)
    for cut in cuts:
        folding.until(cut)
        rows = np.flatnonzero(folding.states[:, FIELD["active_days"]] > 0.0)
        silent = activity.silent(cut, cut + horizon)
        yield Backtest(cut, rows, folding.states[rows], silent[rows])
