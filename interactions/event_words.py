"""How events and their rules are said on a page."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from interactions.models import Direction, EventKind, EventRule, ReceivedEvent
from interactions.selectors.events import COUNTED_AT_MOST, Unmapped
from relationships.words import day_name

Status = ReceivedEvent.Status
LONGEST_SHOWN = 20_000
"""Characters of a message that a page shows."""

CHIPS = (
    (None, "All"),
    (Status.RECORDED, "Recorded"),
    (Status.WAITING, "Anonymous"),
    (Status.UNMAPPED, "No rule"),
    (Status.REFUSED, "Refused"),
    (Status.IGNORED, "Ignored"),
    (Status.APPLIED, "People"),
)
TONES = {Status.RECORDED: "good", Status.APPLIED: "good", Status.REFUSED: "bad"}
WHY = {
    Status.WAITING: "Nobody knows who this visitor is. It is recorded when they identify.",
    Status.UNMAPPED: "No rule says what this is. It is recorded when one does.",
    Status.IGNORED: "A rule says to ignore it.",
    Status.PENDING: "It arrived and is settled in a moment.",
}


def status_chips(counts: Mapping[int, int], chosen: int | None) -> list[dict[str, Any]]:
    """Return what the list of events can be narrowed to."""
    everything = sum(counts.values())
    return [
        {
            "label": label,
            "count": _count(everything if status is None else counts.get(status, 0)),
            "url": f"{reverse('event_rules')}{'' if status is None else f'?status={int(status)}'}"
            "#received",
            "is_chosen": status == chosen,
        }
        for status, label in CHIPS
        if status is None or status == chosen or counts.get(status)
    ]


def unmapped_row(one: Unmapped, now: datetime) -> dict[str, Any]:
    """Return what is said of events without a rule."""
    pattern = one.name or "*"
    query = urlencode({"kind": one.kind, "pattern": pattern})
    return {
        "name": one.name or "Without a name",
        "kind": EventKind(one.kind).label,
        "count": f"{one.count:,}",
        "first": _moment(one.first_at, now),
        "last": _moment(one.last_at, now),
        "example": pretty(one.example),
        "map_url": f"{reverse('add_event_rule')}?{query}",
        "ignore_url": f"{reverse('add_event_rule')}?{query}&type=ignore",
    }


def received_row(event: ReceivedEvent, now: datetime) -> dict[str, Any]:
    """Return what is said of one event that arrived."""
    said = _loaded(event.payload)
    who = next(
        (str(said[name])[:60] for name in ("userId", "anonymousId", "groupId") if said.get(name)),
        "",
    )
    return {
        "pk": event.pk,
        "name": event.name or event.kind.capitalize() or "Unreadable",
        "kind": event.kind if event.name else "",
        "who": who,
        "source": str(event.source),
        "status": event.get_status_display(),
        "tone": TONES.get(Status(event.status), ""),
        "reason": event.reason or WHY.get(Status(event.status), ""),
        "received": _moment(event.received_at, now, has_seconds=True),
        "occurred": _moment(event.occurred_at, now),
        "is_late": (event.received_at - event.occurred_at).total_seconds() > 3600,
        "customer_id": event.customer_id,
        "payload": pretty(event.payload),
    }


def rule_row(rule: EventRule) -> dict[str, Any]:
    """Return what is said of a rule."""
    return {
        "pk": rule.pk,
        "pattern": rule.pattern,
        "kind": rule.get_kind_display(),
        "type": rule.type.label if rule.type else "",
        "direction": "" if rule.direction is None else Direction(rule.direction).label,
        "value_property": rule.value_property,
    }


def pretty(payload: str) -> str:
    """Return a message with an indentation, or as it came when it is no JSON."""
    said = _loaded(payload)
    text = json.dumps(said, indent=2, ensure_ascii=False) if said else payload
    text = text.encode(errors="replace").decode()
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _loaded(payload: str) -> dict[str, Any]:
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _count(number: int) -> str:
    return f"{COUNTED_AT_MOST:,}+" if number > COUNTED_AT_MOST else f"{number:,}"


def _moment(moment: datetime, now: datetime, *, has_seconds: bool = False) -> str:
    local = timezone.localtime(moment)
    day = day_name(local.date(), timezone.localtime(now).date())
    clock = f"{local:%H:%M:%S}" if has_seconds else f"{local:%H:%M}"
    return clock if day == "Today" and has_seconds else f"{day}, {clock}"
