"""What long work in the background says of itself, for the pages that wait for it.

It lies in the cache with the moment it was said: of a worker that was killed nobody hears again,
and no page says for ever that something runs.
"""

import time
from dataclasses import dataclass

from django.core.cache import cache

SILENT_SECONDS = 120
"""Work that says nothing for so long has stopped."""

LONGEST_WAIT_SECONDS = 3600
"""Work that nobody has begun may wait so long for a free worker."""


@dataclass(frozen=True, slots=True)
class Work:
    """The last that was heard: `is_running` with the share done, or the problem it ended with."""

    doing: str
    share: float
    problem: str
    is_running: bool


def say_waiting(name: str) -> None:
    """Say that this work has been asked for and waits for a worker."""
    _say(name, {"until": time.time() + LONGEST_WAIT_SECONDS})


def say(name: str, doing: str, share: float) -> None:
    """Say what this work is doing, and which share (0 to 1) of that is done."""
    _say(name, {"doing": doing, "share": share, "until": time.time() + SILENT_SECONDS})


def say_failed(name: str, problem: str) -> None:
    """Say why this work came to nothing; that stands until it is begun again."""
    _say(name, {"problem": problem})


def say_done(name: str) -> None:
    """Say that nothing is left to do."""
    cache.delete(f"work-{name}")


def work(name: str) -> Work | None:
    """Return the last that was heard of this work; None when it is done or was never begun."""
    said = cache.get(f"work-{name}")
    if said is None:
        return None
    return Work(
        doing=said.get("doing", ""),
        share=said.get("share", 0.0),
        problem=said.get("problem", ""),
        is_running=said.get("until", 0.0) > time.time(),
    )


def _say(name: str, said: dict[str, object]) -> None:
    cache.set(f"work-{name}", said, timeout=None)
