"""Who knows our customers: what the page asks, from rollups and the list of our people alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain, compress
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, Count, ExpressionWrapper, QuerySet, Sum

from insights.met_lately import met_lately_from
from insights.models import EVERY_TEAM, BandTotal, KnownTotal, Reading, TeamTotal
from insights.months import Period, months_before
from insights.selectors.live_totals import SEGMENT, TEAM
from insights.selectors.organisation import Among
from insights.selectors.portfolio import COUNTED_AT_MOST, KNOWN
from relationships.planned import PlannedOnce, planned
from relationships.prepared import prepared

MONTHS_SHOWN = 14
"""A year of whole months, the one before it, and the running one."""

# Nobody says when somebody left: whoever is here no longer was until they last met a customer.
# Whoever met one before they were entered was here already. In which months they did comes as bits
# of one number, so that whoever is alike is one row.
_OURS = f"""
    SELECT function,
           CASE WHEN level = '' AND role = 'executive' THEN 'executive' ELSE level END AS level,
           greatest(joined, %(first)s) AS joined, is_active,
           coalesce(months_met, 0) AS months_met, count(*), count(*) FILTER (WHERE is_met_lately)
    FROM (
        SELECT *, date_trunc('month', joined_at AT TIME ZONE %(zone)s)::date AS joined
        FROM relationships_person
        WHERE role <> 'service' {{of_team}}
    ) AS person
    LEFT JOIN (
        SELECT person_id,
               bit_or(months::bigint << 12 * (year - %(first_year)s)) >> %(months_before)s
                   & {(1 << MONTHS_SHOWN) - 1} AS months_met,
               bool_or(last_on >= %(lately)s) AS is_met_lately
        FROM insights_personyear
        WHERE year BETWEEN %(first_year)s AND %(last_year)s
        GROUP BY 1
    ) AS months ON months.person_id = person.id
    GROUP BY 1, 2, 3, 4, 5
"""
_OF_TEAM = "AND coalesce(team_id, 0) = %(team)s"
_BY_MONTH = PlannedOnce("""
    SELECT since, stage, sum(touchpoints), sum(timed), sum(minutes) FROM insights_attention
    WHERE is_month AND since BETWEEN %(first)s AND %(last)s
      AND team_id = %(held_by)s
    GROUP BY 1, 2
""")
_MONTHS_GIVEN = PlannedOnce("""
    SELECT month::date FROM generate_series(%(first)s::date, %(last)s, interval '1 month') AS month
    WHERE EXISTS (
        SELECT FROM insights_attention
        WHERE is_month AND since = month::date AND team_id = %(held_by)s
    )
    ORDER BY 1
""")
# Whole months, and days of the first: those that are added to the others, or those that are taken
# away from it, whichever are fewer.
_LATELY = PlannedOnce("""
    SELECT stage, sum(sign * touchpoints), sum(sign * timed), sum(sign * minutes)
    FROM (
        SELECT *, CASE WHEN is_month THEN 1 ELSE %(sign)s END AS sign FROM insights_attention
        WHERE (is_month AND since BETWEEN %(whole)s AND %(last)s
               OR NOT is_month AND since >= %(begins)s AND since < %(ends)s)
          AND team_id = %(held_by)s
    ) AS given
    GROUP BY 1
""")


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some people met a customer."""

    people: int = 0
    met: int = 0

    def __add__(self, other: "Share") -> "Share":
        """Take two groups as one."""
        return Share(self.people + other.people, self.met + other.met)

    @property
    def share(self) -> float:
        """From 0 to 1; of nobody nothing."""
        return self.met / self.people if self.people else 0.0


@dataclass(frozen=True, slots=True)
class Ours:
    """Who of us met customers in the last 90 days, by function and level, and by month."""

    by_function: Mapping[str, Share]
    by_level: Mapping[str, Share]
    months: Mapping[date, Share]

    @property
    def everyone(self) -> Share:
        """All of us, executives included."""
        return sum(self.by_function.values(), Share())


@dataclass(frozen=True, slots=True)
class Some:
    """Some customers, how many count in each currency, and what they are worth in it."""

    customers: int = 0
    numbers: Mapping[str, int] = field(default_factory=dict)
    yearly_value: Mapping[str, Decimal] = field(default_factory=dict)
    at_risk: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Circles:
    """Customers by who knows them: by key of `KNOWN`, "" for all; and so by team.

    Of each of all teams there are no more than those of `TeamTotal.CIRCLES`, and not their value.
    """

    of_all: Mapping[str, Some]
    by_team: Mapping[int, Mapping[str, Some]]


@dataclass(frozen=True, slots=True)
class Effort:
    """What some customers got of us: contacts, and minutes of those that somebody timed."""

    touchpoints: int = 0
    timed: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class AttentionGiven:
    """What leads, current and former customers got of us, and what they are worth."""

    lately: Mapping[str, Effort]
    months: Mapping[date, Mapping[str, Effort]]
    customers: Mapping[str, Some]


def ours(today: date, *, team: int | None = None) -> Ours:
    """Return who of us met customers; of a team those who belong to it now, 0 for to none."""
    span = _span(today, team)
    by_function: dict[str, Share] = defaultdict(Share)
    by_level: dict[str, Share] = defaultdict(Share)
    here: dict[tuple[date, date], int] = defaultdict(int)
    met_in: dict[date, int] = defaultdict(int)
    with connection.cursor() as cursor:
        years = {
            "first_year": span["first"].year,
            "last_year": span["last"].year,
            "months_before": span["first"].month - 1,
        }
        # Asked with or without a team it would be planned for the few of one.
        sql = _OURS.replace("{of_team}", "" if team is None else _OF_TEAM)
        cursor.execute(planned(sql), span | years | {"zone": settings.TIME_ZONE})
        rows = cursor.fetchall()
    each = Period(span["last"], MONTHS_SHOWN).each
    bits = {month: 1 << number for number, month in enumerate(each)}
    for function, level, joined, is_active, months_met, people, met in rows:
        months = [month for month, bit in bits.items() if months_met & bit]
        for month in months:
            met_in[month] += people
        if is_active or months:
            here[min([joined, *months]), span["last"] if is_active else months[-1]] += people
        if is_active:
            by_function[function] += Share(people, met)
            by_level[level] += Share(people, met)
    begun = min(met_in, default=date.max)
    shown = {
        month: Share(
            sum(people for (begins, ends), people in here.items() if begins <= month <= ends),
            met_in[month],
        )
        for month in each
        if month >= begun
    }
    return Ours(dict(by_function), dict(by_level), shown)


def are_too_many(among: Among) -> bool:
    """Whether these are of a segment, which totals of who knows whom do not know, and very many."""
    if among.segment is None or among.owner is not None:
        return False
    totals = BandTotal.objects.filter(among.totals(), on_date=BandTotal.NOW)
    counted: int = totals.aggregate(n=Sum("customers", default=0))["n"]
    return counted > COUNTED_AT_MOST


def circles(among: Among) -> Circles:
    """Return customers by who knows them, as of their readings; they must not be too many."""
    if among.segment is None and among.owner is None:
        by_team = _told_of_teams(among) if among.team is None else {}
        return Circles(_by_circle(_kept(among)), by_team)
    rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for held_by, *row in _of_readings(among):
        rows[held_by].append(tuple(row))
    return Circles(
        _by_circle(chain(*rows.values())),
        {held_by: _by_circle(of_team) for held_by, of_team in rows.items()},
    )


_ARE: dict[str, Any] = {
    f"is_{key}": ExpressionWrapper(condition, BooleanField()) for key, condition in KNOWN.items()
}
_AMOUNTS = ("yearly_value", "at_risk")


def _by_circle(rows: Iterable[tuple[Any, ...]]) -> dict[str, Some]:
    """Add up rows of a currency, whether each of `KNOWN` holds, and how many, worth how much."""
    found = {key: _Sums() for key in ("", *KNOWN)}
    for currency, *are, customers, yearly_value, at_risk in rows:
        for key in ("", *compress(KNOWN, are)):
            found[key].add(currency, customers, yearly_value, at_risk)
    return {key: sums.some() for key, sums in found.items()}


@prepared
def _kept(among: Among) -> QuerySet[KnownTotal, tuple[Any, ...]]:
    # These rows are few: adding them up for each of `KNOWN` costs more there than here.
    totals = KnownTotal.objects.filter(among.totals(), customers__gt=0).annotate(**_ARE)
    return totals.values_list("currency", *_ARE, "customers", *_AMOUNTS)


def _told_of_teams(among: Among) -> dict[int, dict[str, Some]]:
    """Return how many each team has of all and of some circles, and what is at risk with them."""
    circles = ("", *TeamTotal.CIRCLES)
    found: dict[int, dict[str, _Sums]] = {}
    for held_by, currency, *amounts in _kept_by_team(among):
        if held_by not in found:
            found[held_by] = {circle: _Sums() for circle in circles}
        numbers, risks = amounts[: len(circles)], amounts[len(circles) :]
        for circle, customers, at_risk in zip(circles, numbers, risks, strict=True):
            if customers:
                found[held_by][circle].add(currency, customers, Decimal(0), at_risk)
    return {
        held_by: {circle: sums.some() for circle, sums in of_team.items()}
        for held_by, of_team in found.items()
    }


@prepared
def _kept_by_team(among: Among) -> QuerySet[TeamTotal, tuple[Any, ...]]:
    totals = TeamTotal.objects.filter(among.kept(), customers__gt=0)
    numbers, risks = ("customers", *TeamTotal.CIRCLES), ("at_risk", *TeamTotal.CIRCLES_AT_RISK)
    return totals.values_list("team_id", "currency", *numbers, *risks)


def _of_readings(among: Among) -> QuerySet[Reading, tuple[Any, ...]]:
    """Return team and what `_by_circle` takes, from the readings of these customers."""
    readings = Reading.objects.filter(among.readings()).annotate(
        held_by=TEAM, in_segment=SEGMENT, **_ARE
    )
    if among.segment is not None:
        # The index that finds a segment has zero for none.
        readings = readings.filter(in_segment=among.segment)
    rows = readings.values_list("held_by", "currency", *_ARE).order_by()
    return rows.annotate(Count("pk"), *map(Sum, _AMOUNTS))


class _Sums:
    """Adds up some customers, currency by currency."""

    __slots__ = ("by_currency",)

    def __init__(self) -> None:
        self.by_currency: dict[str, tuple[int, Decimal, Decimal]] = {}

    def add(self, currency: str, customers: int, yearly_value: Decimal, at_risk: Decimal) -> None:
        if currency in self.by_currency:
            number, value, risk = self.by_currency[currency]
            amounts = number + customers, value + yearly_value, risk + at_risk
            self.by_currency[currency] = amounts
        else:
            self.by_currency[currency] = customers, yearly_value, at_risk

    def some(self) -> Some:
        found = self.by_currency
        numbers = {currency: number for currency, (number, _, _) in found.items()}
        return Some(
            sum(numbers.values()),
            numbers,
            {currency: value for currency, (_, value, _) in found.items()},
            {currency: risk for currency, (_, _, risk) in found.items()},
        )


def attention(today: date, *, team: int | None = None) -> AttentionGiven:
    """Return what each stage got of us; of a team what its customers got while they were its."""
    params = _span(today, team)
    months: dict[date, dict[str, Effort]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_BY_MONTH, params)
        for month, stage, *amounts in cursor.fetchall():
            months[month][stage] = Effort(*map(int, amounts))
    return AttentionGiven(
        given_lately(today, team=team), dict(sorted(months.items())), _by_stage(team)
    )


def given_lately(today: date, *, team: int | None = None) -> dict[str, Effort]:
    """Return what each stage got of us in the last 90 days."""
    lately, last = met_lately_from(today), today.replace(day=1)
    month, next_month = lately.replace(day=1), months_before(lately, -1)
    is_mostly_whole = lately - month < next_month - lately
    params: dict[str, Any] = (
        {"sign": -1, "whole": month, "begins": month, "ends": lately}
        if is_mostly_whole
        else {"sign": 1, "whole": next_month, "begins": lately, "ends": next_month}
    )
    with connection.cursor() as cursor:
        cursor.execute(_LATELY, params | {"last": last, "held_by": _held_by(team)})
        return {stage: Effort(*map(int, amounts)) for stage, *amounts in cursor.fetchall()}


def given_in(month: date, *, team: int | None = None) -> dict[str, Effort]:
    """Return what each stage got of us in a month."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_MONTH, {"first": month, "last": month, "held_by": _held_by(team)})
        return {stage: Effort(*map(int, amounts)) for _, stage, *amounts in cursor.fetchall()}


def months_given(today: date, *, team: int | None = None) -> list[date]:
    """Return in which of the months that are shown anybody got something of us."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS_GIVEN, _span(today, team))
        return [month for (month,) in cursor.fetchall()]


def _by_stage(team: int | None) -> dict[str, Some]:
    found: dict[str, _Sums] = defaultdict(_Sums)
    for stage, *amounts in _kept_by_stage(team):
        found[stage].add(*amounts)
    return {stage: sums.some() for stage, sums in found.items()}


@prepared
def _kept_by_stage(team: int | None) -> QuerySet[KnownTotal, tuple[Any, ...]]:
    totals = KnownTotal.objects.filter(Among(stage="", team=team).totals(), customers__gt=0)
    sums = map(Sum, ("customers", *_AMOUNTS))
    return totals.values_list("stage", "currency").annotate(*sums).order_by()


def _span(today: date, team: int | None) -> dict[str, Any]:
    """Return the months and days that are asked for."""
    return {
        "first": months_before(today, MONTHS_SHOWN - 1),
        "last": today.replace(day=1),
        "lately": met_lately_from(today),
        "team": team,
        "held_by": _held_by(team),
    }


def _held_by(team: int | None) -> int:
    """Return under which team rollups have what is asked of a team, or of all."""
    return EVERY_TEAM if team is None else team
