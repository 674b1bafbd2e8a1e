"""What the API answers about touchpoints and their types, and how that is made."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self

from msgspec import Struct

from interactions.models import Direction, LoopKind, Touchpoint, TouchpointType
from interactions.services import Outcome, Refusal
from relationships.api.answers import Named

DIRECTION_WORDS = {member.value: member.name.lower() for member in Direction}
LOOP_WORDS = {member.value: member.name.lower() for member in LoopKind}


class BatchResult(Struct):
    """What became of many touchpoints, in the order in which they were sent."""

    recorded: int
    known: int
    refused: int
    results: list[Outcome]

    @classmethod
    def of(cls, outcomes: list[Outcome]) -> Self:
        """Tell many outcomes."""
        statuses = [outcome.status for outcome in outcomes]
        counts = (statuses.count(status) for status in ("recorded", "known", "refused"))
        return cls(*counts, outcomes)


class TouchpointItem(Struct):
    """A touchpoint as it is now, in the words in which it is recorded.

    `closes` is the external id, within the source `closes_source_id`, of what it closes.
    """

    id: int
    source: Named
    external_id: str
    type: str
    customer_id: int
    contact_id: int | None
    person_id: int | None
    occurred_at: datetime
    direction: Literal["inbound", "outbound", "mutual"]
    duration_minutes: int | None
    customers_in_room: int
    sentiment: float | None
    via: str
    text: str
    is_template: bool
    value: Decimal | None
    severity: int | None
    opens: Literal["question", "complaint", "failure", "promise", "none"]
    due_at: datetime | None
    closes: str | None
    closes_source_id: int | None
    recorded_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    updated_at: datetime

    @classmethod
    def of(cls, touchpoint: Touchpoint) -> Self:
        """Tell a touchpoint that was read with its type and source."""
        told = {name: getattr(touchpoint, name, None) for name in cls.__struct_fields__}
        told |= {
            "source": Named.of(touchpoint.source),
            "type": touchpoint.type.key,
            "direction": DIRECTION_WORDS[touchpoint.direction],
            "opens": LOOP_WORDS[touchpoint.opens] if touchpoint.opens else "none",
            "closes": touchpoint.closes_external_id,
            "updated_at": touchpoint.updated_at or touchpoint.recorded_at,
        }
        return cls(**told)


class TypeAnswer(Struct):
    """One entry of the catalogue of touchpoint types."""

    key: str
    label: str
    channel: str
    mode: Literal["human", "digital", "none"]
    nature: str
    direction: str
    points: float
    care: float
    severity: int | None
    opens: str | None
    expected_hours: float | None
    is_active: bool
    updated_at: datetime

    @classmethod
    def of(cls, kind: TouchpointType) -> Self:
        """Tell a touchpoint type."""
        told: dict[str, Any] = {name: getattr(kind, name) for name in cls.__struct_fields__}
        told |= {
            "direction": DIRECTION_WORDS[kind.direction],
            "opens": LOOP_WORDS[kind.opens] if kind.opens else None,
        }
        return cls(**told)


def pointers(refusals: Sequence[Refusal]) -> list[dict[str, str]]:
    """Tell the refusals of a single touchpoint with JSON pointers."""
    return [
        {"pointer": _pointer(wrong.field), "value": wrong.value, "detail": wrong.reason}
        for wrong in refusals
    ]


def _pointer(field: str) -> str:
    escaped = field.replace("~", "~0").replace("/", "~1").replace(".", "/")
    return f"/{escaped}" if escaped else ""
