"""One drain waits for changes; others come when it is behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

from insights.health import oldest_change_at

BEHIND = timedelta(seconds=1)
"""Of a change that has waited for longer, whoever waits for changes does not take care alone."""

_IS_WAITING = """
    SELECT EXISTS (SELECT FROM interactions_intake)
        OR EXISTS (SELECT FROM interactions_touchpointchange)
        OR EXISTS (SELECT FROM interactions_loopchange)
        OR EXISTS (SELECT FROM relationships_profilechange)
"""


@contextmanager
def watching() -> Iterator[bool]:
    """Be the one that waits for changes; say whether nobody else is.

    The lock is the connection's: whoever dies, or fails and is disconnected, has given it up.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('insights.watch'))")
        (is_ours,) = cursor.fetchone()
        yield is_ours
        if is_ours:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('insights.watch'))")


def is_waiting() -> bool:
    """Say whether anything waits to be scored: a hundredth of what it takes to look by draining."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_WAITING)
        (found,) = cursor.fetchone()
    return bool(found)


def is_behind(*, now: datetime) -> bool:
    """Say whether something has waited for so long that more than one should drain."""
    oldest = oldest_change_at()
    return oldest is not None and oldest < now - BEHIND
