"""What scoring needs to know of customers besides their touchpoints."""

from dataclasses import dataclass

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

STYLES = {"": 0, "personal": 1, "mixed": 2, "self_service": 3}


@dataclass(frozen=True, slots=True)
class Profiles:
    """What we hold about n customers: columns in the order of the readings.

    `styles` as `read` takes them, 0 to infer; `segments` 0 for none; `stages` are words.
    """

    ids: NDArray[np.int64]
    cents: NDArray[np.int64]
    styles: NDArray[np.int8]
    segments: NDArray[np.int64]
    stages: NDArray[np.str_]

    def only(self, rows: NDArray[np.bool_]) -> "Profiles":
        """Return those of some of the customers."""
        return Profiles(
            self.ids[rows],
            self.cents[rows],
            self.styles[rows],
            self.segments[rows],
            self.stages[rows],
        )


_PROFILES = """
    SELECT (yearly_value * 100)::bigint, style, coalesce(segment_id, 0), stage
    FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted (id, place)
    JOIN relationships_customer USING (id)
    ORDER BY place
"""


def profiles_of(cursor: CursorWrapper, ids: NDArray[np.int64]) -> Profiles:
    """Return what scoring needs of these customers, all of whom must exist."""
    cursor.execute(_PROFILES, [ids.tolist()])
    rows = cursor.fetchall()
    return Profiles(
        ids,
        np.array([cents for cents, *_ in rows], dtype=np.int64),
        np.array([STYLES[style] for _, style, *_ in rows], dtype=np.int8),
        np.array([segment for *_, segment, _ in rows], dtype=np.int64),
        np.array([stage for *_, stage in rows], dtype=np.str_),
    )
