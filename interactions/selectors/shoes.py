"""What a customer went through with us: what they waited for, and what happened day by day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    Max,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import TruncDate

from interactions.models import Touchpoint, TouchpointType
from interactions.selectors.narrowed import (
    MET,
    REPEATED,
    SAID,
    UNASKED,
    is_return,
    with_return,
)
from relationships.models import Customer

WAITS_READ = 5_000
"""Loops of a customer that a page reads: those still open, then the newest."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Something they waited for: a question, complaint or failure, or what we promised."""

    kind: int
    touchpoint_id: int
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    is_return: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """So many touchpoints that are alike, on one day; `day` is None before the days asked for."""

    day: date | None
    mode: str
    person_id: int | None
    person: str
    is_met: bool
    is_unasked: bool
    is_said: bool
    repeated: str
    number: int
    last_at: datetime


def waits(customer: Customer) -> list[Wait]:
    """Return what a customer waited for, what they still wait for first, then the newest."""
    rows = (
        with_return(customer)
        .order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")
        .values_list(
            "kind", "opened_by_id", "opened_at", "due_at", "closed_at", "before_at",
            "opened_by__type__key",
        )[:WAITS_READ]
    )  # fmt: skip
    return [
        # What says by its type that it was told again counts as that.
        Wait(kind, pk, opened, due, closed, key not in REPEATED and is_return(kind, opened, before))
        for kind, pk, opened, due, closed, before, key in rows
    ]


def counted(customer: Customer, *, since: datetime, later_than: datetime | None) -> list[Counted]:
    """Return what happened with a customer, alike counted together, in one statement.

    Days are told from `since` on; all that is `later_than` a moment is counted.
    """
    rows = (
        Touchpoint.objects.live()
        .filter(customer=customer)
        .exclude(type__mode=TouchpointType.Mode.NONE)
    )
    if later_than is not None:
        rows = rows.filter(occurred_at__gt=later_than)
    alike = rows.annotate(
        day=Case(When(occurred_at__gte=since, then=TruncDate("occurred_at"))),
        is_met=_holds(MET),
        is_unasked=_holds(UNASKED),
        is_said=_holds(SAID),
        repeated=Case(
            When(type__key__in=REPEATED, then=F("type__key")),
            default=Value(""),
            output_field=TextField(),
        ),
    ).values_list(
        "day", "type__mode", "person_id", "person__name", "is_met", "is_unasked", "is_said",
        "repeated",
    )  # fmt: skip
    groups = alike.annotate(number=Count("pk"), last_at=Max("occurred_at")).order_by()
    return [
        Counted(day, mode, person_id, name or "", met, unasked, said, repeated, number, last_at)
        for (day, mode, person_id, name, met, unasked, said, repeated, number, last_at) in groups
    ]


def _holds(condition: Q) -> Any:
    return ExpressionWrapper(condition, output_field=BooleanField())
