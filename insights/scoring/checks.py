"""What events must satisfy before they are folded."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insights.scoring.columns import COLUMNS

if TYPE_CHECKING:
    from insights.scoring.events import Events


def check_events(events: "Events") -> None:
    """Refuse columns the fold would misread.

    Parameters
    ----------
    events : Events
        Any.

    Raises
    ------
    ValueError
        Naming the column, the row, its value and what would be right.

    Examples
    --------
    >>> import pandas as pd
    >>> from insights.scoring.events import Events
    >>> check_events(Events.from_frame(pd.DataFrame({"customer": [1, 1], "at": [2.0, 1.0]})))
    """
    check_shape(events)
    _check_ranges(events)
    _check_order(events)
    _check_loops(events)


def check_shape(events: "Events") -> None:
    """Refuse columns of the wrong type or length, and offsets that do not cover them.

    Raises
    ------
    ValueError
        Naming the column, its type and length, and what would be right.

    Examples
    --------
    >>> import dataclasses
    >>> import pandas as pd
    >>> from insights.scoring.events import Events
    >>> events = Events.from_frame(pd.DataFrame({"customer": [1], "at": [2.0]}))
    >>> check_shape(dataclasses.replace(events, day=np.array([2.0])))
    Traceback (most recent call last):
    ValueError: day is float64 (1,); it must be int32 (1,) like at
    """
    for name, (kind, _) in COLUMNS.items():
        column = getattr(events, name)
        if column.dtype != np.dtype(kind) or column.shape != (len(events),):
            right = f"it must be {np.dtype(kind)} ({len(events)},) like at"
            raise ValueError(f"{name} is {column.dtype} {column.shape}; {right}")
    offsets = events.offsets
    if offsets.dtype != np.int64 or offsets.ndim != 1 or len(offsets) == 0:
        raise ValueError("offsets must be int64 with one more entry than there are customers")
    if offsets[0] != 0 or offsets[-1] != len(events) or (np.diff(offsets) < 0).any():
        raise ValueError(f"offsets must rise from 0 to the number of events, {len(events)}")


def _check_ranges(events: "Events") -> None:
    """Refuse single values that make no sense."""
    closes, sentiment, severity = events.closes > 0, events.sentiment, events.severity
    _refuse("at", events.at, ~np.isfinite(events.at), "it must be a finite number of days")
    _refuse("kind", events.kind, events.kind < 0, "it must be a row of Kinds")
    _refuse(
        "direction", events.direction, ~np.isin(events.direction, (0, 1, 2)), "it must be 0, 1 or 2"
    )
    rooms = ~(np.isfinite(events.in_room) & (events.in_room >= 1))
    _refuse("in_room", events.in_room, rooms, "it must be at least 1")
    _refuse("sentiment", sentiment, np.abs(sentiment) > 1, "it must be -1 to 1, or NaN")
    harmless = np.isinf(severity) | (severity < 0)
    _refuse("severity", severity, harmless, "it must be at least 0, or NaN")
    _refuse("opens", events.opens, events.opens > 4, "it must be 0 to 4")
    _refuse("closes", events.closes, events.closes > 4, "it must be 0 to 4")
    opened = closes & ~np.isfinite(events.opened_at)
    _refuse("opened_at", events.opened_at, opened, "a closing needs the moment of opening")
    expected = closes & ~(np.isfinite(events.expected) & (events.expected > 0))
    _refuse("expected", events.expected, expected, "a closing needs the days expected, above 0")
    carried = ~(np.isfinite(events.carried_hurt) & (events.carried_hurt >= 0))
    _refuse("carried_hurt", events.carried_hurt, carried, "it must be at least 0")


def _check_order(events: "Events") -> None:
    """Refuse a customer whose time runs backwards."""
    same = np.ones(len(events), dtype=np.bool_)
    starts = events.offsets[:-1]
    same[starts[starts < len(events)]] = False
    for name in ("at", "day"):
        column = getattr(events, name)
        back = same & (np.diff(column, prepend=column[:1]) < 0)
        _refuse(name, column, back, "it must not be before the row above")


def _check_loops(events: "Events") -> None:
    """Refuse a closing whose opener is not an earlier open loop of the same customer."""
    opener = events.opener
    rows = np.flatnonzero(opener >= 0)
    _refuse("opener", opener, opener < -1, "it must be a row, or -1")
    late = np.zeros(len(events), dtype=np.bool_)
    late[rows] = opener[rows] >= rows
    _refuse("opener", opener, late, "it must be an earlier row")
    owner = np.searchsorted(events.offsets, rows, side="right")
    mismatch = np.zeros(len(events), dtype=np.bool_)
    mismatch[rows] = (owner != np.searchsorted(events.offsets, opener[rows], side="right")) | (
        events.opens[opener[rows]] != events.closes[rows]
    )
    _refuse("opener", opener, mismatch, "it must open that kind of loop of the same customer")
    first = np.unique(opener[rows], return_index=True)[1]
    again = np.zeros(len(events), dtype=np.bool_)
    again[np.delete(rows, first)] = True
    _refuse("opener", opener, again, "a loop is closed once")


def _refuse(name: str, column: NDArray[Any], bad: NDArray[np.bool_], right: str) -> None:
    """Raise for the first bad value."""
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(f"{name} of row {row} is {column[row]}; {right}")
