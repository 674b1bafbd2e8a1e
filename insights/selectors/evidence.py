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
from relationships.prepared import prepared

AT_MOST = 5
HUMAN_AT_MOST = 2
"""Of those behind the wall: the last with people, then those on screens."""

Mode, Nature = TouchpointType.Mode, TouchpointType.Nature

ACTIVE = ~Q(type__mode=Mode.NONE) & (
    ~Q(direction=Direction.OUTBOUND) | Q(type__nature=Nature.PURCHASE)
)
"""What shows that a customer is there."""

BOTH = Q(type__mode__in=(Mode.HUMAN, Mode.DIGITAL))
"""With people and on screens."""

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
    customer, told = reading.customer_id, dict[str, Evidence]()
    for part in parts:
        if part == "presence":
            told[part] = _told(part, _active_days(customer, later_than))
        elif part == "cooling":
            told[part] = _told(part, _cooled(reading, policy, later_than))
        elif part == "wall":
            told[part] = _of_wall(customer, later_than)
        elif part == "unhealed":
            told[part] = _told(part, _hurting(customer))
    return told


def happened_since(customer_id: int, moment: datetime) -> Evidence:
    """Return what happened with a customer since a moment, the newest first."""
    return _told("since", _since(customer_id, moment))


def behind(customer: Customer, part: str, *, later_than: datetime | None = None) -> Q:
    """Return the condition that a touchpoint stands behind a part of the distance."""
    if part == "unhealed":
        return OPEN_HURT
    if part == "wall":
        condition = BOTH & _from(_first_of(_people(customer.pk, None)))
    else:
        condition = {"presence": ACTIVE, "cooling": WARM}[part]
    return condition & (Q(occurred_at__gt=later_than) if later_than else Q())


def _touchpoints(customer_id: int, later_than: datetime | None = None) -> QuerySet[Touchpoint]:
    """Return what happened with a customer, as much of it as a line needs."""
    touchpoints = Touchpoint.objects.live().filter(customer_id=customer_id)
    if later_than is not None:
        touchpoints = touchpoints.filter(occurred_at__gt=later_than)
    return (
        touchpoints.select_related("type")
        .only("occurred_at", "type__key", "type__label", "type__mode")
        .order_by("-occurred_at", "-pk")
    )


def _first_few(touchpoints: QuerySet[Touchpoint]) -> QuerySet[Any]:
    """Take the first few, and count all in the same query."""
    return touchpoints.annotate(in_all=Window(Count("*")))[:AT_MOST]


def _told(part: str, found: Sequence[Any]) -> Evidence:
    return Evidence(part, found, found[0].in_all if found else 0)


@prepared
def _since(customer_id: int, moment: datetime) -> QuerySet[Any]:
    return _first_few(_touchpoints(customer_id).filter(occurred_at__gte=moment))


@prepared
def _active_days(customer_id: int, later_than: datetime | None) -> QuerySet[Any]:
    """Take the last touchpoint of each of the last days the customer was active."""
    day = TruncDate("occurred_at", tzinfo=ZoneInfo(settings.TIME_ZONE))
    days = _touchpoints(customer_id, later_than).filter(ACTIVE).annotate(day=day)
    return _first_few(days.order_by("-day", "-occurred_at", "-pk").distinct("day"))


@prepared
def _hurting(customer_id: int) -> QuerySet[Any]:
    """Take those that have waited longest."""
    hurting = _touchpoints(customer_id).filter(OPEN_HURT)
    return _first_few(hurting.order_by("occurred_at", "pk"))


def _of_wall(customer_id: int, later_than: datetime | None) -> Evidence:
    """Take the last with people, and the newest on screens since."""
    people = _people(customer_id, later_than)
    found = _since_people(customer_id, later_than, _first_of(people))
    screens = [one for one in found if one.type.mode == Mode.DIGITAL]
    return Evidence(
        "wall", people + screens[: AT_MOST - len(people)], found[0].in_all if found else 0
    )


def _first_of(people: Sequence[Touchpoint]) -> datetime | None:
    return people[-1].occurred_at if people else None


def _from(first: datetime | None) -> Q:
    return Q(occurred_at__gte=first) if first is not None else Q()


@prepared
def _people(customer_id: int, later_than: datetime | None) -> QuerySet[Touchpoint]:
    return _touchpoints(customer_id, later_than).filter(type__mode=Mode.HUMAN)[:HUMAN_AT_MOST]


@prepared
def _since_people(
    customer_id: int, later_than: datetime | None, first: datetime | None
) -> QuerySet[Any]:
    """Take the newest on screens, and count them with those with people."""
    both = _touchpoints(customer_id, later_than).filter(BOTH & _from(first))
    return _first_few(both.order_by("type__mode", "-occurred_at", "-pk"))


def _cooled(reading: Reading, policy: Policy, later_than: datetime | None) -> list[Any]:
    """Return those that count most in the usual warmth and no longer in that of now."""
    as_of = reading.as_of
    known_days = max((as_of - (reading.first_at or as_of)) / timedelta(days=1), 0.0)
    connection, care = (
        float(twin_scale(known_days, half_life, policy.normal_half_life))  # type: ignore[arg-type]
        for half_life in (policy.connection_half_life, policy.care_half_life)
    )
    return _cooled_most(reading.customer_id, later_than, as_of, connection, care, policy=policy)


@prepared
def _cooled_most(
    customer_id: int,
    later_than: datetime | None,
    as_of: datetime,
    connection_scale: float,
    care_scale: float,
    *,
    policy: Policy,
) -> QuerySet[Any]:
    lost = _lost(policy, as_of, connection_scale, care_scale)
    warm = _touchpoints(customer_id, later_than).filter(WARM).annotate(lost=lost)
    return _first_few(warm.order_by("-lost", "-occurred_at", "-pk"))


def _lost(policy: Policy, as_of: datetime, connection_scale: float, care_scale: float) -> Any:
    """Return what a touchpoint gives to usual warmth and no longer to warmth, in its points.

    A point of connection and one of care are weighed as warmth weighs them near nothing.
    """
    age = ExpressionWrapper(as_of - F("occurred_at"), DurationField())
    # PostgreSQL extracts as numeric, whose powers take a hundred times as long.
    seconds = Cast(Extract(age, "epoch"), FloatField())
    days = Greatest(seconds, 0.0, output_field=FloatField()) / 86_400.0

    def faded(half_life: float, scale: float) -> Any:
        usual = scale * Power(2.0, -days / policy.normal_half_life)
        return usual - Power(2.0, -days / half_life)

    weight = (policy.served_weight + policy.connection_weight) / policy.connection_saturation
    mood = 1.0 + policy.sentiment_weight * Coalesce("sentiment", 0.0)
    points = weight * F("type__points") * mood / F("customers_in_room")
    closing = Case(
        When(closed_loops__kind=LoopKind.QUESTION, then=Value(policy.question_care)),
        When(closed_loops__kind=LoopKind.PROMISE, then=Value(policy.promise_kept_care)),
        When(closed_loops__isnull=False, then=Value(policy.problem_care)),
        default=Value(0.0),
        output_field=FloatField(),
    )
    care = policy.care_weight / policy.care_saturation * (F("type__care") + closing)
    return ExpressionWrapper(
        points * faded(policy.connection_half_life, connection_scale)
        + care * faded(policy.care_half_life, care_scale),
        FloatField(),
    )
