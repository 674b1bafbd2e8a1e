"""Why a reading says what it says: its parts in words and whole points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from insights.models import Band, Reading
from insights.scoring import why
from interactions.selectors import OpenMessUps

PART_LABELS = {
    "presence": "Silence",
    "cooling": "Cooling",
    "wall": "The wall",
    "unhealed": "Not made right",
}
_FACTS = (
    "distance",
    "silent_days",
    "usual_gap_days",
    "active_days",
    "warmth",
    "baseline",
    "human_share_now",
    "human_share_normal",
    "via_share_now",
    "via_share_normal",
    *(f"part_{name}" for name in PART_LABELS),
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a distance; `points` are whole and add up to the distance as shown."""

    name: str
    label: str
    points: int
    sentence: str


def reasons(reading: Reading, mess_ups: OpenMessUps | None) -> list[Reason]:
    """Say why a customer is where they are, the largest part first; always at least one reason."""
    parts = why(
        facts_of(reading),
        open_failures=mess_ups.count if mess_ups else None,
        since=timezone.localdate(mess_ups.since) if mess_ups else None,
    )
    points = whole_points([part.points for part in parts], round(reading.distance or 0))
    return [
        Reason(part.name, PART_LABELS.get(part.name, ""), whole, part.sentence)
        for part, whole in zip(parts, points, strict=True)
    ]


def facts_of(reading: Reading) -> dict[str, Any]:
    """Return of a reading what sentences are made of, named as scoring names it."""
    row = {name: getattr(reading, name) or 0.0 for name in _FACTS}
    return row | {"known": reading.band != Band.UNKNOWN}


def whole_points(points: Sequence[float], total: int) -> list[int]:
    """Round numbers so that they add up to `total`: the largest remainders are rounded up.

    >>> whole_points([20.4, 11.3, 0.2], 32)
    [21, 11, 0]
    >>> whole_points([0.0], 3)
    [0]
    """
    whole = [int(number) for number in points]
    missing = total - sum(whole)
    by_remainder = sorted(range(len(points)), key=lambda i: whole[i] - points[i])
    for i in by_remainder[: max(missing, 0)]:
        if points[i]:
            whole[i] += 1
    return whole
