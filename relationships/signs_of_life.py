"""Signs of life: each worker leaves one as it works, and whoever asks is told how old it is."""

import logging
import time

from django.core.cache import cache
from redis.exceptions import RedisError

DRAIN, WORKER, WEBHOOKS = "drain", "worker", "webhooks"

LATE_SECONDS = 30
"""A worker that takes this long without a sign of life is called late."""

logger = logging.getLogger(__name__)


def say_alive(worker: str) -> None:
    """Leave a sign of life; what the worker is about to do is worth more than that."""
    try:
        cache.set(_key(worker), time.time(), timeout=None)
    except RedisError as error:
        logger.warning("%s is alive and cannot say so: %s", worker, error)


def seen_seconds_ago(worker: str) -> float | None:
    """Return how old the last sign of life is; None when there was none since Redis is new."""
    seen = cache.get(_key(worker))
    return None if seen is None else round(time.time() - seen, 1)


def is_late(seconds_ago: float | None) -> bool:
    """Whether a worker that was seen so long ago should have been seen since.

    >>> [is_late(seconds) for seconds in (None, 29, 31)]
    [True, False, True]
    """
    return seconds_ago is None or seconds_ago >= LATE_SECONDS


def is_missing(worker: str) -> bool:
    """Whether a worker is late; none can be at work while Redis is away, which holds its queue."""
    try:
        return is_late(seen_seconds_ago(worker))
    except RedisError:
        return True


def _key(worker: str) -> str:
    return f"{worker}-seen"
