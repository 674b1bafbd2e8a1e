"""Histories loaded piece by piece, put together."""

from collections.abc import Sequence

import numpy as np

from insights.scoring.activity import shows_customer
from insights.scoring.columns import COLUMNS
from insights.scoring.events import Events
from insights.scoring.kinds import Kinds


def joined(pieces: Sequence[Events]) -> Events:
    """Put the events of different customers together, in the order given.

    Parameters
    ----------
    pieces : sequence of Events
        At least one.

    Returns
    -------
    Events
        Of all their customers.

    Examples
    --------
    >>> import pandas as pd
    >>> one = Events.from_frame(pd.DataFrame({"customer": ["a"], "at": [1.0]}))
    >>> two = Events.from_frame(pd.DataFrame({"customer": ["b", "b"], "at": [2.0, 3.0]}))
    >>> joined([one, two]).offsets.tolist(), joined([one, two]).at.tolist()
    ([0, 1, 3], [1.0, 2.0, 3.0])
    """
    columns = {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in COLUMNS}
    sizes = [len(piece) for piece in pieces]
    starts = np.cumsum([0, *sizes[:-1]])
    columns["opener"] = np.concatenate(
        [
            np.where(piece.opener >= 0, piece.opener + start, -1)
            for piece, start in zip(pieces, starts, strict=True)
        ]
    )
    counts = np.concatenate([np.diff(piece.offsets) for piece in pieces])
    return Events(offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **columns)


def first_activity(events: Events, kinds: Kinds) -> float | None:
    """Find when a customer was first heard from, in days since 1970 UTC; None if never.

    Examples
    --------
    >>> import pandas as pd
    >>> heard = Events.from_frame(pd.DataFrame({"customer": ["a", "b"], "at": [7.0, 3.0]}))
    >>> first_activity(heard, Kinds.from_rows([{}]))
    3.0
    """
    shows = shows_customer(events, kinds)
    return float(events.at[shows].min()) if shows.any() else None
