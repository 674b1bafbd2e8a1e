"""Keeps how long logging took."""

import math

from interactions.models import LONGEST_SECONDS, LoggingTime


def keep_logging_time(*, seconds: float | None) -> None:
    """Keep how long somebody took to log something; what cannot be is left out."""
    if seconds is not None and math.isfinite(seconds) and 0 < seconds <= LONGEST_SECONDS:
        LoggingTime.objects.create(seconds=seconds)
