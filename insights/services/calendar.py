"""Keeps what is folded and counted to one time zone, the organisation's."""

import functools
import logging
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from insights.services.rollups import rebuild_rollups
from interactions.models import Calendar
from interactions.services import mark_everyone

logger = logging.getLogger(__name__)

_kept: set[str] = set()
"""The time zones by which this process once found everything folded: of settings read once, one."""

_LOCK = "pg_advisory_xact_lock{}(hashtext('insights.calendar'))"


def is_calendar_kept(cursor: CursorWrapper) -> bool:
    """Whether all that is folded is of the days of today's time zone.

    Until the caller's transaction ends nobody changes over to another.
    """
    cursor.execute(f"SELECT {_LOCK.format('_shared')}")
    # A statement of its own, so that it sees who changed over before we had the lock.
    cursor.execute("SELECT time_zone FROM interactions_calendar")
    is_kept: bool = cursor.fetchone() == (settings.TIME_ZONE,)
    if is_kept:
        _kept.add(settings.TIME_ZONE)
    return is_kept


def hold_calendar(cursor: CursorWrapper) -> None:
    """Wait for all who fold or count, and let none begin until the caller's transaction ends."""
    cursor.execute(f"SELECT {_LOCK.format('')}")


@transaction.atomic
def change_over(*, now: datetime) -> bool:
    """Count every month anew and have everyone folded again, by the time zone that is set now.

    Returns whether the time zone of this process is the one in use. It is not when others went
    over from it to another: they read newer settings, and going back and forth would never end.

    Active days, gaps and months are those of the organisation's calendar. A state that knows
    some days of one zone and some of another would be of neither.
    """
    with connection.cursor() as cursor:
        hold_calendar(cursor)
    calendar, is_new = Calendar.objects.get_or_create(
        defaults={"time_zone": settings.TIME_ZONE}, pk=1
    )
    if is_new or calendar.time_zone == settings.TIME_ZONE:
        return True
    if settings.TIME_ZONE in _kept:
        _say_outdated(settings.TIME_ZONE, calendar.time_zone)
        return False
    logger.warning(
        "The time zone changed from %s to %s: every customer is folded again.",
        calendar.time_zone,
        settings.TIME_ZONE,
    )
    calendar.time_zone = settings.TIME_ZONE
    calendar.save()
    mark_everyone(now=now)
    rebuild_rollups()
    return True


@functools.cache
def _say_outdated(ours: str, theirs: str) -> None:
    """Log once in each process: a drain asks every second."""
    logger.error(
        "The time zone of this worker is %s, and others went over to %s: it scores nobody until "
        "it is restarted. Set the same time zone for all workers.",
        ours,
        theirs,
    )
