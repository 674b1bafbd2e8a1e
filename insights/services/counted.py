"""By what customers are counted in the rollups, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.mondays import FIRST_MONDAY, UNKNOWN, UNREAD, WEEKS
from insights.region import SIDE, SQUARE

Group = tuple[int, int, str, str]
"""Team, segment, stage and currency; 0 for no team and no segment."""

COLUMNS = f"""
    reading.customer_id, coalesce(reading.team_id, 0), coalesce(reading.segment_id, 0),
    reading.stage, reading.currency, reading.band, reading.policy_version,
    (reading.yearly_value * 100)::bigint, (reading.at_risk * 100)::bigint,
    least(floor(reading.doors / {SQUARE}), {SIDE - 1})::int * {SIDE}
        + least(floor(reading.windows / {SQUARE}), {SIDE - 1})::int,
    reading.history, (reading.history_on - date '{FIRST_MONDAY}') / 7
"""
"""Of `reading`, what `Counted` is made of."""

_NOTHING = bytes([UNKNOWN]) * WEEKS


@dataclass(frozen=True, slots=True)
class Counted:
    """By what n customers with a reading are counted, a column each, in the order of their ids.

    `cents` of their yearly value, `risk_cents` of what of it is at risk; `places` are squares of
    the map. `history` u1[n, WEEKS] ends on the Monday so many `weeks` after the first.
    """

    ids: NDArray[np.int64]
    groups: Sequence[Group]
    bands: NDArray[np.int8]
    policy_versions: NDArray[np.int64]
    cents: NDArray[np.int64]
    risk_cents: NDArray[np.int64]
    places: NDArray[np.int16]
    history: NDArray[np.uint8]
    weeks: NDArray[np.int64]

    @classmethod
    def of_rows(cls, rows: Sequence[tuple[Any, ...]]) -> Self:
        """Take rows of `COLUMNS`, in the order of their ids."""
        ids, *group, bands, versions, cents, risk_cents, places, histories, weeks = (
            zip(*rows, strict=True) if rows else ((),) * 12
        )
        kept = (bytes(one) if len(one) == WEEKS else _NOTHING for one in histories)
        return cls(
            ids=np.array(ids, np.int64),
            groups=list(zip(*group, strict=True)),
            bands=np.array(bands, np.int8),
            policy_versions=np.array(versions, np.int64),
            cents=np.array(cents, np.int64),
            risk_cents=np.array(risk_cents, np.int64),
            places=np.array(places, np.int16),
            history=np.frombuffer(b"".join(kept), np.uint8).reshape(-1, WEEKS),
            weeks=np.array([UNREAD if week is None else week for week in weeks], np.int64),
        )

    def only(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of the customers."""
        groups = [self.groups[row] for row in np.flatnonzero(chosen).tolist()]
        columns = {c.name: getattr(self, c.name) for c in fields(self) if c.name != "groups"}
        return type(self)(
            groups=groups, **{name: column[chosen] for name, column in columns.items()}
        )

    def places_in(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return where these customers stand among others, who are in order and include them."""
        return np.searchsorted(ids, self.ids)


def counted(
    cursor: CursorWrapper, where: str, params: list[Any], *, limit: int | None = None
) -> Counted:
    """Return by what the readings that a condition finds are counted."""
    cursor.execute(
        f"SELECT {COLUMNS} FROM insights_reading AS reading WHERE {where}"
        " ORDER BY customer_id LIMIT %s",
        [*params, limit],
    )
    return Counted.of_rows(cursor.fetchall())
