"""What would have come of warning, each week, of the customers a score puts on top."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from insights.scoring.proof.rollcall import SCORES, RollCall

KNUTH = 2_654_435_761
"""Multiplying by it scatters neighbouring numbers (Knuth, volume 3, section 6.4)."""

SPELL = ["place", "last_at"]
"""A silence, whoever keeps it and since when."""


@dataclass(frozen=True, slots=True)
class Warned:
    """How the weekly warnings of one score turned out.

    Attributes
    ----------
    warnings, right : int
        A customer warned of in two weeks counts twice; right is silent through the horizon.
    departures, caught : int
        Silences that lasted the horizon, and those of which there was a warning in time.
    lead_days : float, optional
        Mean days from the first right warning of a silence until it had lasted the horizon.
    """

    warnings: int
    right: int
    departures: int
    caught: int
    lead_days: float | None


def flagged(
    score: NDArray[np.float64], place: NDArray[np.int64], budget: float
) -> NDArray[np.bool_]:
    """Pick the share of customers a score puts on top, rounded up to whole customers.

    Parameters
    ----------
    score : f8[n]
        Rising with the risk.
    place : i8[n]
        Which customers: ties are broken by lot, in the same way every week.
    budget : float
        Above 0, at most 1.

    Returns
    -------
    bool[n]
        As many as the budget allows.

    Examples
    --------
    >>> flagged(np.array([0.2, 0.9, 0.5]), np.arange(3), 0.5).tolist()
    [False, True, True]
    """
    most = math.ceil(round(budget * len(score), 9))
    edge = np.partition(score, -most)[-most] if most else np.inf
    chosen: NDArray[np.bool_] = score > edge
    tied = np.flatnonzero(score == edge)
    order = np.argsort(place[tied] * KNUTH % 2**32, kind="stable")
    chosen[tied[order[: most - int(chosen.sum())]]] = True
    return chosen


class Watch:
    """Warnings and departures, gathered week by week.

    Parameters
    ----------
    budget : float
        Share of the customers in touch that we may warn of in a week.
    horizon : float
        Days of silence warned of.
    """

    def __init__(self, budget: float, horizon: float) -> None:
        self._budget, self._horizon = budget, horizon
        self._warned: dict[str, list[pd.DataFrame]] = {name: [] for name in SCORES}
        self._gone: list[pd.DataFrame] = []

    def see(self, call: RollCall) -> NDArray[np.bool_]:
        """Take the roll call of a week, of customers in touch alone; return whom Hearth flags."""
        spells = pd.DataFrame(
            {
                "place": call.place,
                "last_at": call.last_at,
                "lead_days": self._horizon - call.days_since,
                "is_silent": call.is_silent,
            }
        )
        self._gone.append(spells.loc[call.is_silent, SPELL])
        chosen = {name: flagged(getattr(call, name), call.place, self._budget) for name in SCORES}
        for name, rows in chosen.items():
            self._warned[name].append(spells[rows])
        return chosen["hearth"]

    def outcome(self, name: str) -> Warned:
        """Say how the warnings of one score turned out."""
        if not self._gone:
            return Warned(0, 0, 0, 0, None)
        warned = pd.concat(self._warned[name])
        right = warned[warned["is_silent"]]
        first = right.drop_duplicates(SPELL)
        departures = pd.concat(self._gone).drop_duplicates(SPELL)
        return Warned(
            warnings=len(warned),
            right=len(right),
            departures=len(departures),
            caught=len(first),
            lead_days=float(first["lead_days"].mean()) if len(first) else None,
        )
