"""Whether everything Hearth is made of answers."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection

from relationships.signs_of_life import DRAIN, WEBHOOKS, WORKER, is_late, seen_seconds_ago

_OLDEST_CHANGE = """
    SELECT least(
        (SELECT marked_at FROM interactions_intake ORDER BY id LIMIT 1),
        (SELECT marked_at FROM interactions_touchpointchange ORDER BY id LIMIT 1)
    )
"""


def health() -> tuple[bool, dict[str, Any]]:
    """Return whether all is up, and the state of database, broker and workers."""
    checks = {"database": _checked(_database), "broker": _checked(_broker)}
    for worker in (DRAIN, WORKER, WEBHOOKS):
        checks[worker] = _checked(_seen, worker)
    return all(check["is_up"] for check in checks.values()), checks


def oldest_change_at() -> datetime | None:
    """Return when the oldest of what waits to be scored was recorded."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_CHANGE)
        (oldest,) = cursor.fetchone()
    return oldest


def _checked(check: Callable[..., dict[str, Any]], *args: str) -> dict[str, Any]:
    try:
        return {"is_up": True} | check(*args)
    except Exception as error:
        return {"is_up": False, "error": type(error).__name__}


def _database() -> dict[str, Any]:
    """Say for how long the oldest of what waits to be scored has waited."""
    oldest = oldest_change_at()
    waiting = round(time.time() - oldest.timestamp(), 1) if oldest else 0
    return {"oldest_change_seconds": max(waiting, 0)}


def _broker() -> dict[str, Any]:
    seen_seconds_ago(DRAIN)
    return {}


def _seen(worker: str) -> dict[str, Any]:
    ago = seen_seconds_ago(worker)
    return {"is_up": not is_late(ago), "seen_seconds_ago": ago}
