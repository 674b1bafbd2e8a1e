"""The weekly grid on which distances are remembered."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

WEEKS = 53
"""A year of Mondays and both its ends."""

UNKNOWN = 255
FIRST_MONDAY = date(1970, 1, 5)
NEVER = -(2**62)
"""Microseconds since 1970 of what did not happen."""

UNREAD = -1
"""The week of whoever was never read on a Monday."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def last_monday(now: datetime) -> date:
    """Return the Monday (UTC) on or before `now`.

    >>> last_monday(datetime(2026, 11, 25, 9, tzinfo=UTC))
    datetime.date(2026, 11, 23)
    """
    today = now.astimezone(UTC).date()
    return today - timedelta(days=today.weekday())


def days_of(moment: datetime) -> float:
    """Return a moment as days since 1970 UTC, the unit of scoring."""
    return (moment - EPOCH) / timedelta(days=1)


def to_microseconds(moment: datetime | None) -> int:
    """Return a moment as PostgreSQL keeps it, in microseconds since 1970; `NEVER` for None."""
    return NEVER if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


def mondays_until(last: date, weeks: int = WEEKS) -> NDArray[np.float64]:
    """Return the midnights (UTC) at which the weeks up to `last` began, in days since 1970.

    >>> mondays_until(date(1970, 1, 12), 2).tolist()
    [4.0, 11.0]
    """
    end = days_of(datetime.combine(last, time(), tzinfo=UTC))
    return end - 7.0 * np.arange(weeks - 1, -1, -1)


def week_of(monday: date) -> int:
    """Return how many weeks after the first one a Monday is."""
    return weeks_between(FIRST_MONDAY, monday)


def weeks_between(earlier: date, later: date) -> int:
    """Return the number of weeks from one Monday to another."""
    return (later - earlier).days // 7


def to_bytes(distances: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return distances as they are remembered: whole points, 255 where unknown.

    >>> to_bytes(np.array([12.6, np.nan])).tolist()
    [13, 255]
    """
    known = ~np.isnan(distances)
    return np.where(known, np.rint(np.where(known, distances, 0.0)), UNKNOWN).astype(np.uint8)


def four_weeks_ago(history: NDArray[np.uint8], last: date, now: datetime) -> NDArray[np.float64]:
    """Return the distance remembered nearest to four weeks before `now`; NaN where unknown.

    Parameters: `history` u1[n, WEEKS], whose last column is the Monday `last`.
    """
    days_since = (now.astimezone(UTC).date() - last).days
    back = round((28 - days_since) / 7)
    then = history[:, -1 - back]
    return np.where(then == UNKNOWN, np.nan, then.astype(np.float64))
