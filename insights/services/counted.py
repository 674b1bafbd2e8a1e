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

Circle = tuple[int, bool, bool]
"""How many of us know a customer, whether their person left, whether one of us met them lately."""
UNCLASSED = -1
"""The class of whoever was last read before there were any."""

COLUMNS = f"""
    reading.customer_id, coalesce(reading.team_id, 0), coalesce(reading.segment_id, 0),
    reading.stage, reading.currency, reading.band, reading.policy_version,
    (reading.yearly_value * 100)::bigint, (reading.at_risk * 100)::bigint,
    coalesce((reading.distance * 100)::bigint, 0),
    coalesce(reading.value_class, {UNCLASSED}), coalesce(reading.size_class, {UNCLASSED}),
    least(floor(reading.doors / {SQUARE}), {SIDE - 1})::int * {SIDE}
        + least(floor(reading.windows / {SQUARE}), {SIDE - 1})::int,
    reading.history, (reading.history_on - date '{FIRST_MONDAY}') / 7,
    reading.known_by, reading.has_lost_person, reading.is_met_lately, coalesce(reading.owner_id, 0)
"""
"""Of `reading`, what `Counted` is made of."""

_NOTHING = bytes([UNKNOWN]) * WEEKS


@dataclass(frozen=True, slots=True)
class Counted:
    """By what n customers with a reading are counted, a column each, in the order of their ids.

    `cents` of their yearly value, `risk_cents` of what of it is at risk, `points` are hundredths
    of the distance, `places` squares of the map. `history` u1[n, WEEKS] ends on the Monday so many
    `weeks` after the first.
    """

    ids: NDArray[np.int64]
    groups: Sequence[Group]
    circles: Sequence[Circle]
    owners: NDArray[np.int64]
    bands: NDArray[np.int8]
    policy_versions: NDArray[np.int64]
    cents: NDArray[np.int64]
    risk_cents: NDArray[np.int64]
    points: NDArray[np.int64]
    value_classes: NDArray[np.int8]
    size_classes: NDArray[np.int8]
    places: NDArray[np.int16]
    history: NDArray[np.uint8]
    weeks: NDArray[np.int64]

    @classmethod
    def of_rows(cls, rows: Sequence[tuple[Any, ...]]) -> Self:
        """Take rows of `COLUMNS`, in the order of their ids."""
        columns = list(zip(*rows, strict=True)) if rows else [()] * 19
        group, circle, owners = columns[1:5], columns[15:18], columns[18]
        ids, bands, versions, cents, risk_cents, points, values, sizes, places, histories, weeks = (
            columns[:1] + columns[5:15]
        )
        kept = (bytes(one) if len(one) == WEEKS else _NOTHING for one in histories)
        return cls(
            ids=np.array(ids, np.int64),
            groups=list(zip(*group, strict=True)),
            circles=list(zip(*circle, strict=True)),
            owners=np.array(owners, np.int64),
            bands=np.array(bands, np.int8),
            policy_versions=np.array(versions, np.int64),
            cents=np.array(cents, np.int64),
            risk_cents=np.array(risk_cents, np.int64),
            points=np.array(points, np.int64),
            value_classes=np.array(values, np.int8),
            size_classes=np.array(sizes, np.int8),
            places=np.array(places, np.int16),
            history=np.frombuffer(b"".join(kept), np.uint8).reshape(-1, WEEKS),
            weeks=np.array([UNREAD if week is None else week for week in weeks], np.int64),
        )

    def only(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of the customers."""
        rows = np.flatnonzero(chosen).tolist()
        listed = {"groups", "circles"}
        columns = {c.name: getattr(self, c.name) for c in fields(self) if c.name not in listed}
        return type(self)(
            groups=[self.groups[row] for row in rows],
            circles=[self.circles[row] for row in rows],
            **{name: column[chosen] for name, column in columns.items()},
        )

    @property
    def is_classed(self) -> NDArray[np.bool_]:
        """Who is counted in distances by week and in flows: bool[n]."""
        return self.value_classes != UNCLASSED

    @property
    def segments(self) -> NDArray[np.int64]:
        """The segment of each customer, 0 for none: i8[n]."""
        return np.array([segment for _, segment, *_ in self.groups], np.int64)

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


def changed_past(old: Counted, new: Counted) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say whose past counts otherwise before and after: bool[old], bool[new].

    Most touchpoints change where a customer stands now and nothing about past Mondays.
    """
    _, before, after = np.intersect1d(old.ids, new.ids, assume_unique=True, return_indices=True)
    same = (old.history[before] == new.history[after]).all(axis=1)
    for name in ("policy_versions", "cents", "weeks", "value_classes", "size_classes"):
        same &= getattr(old, name)[before] == getattr(new, name)[after]
    pairs = zip(before.tolist(), after.tolist(), strict=True)
    same &= np.array([old.groups[one] == new.groups[other] for one, other in pairs], np.bool_)
    changed_old, changed_new = np.ones(len(old.ids), np.bool_), np.ones(len(new.ids), np.bool_)
    changed_old[before[same]], changed_new[after[same]] = False, False
    return changed_old, changed_new
