"""How many requests a key may send: a bucket of tokens each, in Redis."""

import logging
import math
import time
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from relationships.models import AccessKey

if TYPE_CHECKING:
    # Views import their throttles.
    from rest_framework.views import APIView

ANSWERS_WITHIN_SECONDS = 0.1
LEFT_ALONE_SECONDS = 5.0
"""How long a Redis that failed is not asked again: nobody waits for it with each request."""

# A bucket is kept as the moment when it will be full again, in milliseconds. What is full is
# forgotten. Taking is one step, so that many workers never give away the same token.
_TAKE = """
    local clock = redis.call('TIME')
    local now = clock[1] * 1000 + clock[2] / 1000
    local full_in = math.max(tonumber(redis.call('GET', KEYS[1]) or 0) - now, 0)
    local each = 60000 / tonumber(ARGV[1])
    local over = full_in + each - 60000
    if over > 0.001 then
        return {0, 0, math.ceil(over), math.ceil(full_in)}
    end
    full_in = full_in + each
    redis.call('SET', KEYS[1], string.format('%.3f', now + full_in), 'PX', math.ceil(full_in))
    return {1, math.floor((60000 - full_in) / each + 0.001), 0, math.ceil(full_in)}
"""

logger = logging.getLogger(__name__)


class Taken(NamedTuple):
    """What became of the wish for a token; times are in milliseconds."""

    is_given: int
    left: int
    wait: int
    full_in: int


class TooManyRequestsError(APIException):
    """A key sent more requests than it may; `wait` says in how many seconds to go on."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, rate: int, milliseconds: int) -> None:
        self.wait = max(1, math.ceil(milliseconds / 1000))
        seconds = f"{self.wait} second{'' if self.wait == 1 else 's'}"
        super().__init__(
            f"This key may send {rate:,} requests a minute. Go on in {seconds}; many touchpoints "
            "fit into one request."
        )


class KeyThrottle(BaseThrottle):
    """Lets a key send as many requests a minute as it may, and tells it how many are left."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Take a token, or raise `TooManyRequestsError`; headers follow the IETF's draft."""
        key = request.auth
        rate = _rate(key) if isinstance(key, AccessKey) else None
        taken = _buckets().take(f"hearth:requests:{key.pk}", rate) if rate else None
        if rate is None or taken is None:
            return True
        view.headers["RateLimit-Policy"] = f'"minute";q={rate};w=60'
        view.headers["RateLimit"] = f'"minute";r={taken.left};t={math.ceil(taken.full_in / 1000)}'
        if not taken.is_given:
            raise TooManyRequestsError(rate, taken.wait)
        return True


class Buckets:
    """The buckets of all keys; while Redis is away, everybody may go on."""

    def __init__(self, redis: Redis) -> None:
        self._take: Script = redis.register_script(_TAKE)
        self._left_alone_until = 0.0

    def take(self, name: str, rate: int) -> Taken | None:
        """Take a token from a bucket that holds a minute's worth; None when Redis is away."""
        if time.monotonic() < self._left_alone_until:
            return None
        try:
            return Taken(*self._take(keys=[name], args=[rate]))
        except RedisError as error:
            self._left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            logger.warning("Rates of keys are not kept while Redis is away: %s", error)
            return None


def _rate(key: AccessKey) -> int | None:
    return key.requests_per_minute or settings.KEY_REQUESTS_PER_MINUTE


@cache
def _buckets() -> Buckets:
    patience = ANSWERS_WITHIN_SECONDS
    # Once more at once, for a connection that ended while nobody used it.
    redis = Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), retries=1),
    )
    return Buckets(redis)
