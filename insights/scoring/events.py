"""Touchpoints of many customers as columns, in time order within each customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from insights.scoring.checks import check_events
from insights.scoring.columns import COLUMNS


@dataclass(frozen=True, slots=True)
class Events:
    """Touchpoints of n customers, m in all.

    Customer c owns the rows from `offsets[c]` to `offsets[c + 1]`, in rising order of `at`. The
    order within one instant does not matter, except that a loop closes after it opened.

    Attributes
    ----------
    offsets : i8[n + 1]
        Where each customer's rows begin.
    at : f8[m]
        Moment, days since 1970-01-01 UTC.
    day : i4[m]
        The organisation's calendar day, counted from 1970-01-01; its time zone and daylight
        saving are the caller's business.
    kind : i2[m]
        Row in `Kinds`.
    direction : i1[m]
        0 inbound, 1 outbound, 2 mutual.
    in_room : f4[m]
        Customers sharing it, at least 1.
    sentiment : f4[m]
        -1 to 1, NaN when unknown.
    severity : f4[m]
        Severity of this failure, NaN for that of its kind.
    template : bool[m]
        Found to be a template by its text: as a broadcast, whatever its kind.
    via : bool[m]
        Came through an intermediary.
    opens : u1[m]
        Loop open from here: 0 none, 1 question, 2 complaint, 3 failure, 4 promise. A failure
        that opens a loop hurts unfading until closed; one that opens none fades at once.
    closes : u1[m]
        Loop this event closes.
    opened_at, expected : f8[m]
        Of the loop it closes: its opening moment, and the days it was expected to take.
    opener : i8[m]
        Row that opened it, -1 when that was folded earlier.
    carried_hurt : f8[m]
        The hurt of that loop as returned by the earlier fold, else 0.
    """

    offsets: NDArray[np.int64]
    at: NDArray[np.float64]
    day: NDArray[np.int32]
    kind: NDArray[np.int16]
    direction: NDArray[np.int8]
    in_room: NDArray[np.float32]
    sentiment: NDArray[np.float32]
    severity: NDArray[np.float32]
    template: NDArray[np.bool_]
    via: NDArray[np.bool_]
    opens: NDArray[np.uint8]
    closes: NDArray[np.uint8]
    opened_at: NDArray[np.float64]
    expected: NDArray[np.float64]
    opener: NDArray[np.int64]
    carried_hurt: NDArray[np.float64]

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, customers: Sequence[Any] | None = None) -> Self:
        """Sort a frame by customer and moment and take its columns.

        Rows of one instant keep their order, so those of a frame already sorted all stay; only
        where a loop closes at the instant it opened, and above its opening, such closings go last.
        Where clocks go back over midnight, the day that had begun goes on; a day any earlier
        is refused.

        Parameters
        ----------
        frame : DataFrame[m]
            Columns `customer`, `at` and any of the others; a missing `day` is the UTC day.
            `opener` counts rows of this frame as it is given.
        customers : sequence, optional
            The customers in the order wanted, some perhaps without events; by default those
            of the frame, sorted.

        Returns
        -------
        Events
            Validated, except for `kind`, which `fold` compares with `Kinds`.

        Raises
        ------
        ValueError
            For a missing column, a customer not listed, or what `validate` refuses.

        Examples
        --------
        >>> frame = pd.DataFrame({"customer": ["b", "a", "b"], "at": [2.0, 9.5, 1.0]})
        >>> events = Events.from_frame(frame)
        >>> events.offsets.tolist(), events.at.tolist(), events.day.tolist()
        ([0, 1, 3], [9.5, 1.0, 2.0], [9, 1, 2])
        """
        for name in ("customer", "at"):
            if name not in frame.columns:
                raise ValueError(f"the frame has no column {name!r}")
        listed = np.unique(frame["customer"]) if customers is None else customers
        codes = pd.Index(listed).get_indexer(pd.Index(frame["customer"]))
        if (codes < 0).any():
            stranger = frame["customer"].iloc[int(np.argmin(codes))]
            raise ValueError(f"customer {stranger!r} is not among the customers given")
        columns = {name: _column(frame, name) for name in COLUMNS}
        return cls.from_columns(columns, codes, len(listed))

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, NDArray[Any]], codes: NDArray[np.intp], customers: int
    ) -> Self:
        """Sort rows by customer and moment, as `from_frame` does.

        Parameters
        ----------
        columns : mapping of [m]
            All of `COLUMNS`, in their types, by name.
        codes : intp[m]
            Whose row each is, from 0 to below `customers`.
        customers : int
            How many there are, some perhaps without events.

        Returns
        -------
        Events
            Validated as by `from_frame`.

        Raises
        ------
        ValueError
            For what `validate` refuses.

        Examples
        --------
        >>> frame = pd.DataFrame({"at": [9.5, 1.0]})
        >>> columns = {name: _column(frame, name) for name in COLUMNS}
        >>> events = Events.from_columns(columns, np.array([0, 0]), customers=2)
        >>> events.offsets.tolist(), events.at.tolist()
        ([0, 2, 2], [1.0, 9.5])
        """
        order = _time_order(columns, codes)
        rows = {name: column[order] for name, column in columns.items()}
        rows["opener"] = _moved(rows["opener"], order)
        rows["day"] = _begun(rows["day"], codes[order])
        counts = np.bincount(codes, minlength=customers)
        events = cls(offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **rows)
        events.validate()
        return events

    def __len__(self) -> int:
        """Count the touchpoints."""
        return len(self.at)

    @property
    def customers(self) -> int:
        """Count the customers."""
        return len(self.offsets) - 1

    def only(self, chosen: NDArray[np.bool_]) -> "Events":
        """Take the touchpoints of some of the customers, in the same order.

        Parameters
        ----------
        chosen : bool[n]
            The customers wanted.

        Examples
        --------
        >>> events = Events.from_frame(pd.DataFrame({"customer": [1, 2, 2], "at": [0., 1., 2.]}))
        >>> kept = events.only(np.array([False, True]))
        >>> kept.offsets.tolist(), kept.at.tolist()
        ([0, 2], [1.0, 2.0])
        """
        counts = np.diff(self.offsets)
        rows = np.repeat(chosen, counts)
        columns = {name: getattr(self, name)[rows] for name in COLUMNS}
        # Openers are of the same customer, so they stay.
        place = np.cumsum(rows) - 1
        opener = columns["opener"]
        columns["opener"] = np.where(opener >= 0, place[opener], -1)
        offsets = np.concatenate([[0], np.cumsum(counts[chosen])]).astype(np.int64)
        return Events(offsets=offsets, **columns)

    def validate(self) -> None:
        """Refuse columns the fold would misread.

        Raises
        ------
        ValueError
            Naming the column, the row, its value and what would be right.

        Examples
        --------
        >>> Events.from_frame(pd.DataFrame({"customer": [1], "at": [0.0], "in_room": [0]}))
        Traceback (most recent call last):
        ValueError: in_room of row 0 is 0.0; it must be at least 1
        """
        check_events(self)


def _column(frame: pd.DataFrame, name: str) -> NDArray[Any]:
    """Take one column in its type, or its default."""
    kind, default = COLUMNS[name]
    if name in frame.columns:
        return np.ascontiguousarray(frame[name].to_numpy().astype(kind))
    if name == "day":
        days: NDArray[np.int32] = np.floor(frame["at"].to_numpy(dtype=np.float64)).astype(np.int32)
        return days
    return np.full(len(frame), default, dtype=kind)


def _time_order(columns: Mapping[str, NDArray[Any]], codes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Order rows by customer and moment, stably, but no closing above its opening."""
    at, opener = columns["at"], columns["opener"]
    order = np.lexsort((at, codes))
    moved = _moved(opener, order)[order]
    if (moved >= np.arange(len(at))).any():
        at_once = (columns["closes"] > 0) & (columns["opened_at"] >= at)
        return np.lexsort((at_once, at, codes))
    return order


def _moved(opener: NDArray[np.int64], order: NDArray[np.intp]) -> NDArray[np.int64]:
    """Say where the rows that opened a loop stand after sorting; nonsense stays nonsense."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    inside = (opener >= 0) & (opener < len(order))
    moved = opener.copy()
    moved[inside] = place[opener[inside]]
    return moved


def _begun(day: NDArray[np.int32], codes: NDArray[np.intp]) -> NDArray[np.int32]:
    """Stay on a customer's latest day where the next is the one before it.

    That is what clocks going back over midnight give, as at 00:01 in St. John's until 2011.
    """
    low = int(day.min(initial=0))
    span = int(day.max(initial=0)) - low + 1
    # Each customer's days on a stretch of their own, so that one pass serves all.
    stretches = codes.astype(np.int64) * span
    latest = np.maximum.accumulate(stretches + (day - np.int64(low))) - stretches + low
    begun: NDArray[np.int32] = np.where(latest == day + np.int64(1), latest, day).astype(np.int32)
    return begun
