"""The touchpoints behind each part of a distance: the most telling few, and how many there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    Case,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Extract, Greatest, Power, TruncDate

from insights.scoring import Policy
from insights.scoring.decay import twin_scale
from interactions.models import Direction, LoopKind, Touchpoint, TouchpointType
from interactions.selectors import MESS_UPS, timeline
from relationships.models import Customer

AT_MOST = 5
HUMAN_AT_MOST = 2
"""Of those behind the wall: the last with people, then those on screens."""

Mode, Nature = TouchpointType.Mode, TouchpointType.Nature

ACTIVE = ~Q(type__mode=Mode.NONE) & (
    ~Q(direction=Direction.OUTBOUND) | Q(type__nature=Nature.PURCHASE)
)
"""What shows that a customer is there."""

WARM = (
    Q(is_template=False)
    & ~Q(type__nature__in=(Nature.BROADCAST, Nature.FAILURE))
    & (
        (~Q(type__mode=Mode.NONE) & (Q(type__points__gt=0) | Q(type__care__gt=0)))
        | Q(closed_loops__isnull=False)
    )
)
"""What builds connection or shows care."""

OPEN_HURT = Q(opened_loop__closed_at__isnull=True, opened_loop__kind__in=MESS_UPS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Touchpoints behind one part, and how many there are in all."""

    part: str
    touchpoints: Sequence[Touchpoint]
    in_all: int

    @property
    def more(self) -> int:
        """How many are not among those told."""
        return max(self.in_all - len(self.touchpoints), 0)


def evidence(
    customer: Customer, parts: Iterable[str], *, policy: Policy, as_of: datetime
) -> dict[str, Evidence]:
    """Return what stands behind each of these parts of the distance of `customer`."""
    found = {}
    for part in parts:
        if part in SHOWN:
            among = behind(customer, part)
            touchpoints = SHOWN[part](customer, timeline(customer).filter(among), policy, as_of)
            in_all = Touchpoint.objects.live().filter(among, customer=customer).count()
            found[part] = Evidence(part, touchpoints, in_all)
    return found


def behind(customer: Customer, part: str) -> Q:
    """Return the condition that a touchpoint stands behind a part of the distance."""
    if part != "wall":
        return {"presence": ACTIVE, "cooling": WARM, "unhealed": OPEN_HURT}[part]
    people = timeline(customer).filter(type__mode=Mode.HUMAN).values_list("occurred_at", flat=True)
    last = list(people[:HUMAN_AT_MOST])
    both = Q(type__mode__in=(Mode.HUMAN, Mode.DIGITAL))
    return both & Q(occurred_at__gte=last[-1]) if last else both


def _of_presence(
    customer: Customer, _: QuerySet[Touchpoint], __: Policy, ___: datetime
) -> list[Touchpoint]:
    """Take the last touchpoint of each of the last days the customer was active."""
    day = TruncDate("occurred_at", tzinfo=ZoneInfo(settings.TIME_ZONE))
    days = timeline(customer).filter(ACTIVE).annotate(day=day)
    return list(days.order_by("-day", "-occurred_at", "-pk").distinct("day")[:AT_MOST])


def _of_cooling(
    customer: Customer, warm: QuerySet[Touchpoint], policy: Policy, as_of: datetime
) -> list[Touchpoint]:
    """Take those that count most in the usual warmth and no longer in that of now."""
    first = warm.order_by("occurred_at").values_list("occurred_at", flat=True).first()
    if first is None:
        return []
    known_days = max((as_of - first).total_seconds() / 86_400, 0.0)
    lost = _lost(policy, known_days, as_of)
    return list(warm.annotate(lost=lost).order_by("-lost", "-occurred_at", "-pk")[:AT_MOST])


def _lost(policy: Policy, known_days: float, as_of: datetime) -> Any:
    """Return what a touchpoint gives to usual warmth and no longer to warmth, in its points.

    A point of connection and one of care are weighed as warmth weighs them near nothing.
    """
    age = ExpressionWrapper(Value(as_of) - F("occurred_at"), DurationField())
    days = Greatest(Extract(age, "epoch"), 0.0, output_field=FloatField()) / 86_400.0
    normal = policy.normal_half_life

    def faded(half_life: float) -> Any:
        scale = float(twin_scale(known_days, half_life, normal))  # type: ignore[arg-type]
        usual = scale * Power(2.0, -days / normal)
        return usual - Power(2.0, -days / half_life)

    connection = (policy.served_weight + policy.connection_weight) / policy.connection_saturation
    mood = 1.0 + policy.sentiment_weight * Coalesce("sentiment", 0.0)
    points = connection * F("type__points") * mood / F("customers_in_room")
    closing = Case(
        When(closed_loops__kind=LoopKind.QUESTION, then=Value(policy.question_care)),
        When(closed_loops__kind=LoopKind.PROMISE, then=Value(policy.promise_kept_care)),
        When(closed_loops__isnull=False, then=Value(policy.problem_care)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    care = policy.care_weight / policy.care_saturation * (F("type__care") + closing)
    return ExpressionWrapper(
        points * faded(policy.connection_half_life) + care * faded(policy.care_half_life),
        FloatField(),
    )


def _of_wall(
    customer: Customer, _: QuerySet[Touchpoint], __: Policy, ___: datetime
) -> list[Touchpoint]:
    """Take the last with people, and the newest on screens."""
    people = list(timeline(customer).filter(type__mode=Mode.HUMAN)[:HUMAN_AT_MOST])
    screens = timeline(customer).filter(type__mode=Mode.DIGITAL)
    if people:
        screens = screens.filter(occurred_at__gte=people[-1].occurred_at)
    return people + list(screens[: AT_MOST - len(people)])


def _of_unhealed(
    _: Customer, open_hurt: QuerySet[Touchpoint], __: Policy, ___: datetime
) -> list[Touchpoint]:
    """Take those that have waited longest."""
    return list(open_hurt.order_by("occurred_at", "pk")[:AT_MOST])


SHOWN = {
    "presence": _of_presence,
    "cooling": _of_cooling,
    "wall": _of_wall,
    "unhealed": _of_unhealed,
}
PARTS = tuple(SHOWN)
