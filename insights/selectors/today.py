"""Whom to turn to today, what is due, and what went well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, Window

from insights.models import Band, BandTotal, Reading, Snooze
from insights.selectors.orders import readings_of
from insights.selectors.reasons import Reason, reasons
from insights.selectors.rollups import totals_visible_to
from insights.selectors.snoozes import asleep
from interactions import selectors as interactions
from interactions.models import Appointment, Loop
from interactions.selectors import OpenMessUps, ToSettle
from interactions.selectors.appointments import appointments_to_confirm, coming_up
from interactions.selectors.met import introductions_due
from relationships import access
from relationships.models import Customer, HandoverCustomer, Person
from relationships.prepared import prepared

HANDFUL = 5
MOST = 50
"""Shown when asked for all; the list of customers goes further."""

MARKED_POINTS = 10
"""A rise or fall of distance within four weeks that deserves a look."""

TELLING_SHARE = 0.4
"""A second reason is told when it has this share of the points of the first."""

FAR = (Band.COOLING, Band.DRIFTING, Band.GONE)
AHEAD = timedelta(days=7)

_Row = tuple[int, str, int, Decimal]
"""A band and a currency, how many customers, and what is at risk with them."""


@dataclass(frozen=True, slots=True)
class Need:
    """A customer who needs someone today, why, and what to do next."""

    reading: Reading
    reasons: Sequence[Reason]
    loop: Loop | None


@dataclass(frozen=True, slots=True)
class Totals:
    """How many customers are in each band, and what is at risk with those who are far."""

    customers: dict[int, int]
    at_risk: dict[str, Decimal]

    @property
    def known(self) -> int:
        """All customers there is a reading of."""
        return sum(self.customers.values())

    @property
    def far(self) -> int:
        """Those cooling, drifting or gone."""
        return sum(self.customers.get(band, 0) for band in FAR)


@dataclass(frozen=True, slots=True)
class Today:
    """Everything on the page."""

    is_mine: bool
    needs: Sequence[Need]
    has_more_needs: bool
    settling: ToSettle
    closer: Sequence[Reading]
    totals: Totals
    snoozes: Sequence[Snooze] = ()
    snoozed_in_all: int = 0
    to_confirm: Sequence[Appointment] = ()
    coming_up: Sequence[Appointment] = ()
    introductions: Sequence[HandoverCustomer] = ()
    has_more_introductions: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether nobody needs anything."""
        waiting = (
            self.needs,
            self.settling.loops,
            self.settling.mess_ups,
            self.introductions,
            self.to_confirm,
        )
        return not any(waiting)


def has_own_customers(person: Person) -> bool:
    """Whether `person` looks after customers of their own."""
    return bool(_one_of_their_own(person))


def today(
    person: Person, *, now: datetime, day: date, is_mine: bool, shown: int = HANDFUL
) -> Today:
    """Return what needs `person` on a day: with their own customers, or all they may see."""
    snoozes = _snoozes(person, now)
    has_snoozes = bool(snoozes)
    needing = _needing(person, now, is_mine=is_mine, has_snoozes=has_snoozes, at_most=shown + 1)
    settling = interactions.to_settle(person, now, ahead=AHEAD, is_mine=is_mine, at_most=shown)
    introductions = introductions_due(person, day + AHEAD, at_most=shown + 1)
    return Today(
        is_mine=is_mine,
        needs=_needs(needing[:shown]),
        has_more_needs=len(needing) > shown,
        settling=settling,
        closer=_closer(person, is_mine=is_mine),
        totals=_totals(_own_totals(person) if is_mine else _kept_totals(person)),
        introductions=introductions[:shown],
        has_more_introductions=len(introductions) > shown,
        snoozes=snoozes,
        snoozed_in_all=snoozes[0].in_all if snoozes else 0,
        to_confirm=appointments_to_confirm(person, now, at_most=shown),
        coming_up=coming_up(person, now, now + AHEAD, at_most=shown),
    )


@prepared
def _one_of_their_own(person: Person) -> QuerySet[Customer, int]:
    # In no order: by name it would lead past everybody, for who has none.
    own = access.customers_visible_to(person).filter(owner=person.pk).order_by()
    return own.values_list("pk", flat=True)[:1]


@prepared
def _snoozes(person: Person, now: datetime) -> QuerySet[Any]:
    return asleep(person, now=now).annotate(in_all=Window(Count("*")))[:MOST]


def _readings(person: Person, *, is_mine: bool) -> QuerySet[Reading]:
    """Return the readings to look at; of those who left us nothing is asked any more."""
    readings = Reading.objects.filter(access.customer_scope(person)).exclude(
        stage=Customer.Stage.FORMER
    )
    return readings.filter(owner=person.pk) if is_mine else readings


@prepared
def _needing(
    person: Person, now: datetime, *, is_mine: bool, has_snoozes: bool, at_most: int
) -> QuerySet[Reading]:
    readings = _readings(person, is_mine=is_mine)
    if has_snoozes:
        sleeping = asleep(person, now=now).order_by().values("customer")
        readings = readings.exclude(customer__in=sleeping)
    far = readings.filter(Q(band__in=FAR) | Q(drift__gte=MARKED_POINTS))
    order = ("-at_risk", "customer_id")
    return readings_of(far.order_by(*order)[:at_most], *order, whose=["customer__owner"])


@prepared
def _closer(person: Person, *, is_mine: bool) -> QuerySet[Reading]:
    closer = _readings(person, is_mine=is_mine).filter(drift__lte=-MARKED_POINTS)
    order = ("drift", "-customer_id")
    return readings_of(closer.order_by(*order)[:HANDFUL], *order, whose=["customer"])


def _needs(readings: Sequence[Reading]) -> list[Need]:
    ids = [reading.pk for reading in readings]
    mess_ups = interactions.open_mess_ups(ids)
    loops = interactions.first_open_mess_ups(list(mess_ups))
    return [_need(reading, mess_ups.get(reading.pk), loops) for reading in readings]


def _need(reading: Reading, mess_ups: OpenMessUps | None, loops: Mapping[int, Loop]) -> Need:
    parts = reasons(reading, mess_ups)
    telling = [part for part in parts[1:2] if part.points >= TELLING_SHARE * parts[0].points]
    told = [parts[0], *telling]
    is_hurt = any(part.name == "unhealed" for part in told)
    return Need(reading, told, loops.get(reading.pk) if is_hurt else None)


@prepared
def _own_totals(person: Person) -> QuerySet[Any, _Row]:
    """Count the customers of one person: few enough to be counted each time."""
    rows = _readings(person, is_mine=True).values_list("band", "currency")
    return rows.annotate(Count("pk"), Sum("at_risk")).order_by()


@prepared
def _kept_totals(person: Person) -> QuerySet[Any, _Row]:
    """Take the counts that are kept as customers change."""
    return (
        BandTotal.objects.filter(totals_visible_to(person), on_date=BandTotal.NOW)
        .exclude(stage=Customer.Stage.FORMER)
        .values_list("band", "currency")
        .annotate(Sum("customers"), Sum("at_risk"))
        .order_by()
    )


def _totals(rows: Sequence[_Row]) -> Totals:
    customers: dict[int, int] = {}
    at_risk: dict[str, Decimal] = {}
    for band, currency, count, risk in rows:
        customers[band] = customers.get(band, 0) + count
        if band in FAR:
            at_risk[currency] = at_risk.get(currency, Decimal(0)) + risk
    return Totals(customers, at_risk)
