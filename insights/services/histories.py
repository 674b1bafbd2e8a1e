"""Distances on past Mondays, carried on as weeks pass."""

from datetime import UTC, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from insights.mondays import (
    FIRST_MONDAY,
    UNKNOWN,
    UNREAD,
    last_monday,
    mondays_until,
    to_bytes,
    to_microseconds,
    week_of,
)
from insights.selectors.lens import Lens
from insights.selectors.profiles import Profiles

WEEK = timedelta(weeks=1) // timedelta(microseconds=1)
FIRST = to_microseconds(datetime.combine(FIRST_MONDAY, time(), tzinfo=UTC))


def advanced(
    states: NDArray[np.float64],
    history: NDArray[np.uint8],
    weeks: NDArray[np.int64],
    profiles: Profiles,
    lens: Lens,
    now: datetime,
) -> NDArray[np.uint8]:
    """Return the histories with the Mondays that have passed since read from the states.

    `states` f8[n, STATE_SIZE], as they stood before anything later than the last Monday;
    `history` u1[n, WEEKS], each row ending on the Monday of its `weeks` i8[n].
    """
    target = last_monday(now)
    size = history.shape[1]
    missing = np.where(weeks == UNREAD, 0, np.minimum(week_of(target) - weeks, size))
    carried = np.full_like(history, UNKNOWN)
    for passed in np.unique(missing):
        rows = missing == passed
        carried[rows, : size - passed] = history[rows, passed:]
    for back, monday in enumerate(reversed(mondays_until(target, int(missing.max(initial=0))))):
        rows = missing > back
        reading = lens.read(states[rows], monday, profiles.only(rows))
        carried[rows, size - 1 - back] = to_bytes(reading.distance)
    return carried


def is_ahead(
    folded_to: NDArray[np.int64], weeks: NDArray[np.int64], now: datetime
) -> NDArray[np.bool_]:
    """Say whose state knows what a Monday that passed since must not know: bool[n].

    `folded_to` i8[n] in microseconds since 1970 UTC, or `NEVER`; `weeks` i8[n] of the last Monday
    remembered. Clocks of others run ahead a little, so late on a Sunday something of Monday may
    be folded.
    """
    has_passed = (weeks != UNREAD) & (weeks < week_of(last_monday(now)))
    return has_passed & (folded_to >= FIRST + (weeks + 1) * WEEK)
