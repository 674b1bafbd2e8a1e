"""Tells that customers came into another band, to whoever wants to know."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from insights.models import Band
from insights.scoring import Readings
from insights.scoring.why import why
from relationships.selectors import wanted_kinds
from relationships.services import Announcement, announce

BAND_CHANGED = "customer.band_changed"


def tell_band_changes(
    ids: NDArray[np.int64],
    readings: Readings,
    *,
    before: NDArray[np.int8],
    after: NDArray[np.int8],
    policy_changed: NDArray[np.bool_],
    now: datetime,
) -> None:
    """Tell who is in another band than before, why, and whether the policy was changed between.

    To become known is no change, nor to become unknown: a first load would tell of everyone.
    """
    rows = np.flatnonzero((before != after) & (before != Band.UNKNOWN) & (after != Band.UNKNOWN))
    if not len(rows) or BAND_CHANGED not in wanted_kinds():
        return
    announce(
        [
            Announcement(
                BAND_CHANGED,
                int(ids[row]),
                now,
                {
                    "band": {"from": _word(before[row]), "to": _word(after[row])},
                    "distance": round(float(readings.distance[row]), 2),
                    "why": [part.sentence for part in why(readings, row)],
                    "is_new_policy": bool(policy_changed[row]),
                },
            )
            for row in rows.tolist()
        ]
    )


def _word(band: np.int8) -> str:
    return Band(int(band)).name.lower()
