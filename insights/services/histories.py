"""Distances on past Mondays, carried on as weeks pass."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from insights.mondays import UNKNOWN, last_monday, mondays_until, to_bytes, weeks_between
from insights.selectors.lens import Lens
from insights.selectors.profiles import Profiles


def advanced(
    states: NDArray[np.float64],
    history: NDArray[np.uint8],
    history_on: Sequence[date | None],
    profiles: Profiles,
    lens: Lens,
    now: datetime,
) -> NDArray[np.uint8]:
    """Return the histories with the Mondays that have passed since read from the states.

    `states` f8[n, STATE_SIZE], as they stood before anything later than the last Monday;
    `history` u1[n, WEEKS], each row ending on its `history_on`.
    """
    target = last_monday(now)
    weeks = history.shape[1]
    missing = np.array([min(weeks_between(on or target, target), weeks) for on in history_on])
    carried = np.full_like(history, UNKNOWN)
    for passed in np.unique(missing):
        rows = missing == passed
        carried[rows, : weeks - passed] = history[rows, passed:]
    for back, monday in enumerate(reversed(mondays_until(target, int(missing.max(initial=0))))):
        rows = missing > back
        reading = lens.read(states[rows], monday, profiles.only(rows))
        carried[rows, weeks - 1 - back] = to_bytes(reading.distance)
    return carried


def is_ahead(
    folded_to: Sequence[datetime | None], history_on: Sequence[date | None], now: datetime
) -> NDArray[np.bool_]:
    """Say whose state knows what a Monday that passed since must not know: bool[n].

    Clocks of others run ahead a little, so late on a Sunday something of Monday may be folded.
    """
    target = last_monday(now)

    def knows_more(moment: datetime | None, on: date | None) -> bool:
        if moment is None or on is None or on >= target:
            return False
        return moment >= datetime.combine(on + timedelta(weeks=1), time(), tzinfo=UTC)

    return np.array(
        [knows_more(*pair) for pair in zip(folded_to, history_on, strict=True)], dtype=np.bool_
    )
