"""The touchpoints behind each part of a distance: the most telling few, and how many there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, Extract, Greatest, Power, TruncDate

from insights.models import Reading
from insights.scoring import Policy
from insights.scoring.decay import twin_scale
from interactions.models import Direction, LoopKind, Touchpoint, TouchpointType
from interactions.selectors import MESS_UPS
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
    reading: Reading, parts: Iterable[str], *, policy: Policy, later_than: datetime | None = None
) -> dict[str, Evidence]:
    """Return what stands behind each of these parts of a customer's distance.

    Of a long history only what is `later_than` a moment is looked through and counted, but for
    what is open, which is found by its loop.
    """
    touchpoints = _touchpoints(reading.customer_id)
    return {
        part: _TOLD[part](touchpoints.filter(_later(part, later_than)), reading, policy)
        for part in parts
        if part in _TOLD
    }


def happened_since(customer_id: int, moment: datetime) -> Evidence:
    """Return what happened with a customer since a moment, the newest first."""
    return _told("since", _touchpoints(customer_id).filter(occurred_at__gte=moment))


def behind(customer: Customer, part: str, *, later_than: datetime | None = None) -> Q:
    """Return the condition that a touchpoint stands behind a part of the distance."""
    if part == "wall":
        condition = _since(_people(_touchpoints(customer.pk)))
    else:
        condition = {"presence": ACTIVE, "cooling": WARM, "unhealed": OPEN_HURT}[part]
    return condition & _later(part, later_than)


def _later(part: str, than: datetime | None) -> Q:
    return Q(occurred_at__gt=than) if than and part != "unhealed" else Q()


def _touchpoints(customer_id: int) -> QuerySet[Touchpoint]:
    """Return what happened with a customer, as much of it as a line needs."""
    return (
        Touchpoint.objects.live()
        .filter(customer_id=customer_id)
        .select_related("type")
        .only("occurred_at", "type__key", "type__label", "type__mode")
        .order_by("-occurred_at", "-pk")
    )


def _told(part: str, touchpoints: QuerySet[Touchpoint]) -> Evidence:
    """Take the first few, and count all in the same query."""
    found: list[Any] = list(touchpoints.annotate(in_all=Window(Count("*")))[:AT_MOST])
    return Evidence(part, found, found[0].in_all if found else 0)


def _of_presence(touchpoints: QuerySet[Touchpoint], _: Reading, __: Policy) -> Evidence:
    """Take the last touchpoint of each of the last days the customer was active."""
    day = TruncDate("occurred_at", tzinfo=ZoneInfo(settings.TIME_ZONE))
    days = touchpoints.filter(ACTIVE).annotate(day=day)
    return _told("presence", days.order_by("-day", "-occurred_at", "-pk").distinct("day"))


def _of_cooling(touchpoints: QuerySet[Touchpoint], reading: Reading, policy: Policy) -> Evidence:
    """Take those that count most in the usual warmth and no longer in that of now."""
    warm = touchpoints.filter(WARM).annotate(lost=_lost(policy, reading))
    return _told("cooling", warm.order_by("-lost", "-occurred_at", "-pk"))


def _of_wall(touchpoints: QuerySet[Touchpoint], _: Reading, __: Policy) -> Evidence:
    """Take the last with people, and the newest on screens since."""
    people = _people(touchpoints)
    since = touchpoints.filter(_since(people))
    screens = list(since.filter(type__mode=Mode.DIGITAL)[: AT_MOST - len(people)])
    return Evidence("wall", people + screens, since.order_by().count())


def _people(touchpoints: QuerySet[Touchpoint]) -> list[Touchpoint]:
    return list(touchpoints.filter(type__mode=Mode.HUMAN)[:HUMAN_AT_MOST])


def _since(people: Sequence[Touchpoint]) -> Q:
    """Return the condition for all with people and on screens since the first of these."""
    both = Q(type__mode__in=(Mode.HUMAN, Mode.DIGITAL))
    return both & Q(occurred_at__gte=people[-1].occurred_at) if people else both


def _of_unhealed(touchpoints: QuerySet[Touchpoint], _: Reading, __: Policy) -> Evidence:
    """Take those that have waited longest."""
    return _told("unhealed", touchpoints.filter(OPEN_HURT).order_by("occurred_at", "pk"))


def _lost(policy: Policy, reading: Reading) -> Any:
    """Return what a touchpoint gives to usual warmth and no longer to warmth, in its points.

    A point of connection and one of care are weighed as warmth weighs them near nothing.
    """
    as_of = reading.as_of
    known_days = max((as_of - (reading.first_at or as_of)) / timedelta(days=1), 0.0)
    age = ExpressionWrapper(Value(as_of) - F("occurred_at"), DurationField())
    # PostgreSQL extracts as numeric, whose powers take a hundred times as long.
    seconds = Cast(Extract(age, "epoch"), FloatField())
    days = Greatest(seconds, 0.0, output_field=FloatField()) / 86_400.0
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


_TOLD = {
    "presence": _of_presence,
    "cooling": _of_cooling,
    "wall": _of_wall,
    "unhealed": _of_unhealed,
}
