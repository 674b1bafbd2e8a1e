"""What each touchpoint type is worth, as columns the fold can read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

DEFAULTS: dict[str, float | bool] = {
    "points": 0.0,
    "care": 0.0,
    "served": 0.0,
    "severity": 0.0,
    "human": False,
    "digital": False,
    "broadcast": False,
    "says_care": False,
    "feedback": False,
    "purchase": False,
    "counts": True,
}
"""A touchpoint type of which nothing is said: it happened, and earns nothing."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The touchpoint types, one row each; events name them by row.

    Attributes
    ----------
    points : f8[k]
        Points of connection (SCORING.md, section 1).
    care : f8[k]
        Care this deed shows by itself: unasked help 5, refund 5, kindness 6.
    served : f8[k]
        1 for a digital thing that simply worked.
    severity : f8[k]
        1, 3 or 8 for a failure, else 0.
    human, digital : bool[k]
        With a person or through a screen; neither is not counted in the wall.
    broadcast : bool[k]
        Template, broadcast or bot mail: earns nothing; outbound, it is noise.
    says_care : bool[k]
        Says "we care" (counted, earns nothing).
    feedback : bool[k]
        The customer's opinion, a wide window.
    purchase : bool[k]
        Shows the customer is here, whatever its direction.
    counts : bool[k]
        False for bookkeeping, which contributes nothing but may close a loop.

    Raises
    ------
    ValueError
        For columns of unequal length, a number that is not finite or below 0, or a type both
        human and digital.

    Examples
    --------
    >>> kinds = Kinds.from_rows([{"points": 10, "human": True}, {"broadcast": True}])
    >>> kinds.points.tolist(), kinds.counts.tolist()
    ([10.0, 0.0], [True, True])
    """

    points: NDArray[np.float64]
    care: NDArray[np.float64]
    served: NDArray[np.float64]
    severity: NDArray[np.float64]
    human: NDArray[np.bool_]
    digital: NDArray[np.bool_]
    broadcast: NDArray[np.bool_]
    says_care: NDArray[np.bool_]
    feedback: NDArray[np.bool_]
    purchase: NDArray[np.bool_]
    counts: NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Bring every column to its type and refuse what the formulas cannot bear."""
        for name, default in DEFAULTS.items():
            column = np.asarray(getattr(self, name), dtype=type(default))
            object.__setattr__(self, name, np.ascontiguousarray(column))
        self.validate()

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """Read types from mappings; what a row does not mention is 0, False, or counts.

        Raises
        ------
        ValueError
            For a name that is none of the columns.

        Examples
        --------
        >>> Kinds.from_rows([{"point": 10}])
        Traceback (most recent call last):
        ValueError: kind 0: 'point' is not one of points, care, served, severity, human, ...
        """
        listed = list(rows)
        for number, row in enumerate(listed):
            for name in row:
                if name not in DEFAULTS:
                    right = ", ".join(DEFAULTS)
                    raise ValueError(f"kind {number}: {name!r} is not one of {right}")
        columns = {
            name: np.array([row.get(name, default) for row in listed], dtype=type(default))
            for name, default in DEFAULTS.items()
        }
        return cls(**columns)

    def __len__(self) -> int:
        """Count the types."""
        return len(self.points)

    def records(self) -> NDArray[np.void]:
        """Put the columns side by side, one record a type, for the compiled loop.

        Examples
        --------
        >>> Kinds.from_rows([{"points": 10}]).records()["points"].tolist()
        [10.0]
        """
        layout = [(name, getattr(self, name).dtype) for name in DEFAULTS]
        records = np.empty(len(self), dtype=np.dtype(layout, align=True))
        for name in DEFAULTS:
            records[name] = getattr(self, name)
        return records

    def validate(self) -> None:
        """Refuse columns the fold would read as nonsense.

        Raises
        ------
        ValueError
            Naming the column, the row and what would be right.

        Examples
        --------
        >>> Kinds.from_rows([{"points": -1}])
        Traceback (most recent call last):
        ValueError: points of kind 0 is -1.0; it must be a finite number of at least 0
        """
        for tuned in fields(self):
            column = getattr(self, tuned.name)
            if column.shape != self.points.shape or column.ndim != 1:
                raise ValueError(f"{tuned.name} is {column.shape}, points {self.points.shape}")
        for name in ("points", "care", "served", "severity"):
            column = getattr(self, name)
            for row in np.flatnonzero(~(np.isfinite(column) & (column >= 0))):
                right = "it must be a finite number of at least 0"
                raise ValueError(f"{name} of kind {row} is {column[row]}; {right}")
        for row in np.flatnonzero(self.human & self.digital):
            raise ValueError(f"kind {row} is both human and digital; it must be one or neither")
