"""What a correction changed, written so that a session can keep it and it can be taken back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from interactions.models import Touchpoint
from interactions.selectors import loop_closed_by

MOMENTS = ("occurred_at", "due_at")


def said_before(touchpoint: Touchpoint, names: Iterable[str]) -> dict[str, Any]:
    """Return what a touchpoint says now in these fields of `NewTouchpoint`."""
    return {name: _value(touchpoint, name) for name in names}


def said_again(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was kept as `edit` wants it."""
    return {
        name: datetime.fromisoformat(value) if name in MOMENTS and value else value
        for name, value in kept.items()
    }


def _value(touchpoint: Touchpoint, name: str) -> Any:
    if name == "type":
        return touchpoint.type.key
    if name == "customer":
        return touchpoint.customer_id
    if name == "opens":
        return touchpoint.opens or 0
    if name == "closes_loop":
        loop = loop_closed_by(touchpoint)
        return loop.pk if loop else None
    value = getattr(touchpoint, name)
    return value.isoformat() if name in MOMENTS and value else value
