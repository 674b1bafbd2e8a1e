"""Histories other than they are: cut off, joined, or with deeds that could be done now."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights.scoring.columns import COLUMNS, NO_LOOP
from insights.scoring.events import Events


@dataclass(frozen=True, slots=True)
class Deed:
    """One touchpoint that did not happen; what is not said is as in `Events`.

    Attributes
    ----------
    kind, direction : int
        As in `Events`.
    opens, closes : int
        Loops, 0 for none.
    opener : int
        Row of the history that opened what this closes; rows from the history's length on are
        those of the deeds done together with this one.
    opened_at, expected : float
        Of the loop it closes.
    """

    kind: int
    direction: int
    opens: int = NO_LOOP
    closes: int = NO_LOOP
    opener: int = -1
    opened_at: float = math.nan
    expected: float = math.nan


def cut_off(events: Events, moment: float) -> Events:
    """Keep what happened strictly before a moment, as it was known then.

    Parameters
    ----------
    events : Events
        Of n customers.
    moment : float
        Days since 1970 UTC.

    Returns
    -------
    Events
        Of the same n customers. What was closed later is open again.

    Examples
    --------
    >>> import pandas as pd
    >>> events = Events.from_frame(pd.DataFrame({"customer": ["a", "b", "b"], "at": [5., 1., 9.]}))
    >>> before = cut_off(events, 6.0)
    >>> before.offsets.tolist(), before.at.tolist()
    ([0, 1, 2], [5.0, 1.0])
    """
    kept = events.at < moment
    # Openers come before closers, so whoever is kept keeps their opener; only its row moves.
    row_now = np.concatenate([[0], np.cumsum(kept)])
    columns = {name: getattr(events, name)[kept] for name in COLUMNS}
    opener = columns["opener"]
    columns["opener"] = np.where(opener >= 0, row_now[np.maximum(opener, 0)], -1)
    return Events(offsets=row_now[events.offsets].astype(np.int64), **columns)


def with_deeds(history: Events, together: Sequence[Sequence[Deed]], at: float, day: int) -> Events:
    """Give one customer several possible pasts: the history, and each of some deeds at its end.

    Parameters
    ----------
    history : Events
        Of one customer.
    together : sequence of k sequences of Deed
        What is done in each past.
    at : float
        When it is done, days since 1970 UTC; not before the last touchpoint.
    day : int
        The organisation's calendar day of it.

    Returns
    -------
    Events
        Of k customers, one for each past.

    Raises
    ------
    ValueError
        When the history is not one customer's, or goes on after `at`.

    Examples
    --------
    >>> import pandas as pd
    >>> history = Events.from_frame(pd.DataFrame({"customer": ["a"], "at": [5.0]}))
    >>> pasts = with_deeds(history, [[], [Deed(kind=0, direction=2)]], 9.0, 9)
    >>> pasts.offsets.tolist(), pasts.at.tolist()
    ([0, 1, 3], [5.0, 5.0, 9.0])
    """
    if history.customers != 1:
        raise ValueError(f"the history is that of {history.customers} customers; it must be one's")
    if len(history) and history.at[-1] > at:
        raise ValueError(f"the history goes on until {history.at[-1]}, after {at}")
    starts = np.cumsum([0, *(len(history) + len(deeds) for deeds in together)])
    pieces: dict[str, list[NDArray[Any]]] = {name: [] for name in COLUMNS}
    for start, deeds in zip(starts, together, strict=False):
        for name in COLUMNS:
            old, new = getattr(history, name), _column(name, deeds, at, day)
            if name == "opener":
                old, new = (np.where(rows >= 0, rows + start, -1) for rows in (old, new))
            pieces[name] += [old, new]
    columns = {
        name: np.concatenate([*parts, np.empty(0, COLUMNS[name][0])]).astype(COLUMNS[name][0])
        for name, parts in pieces.items()
    }
    events = Events(offsets=starts.astype(np.int64), **columns)
    events.validate()
    return events


def as_one(events: Events) -> Events:
    """Make one customer of all: what happened with any of them happened with it.

    Parameters
    ----------
    events : Events
        Of n customers.

    Returns
    -------
    Events
        Of one customer, in time order.

    Examples
    --------
    >>> import pandas as pd
    >>> events = Events.from_frame(pd.DataFrame({"customer": ["a", "a", "b"], "at": [5., 9., 7.]}))
    >>> one = as_one(events)
    >>> one.offsets.tolist(), one.at.tolist()
    ([0, 3], [5.0, 7.0, 9.0])
    """
    columns = {name: getattr(events, name) for name in COLUMNS}
    return Events.from_columns(columns, np.zeros(len(events), dtype=np.intp), 1)


def _column(name: str, deeds: Sequence[Deed], at: float, day: int) -> NDArray[Any]:
    """Write one column of the deeds."""
    kind, default = COLUMNS[name]
    given = {"at": at, "day": day}
    values = [given.get(name, getattr(deed, name, default)) for deed in deeds]
    return np.array(values, dtype=kind)
