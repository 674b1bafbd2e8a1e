"""Whether everything Hearth is made of answers."""

import time
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import connection

DRAIN_SEEN = "drain-seen"
WORKER_SEEN = "worker-seen"
LATE_SECONDS = 30
"""A drain that takes this long without a word, or a worker, is called late."""

_OLDEST_CHANGE = """
    SELECT least(
        (SELECT marked_at FROM interactions_intake ORDER BY id LIMIT 1),
        (SELECT marked_at FROM interactions_touchpointchange ORDER BY id LIMIT 1)
    )
"""


def health() -> tuple[bool, dict[str, Any]]:
    """Return whether all is up, and the state of database, broker and workers."""
    checks = {
        "database": _checked(_database),
        "broker": _checked(_broker),
        "drain": _checked(lambda: _seen(DRAIN_SEEN)),
        "worker": _checked(lambda: _seen(WORKER_SEEN)),
    }
    return all(check["is_up"] for check in checks.values()), checks


def _checked(check: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"is_up": True} | check()
    except Exception as error:
        return {"is_up": False, "error": type(error).__name__}


def _database() -> dict[str, Any]:
    """Count what waits to be scored, and for how long the oldest has waited."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_CHANGE)
        (oldest,) = cursor.fetchone()
    waiting = round(time.time() - oldest.timestamp(), 1) if oldest else 0
    return {"oldest_change_seconds": max(waiting, 0)}


def _broker() -> dict[str, Any]:
    cache.get(DRAIN_SEEN)
    return {}


def _seen(key: str) -> dict[str, Any]:
    seen = cache.get(key)
    ago = None if seen is None else round(time.time() - seen, 1)
    return {"is_up": ago is not None and ago < LATE_SECONDS, "seen_seconds_ago": ago}
