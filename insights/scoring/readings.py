"""All of a customer's scores at one moment, with the parts they are made of."""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Readings:
    """Scores of n customers, one array each.

    For a customer never active (`known` False) there is no `distance`, `presence`, `silence`,
    part, `silent_days`, `usual_gap_days` or `last_at`: these are NaN, as is `first_at` without a
    touchpoint. The rest is what our own deeds amount to, 0 without any.

    Attributes
    ----------
    known : bool[n]
        Has ever been active.
    warmth, baseline, distance : f8[n]
        0 to 100; baseline is the customer's own normal warmth.
    presence, silence : f8[n]
        0 to 1; silence is the probability of none of their days being active for the horizon.
    cooling, unhealed, wall : f8[n]
        0 to 1, the wall 0 to 2.
    doors, windows : f8[n]
        0 to 100.
    noise, connection, care, served : f8[n]
        0 to 1.
    goodwill : f8[n]
        Share of a new failure's hurt that would be forgiven, 0 to 0.6.
    hurt, hurt_open : f8[n]
        In severities; all of it, and that of open loops.
    part_presence, part_cooling, part_wall, part_unhealed : f8[n]
        Points, which add up to distance.
    style : i1[n]
        1 personal, 2 mixed, 3 self-service.
    silent_days, usual_gap_days : f8[n]
        Days since last active, and usually between active days.
    active_days : i8[n]
        Distinct days the customer was active.
    human_share_now, human_share_normal, via_share_now, via_share_normal : f8[n]
        0 to 1.
    care_said, care_shown : f8[n]
        Decayed sums: times we said it, points of deeds.
    first_at, last_at : f8[n]
        Days since 1970 UTC: first touchpoint, last activity of the customer.
    """

    known: NDArray[np.bool_]
    warmth: Column
    baseline: Column
    distance: Column
    presence: Column
    silence: Column
    cooling: Column
    wall: Column
    unhealed: Column
    doors: Column
    windows: Column
    noise: Column
    goodwill: Column
    connection: Column
    care: Column
    served: Column
    hurt: Column
    hurt_open: Column
    part_presence: Column
    part_cooling: Column
    part_wall: Column
    part_unhealed: Column
    style: NDArray[np.int8]
    silent_days: Column
    usual_gap_days: Column
    active_days: NDArray[np.int64]
    human_share_now: Column
    human_share_normal: Column
    via_share_now: Column
    via_share_normal: Column
    care_said: Column
    care_shown: Column
    first_at: Column
    last_at: Column

    def __len__(self) -> int:
        """Count the customers."""
        return len(self.known)

    def row(self, number: int) -> dict[str, Any]:
        """Take one customer's reading as plain Python values."""
        return {column.name: getattr(self, column.name)[number].item() for column in fields(self)}

    def to_frame(self) -> pd.DataFrame:
        """Take all as a DataFrame of n rows."""
        return pd.DataFrame({column.name: getattr(self, column.name) for column in fields(self)})

    @classmethod
    def blank(cls, customers: int) -> Self:
        """Make room for so many customers."""
        kinds = {"known": np.bool_, "style": np.int8, "active_days": np.int64}
        names = [column.name for column in fields(cls)]
        return cls(**{name: np.empty(customers, kinds.get(name, np.float64)) for name in names})

    def only(self, rows: NDArray[np.bool_]) -> "Readings":
        """Take the readings of some of the customers."""
        return Readings(**{c.name: getattr(self, c.name)[rows] for c in fields(self)})

    def put(self, place: slice | NDArray[np.bool_], piece: "Readings") -> None:
        """Write the readings of some of the customers into their place."""
        for column in fields(self):
            getattr(self, column.name)[place] = getattr(piece, column.name)
