"""Whom to turn to today, what is due, and what went well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from insights.models import Band, BandTotal, Reading, Snooze
from insights.selectors.reasons import Reason, reasons
from insights.selectors.snoozes import asleep
from interactions import selectors as interactions
from interactions.models import Appointment, Loop
from interactions.selectors import OpenMessUps
from interactions.selectors.appointments import appointments_to_confirm, coming_up
from interactions.selectors.met import introductions_due
from relationships import access
from relationships.models import Customer, HandoverCustomer, Person

HANDFUL = 5
MOST = 50
"""Shown when asked for all; the list of customers goes further."""

MARKED_POINTS = 10
"""A rise or fall of distance within four weeks that deserves a look."""

TELLING_SHARE = 0.4
"""A second reason is told when it has this share of the points of the first."""

FAR = (Band.COOLING, Band.DRIFTING, Band.GONE)
AHEAD = timedelta(days=7)


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
    loops: Sequence[Loop]
    loops_in_all: int
    overdue: int
    closer: Sequence[Reading]
    totals: Totals
    mess_ups: Sequence[Loop] = ()
    snoozes: Sequence[Snooze] = ()
    snoozed_in_all: int = 0
    to_confirm: Sequence[Appointment] = ()
    coming_up: Sequence[Appointment] = ()
    introductions: Sequence[HandoverCustomer] = ()
    has_more_introductions: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether nobody needs anything."""
        waiting = self.needs, self.loops, self.mess_ups, self.introductions, self.to_confirm
        return not any(waiting)


def has_own_customers(person: Person) -> bool:
    """Whether `person` looks after customers of their own."""
    return access.customers_visible_to(person).filter(owner=person).exists()


def today(
    person: Person, *, now: datetime, day: date, is_mine: bool, shown: int = HANDFUL
) -> Today:
    """Return what needs `person` on a day: with their own customers, or all they may see."""
    readings, sleeping = _readings(person, is_mine=is_mine), asleep(person, now=now)
    snoozes = list(sleeping[: MOST + 1])
    awake = readings.exclude(customer__in=sleeping.order_by().values("customer"))
    needing = list(_needing(awake if snoozes else readings)[: shown + 1])
    mess_ups = list(interactions.mess_ups_to_ask_about(person, now=now)[:shown])
    settling = interactions.loops_to_settle(person, now=now, ahead=AHEAD, is_mine=is_mine)
    # What is asked about above stands there alone.
    settling = settling.exclude(pk__in=[loop.pk for loop in mess_ups]) if mess_ups else settling
    loops = list(settling[: shown + 1])
    introductions = list(introductions_due(person, until=day + AHEAD)[: shown + 1])
    return Today(
        is_mine=is_mine,
        needs=_needs(needing[:shown]),
        has_more_needs=len(needing) > shown,
        loops=loops[:shown],
        loops_in_all=len(loops) if len(loops) <= shown else settling.order_by().count(),
        overdue=settling.filter(due_at__lt=now).order_by().count() if loops else 0,
        closer=list(_closer(readings)[:HANDFUL]),
        totals=_own_totals(readings) if is_mine else _kept_totals(person),
        mess_ups=mess_ups,
        introductions=introductions[:shown],
        has_more_introductions=len(introductions) > shown,
        snoozes=snoozes[:MOST],
        snoozed_in_all=len(snoozes) if len(snoozes) <= MOST else sleeping.count(),
        to_confirm=list(appointments_to_confirm(person, now=now)[:shown]),
        coming_up=list(coming_up(person, now=now, ahead=AHEAD)[:shown]),
    )


def _readings(person: Person, *, is_mine: bool) -> QuerySet[Reading]:
    """Return the readings to look at; of those who left us nothing is asked any more."""
    readings = Reading.objects.filter(access.customer_scope(person)).exclude(
        stage=Customer.Stage.FORMER
    )
    return readings.filter(owner=person) if is_mine else readings


def _needing(readings: QuerySet[Reading]) -> QuerySet[Reading]:
    return (
        readings.filter(Q(band__in=FAR) | Q(drift__gte=MARKED_POINTS))
        .select_related("customer__owner")
        .order_by("-at_risk", "customer_id")
    )


def _closer(readings: QuerySet[Reading]) -> QuerySet[Reading]:
    return (
        readings.filter(drift__lte=-MARKED_POINTS)
        .select_related("customer")
        .order_by("drift", "-customer_id")
    )


def _needs(readings: Sequence[Reading]) -> list[Need]:
    ids = [reading.pk for reading in readings]
    mess_ups = interactions.open_mess_ups(ids) if ids else {}
    loops = interactions.first_open_mess_ups(list(mess_ups)) if mess_ups else {}
    return [_need(reading, mess_ups.get(reading.pk), loops) for reading in readings]


def _need(reading: Reading, mess_ups: OpenMessUps | None, loops: Mapping[int, Loop]) -> Need:
    parts = reasons(reading, mess_ups)
    telling = [part for part in parts[1:2] if part.points >= TELLING_SHARE * parts[0].points]
    told = [parts[0], *telling]
    is_hurt = any(part.name == "unhealed" for part in told)
    return Need(reading, told, loops.get(reading.pk) if is_hurt else None)


def _own_totals(readings: QuerySet[Reading]) -> Totals:
    """Count the customers of one person: few enough to be counted each time."""
    rows = readings.values_list("band", "currency").annotate(Count("pk"), Sum("at_risk"))
    return _totals(list(rows.order_by()))


def _kept_totals(person: Person) -> Totals:
    """Take the counts that are kept as customers change."""
    rows = (
        BandTotal.objects.filter(access.customer_scope(person), on_date=BandTotal.NOW)
        .exclude(stage=Customer.Stage.FORMER)
        .values_list("band", "currency")
        .annotate(Sum("customers"), Sum("at_risk"))
    )
    return _totals(list(rows.order_by()))


def _totals(rows: Sequence[tuple[int, str, int, Decimal]]) -> Totals:
    customers: dict[int, int] = {}
    at_risk: dict[str, Decimal] = {}
    for band, currency, count, risk in rows:
        customers[band] = customers.get(band, 0) + count
        if band in FAR:
            at_risk[currency] = at_risk.get(currency, Decimal(0)) + risk
    return Totals(customers, at_risk)
