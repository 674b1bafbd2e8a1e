"""Who knows our customers: what the page asks, from rollups and the list of our people alone."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum

from insights.met_lately import met_lately_from
from insights.models import KnownTotal
from insights.months import Period, months_before
from insights.selectors.portfolio import KNOWN
from relationships.models import Customer, Team

MONTHS_SHOWN = 14
"""A year of whole months, the one before it, and the running one."""

# Nobody says when somebody left: whoever is here no longer was until they last met a customer.
# Whoever met one before they were entered was here already. Most have been here all the time, and
# of them the months need not be looked up.
_MET = """
    SELECT {what} FROM insights_personmonth
    WHERE person_id = person.id AND month BETWEEN %(first)s AND %(last)s AND touchpoints > 0
"""
_OURS = f"""
    SELECT function,
           CASE WHEN level = '' AND role = 'executive' THEN 'executive' ELSE level END AS level,
           CASE WHEN joined <= %(first)s THEN %(first)s
                ELSE least(joined, ({_MET.format(what="min(month)")})) END AS begins,
           CASE WHEN is_active THEN %(last)s
                ELSE ({_MET.format(what="max(month)")}) END AS ends,
           is_active, count(*), count(met.person_id)
    FROM (
        SELECT *, date_trunc('month', joined_at AT TIME ZONE %(zone)s)::date AS joined
        FROM relationships_person
        WHERE role <> 'service'
          AND (%(team)s::bigint IS NULL OR coalesce(team_id, 0) = %(team)s)
    ) AS person
    LEFT JOIN (
        SELECT DISTINCT person_id FROM insights_personmonth
        WHERE month >= date_trunc('month', %(lately)s::date) AND last_on >= %(lately)s
    ) AS met ON met.person_id = person.id
    GROUP BY 1, 2, 3, 4, 5
"""
_MONTHS = """
    SELECT month, count(*) FROM insights_personmonth AS met
    JOIN relationships_person AS person ON person.id = met.person_id AND role <> 'service'
    WHERE month BETWEEN %(first)s AND %(last)s AND touchpoints > 0
      AND (%(team)s::bigint IS NULL OR coalesce(team_id, 0) = %(team)s)
    GROUP BY 1
"""
_ATTENTION = """
    SELECT {since}, stage, sum(touchpoints), sum(timed), sum(minutes) FROM insights_attention
    WHERE ({when}) AND (%(team)s::bigint IS NULL OR team_id = %(team)s)
    GROUP BY 1, 2
"""
_BY_MONTH = _ATTENTION.format(
    since="since", when="is_month AND since BETWEEN %(first)s AND %(last)s"
)
# Whole months where they are whole, and days of the first.
_LATELY = _ATTENTION.format(
    since="NULL",
    when="is_month AND since BETWEEN %(whole)s AND %(last)s"
    " OR NOT is_month AND since >= %(lately)s AND since < %(whole)s",
)


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
    """Current customers by who knows them: by key of `KNOWN`, "" for all; and so by team."""

    of_all: Mapping[str, Some]
    by_team: Mapping[int, Mapping[str, Some]]
    names: Mapping[int, str]


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
    with connection.cursor() as cursor:
        cursor.execute(_OURS, span | {"zone": settings.TIME_ZONE})
        for function, level, begins, ends, is_active, people, met in cursor.fetchall():
            if ends is not None:
                here[begins, ends] += people
            if is_active:
                by_function[function] += Share(people, met)
                by_level[level] += Share(people, met)
        cursor.execute(_MONTHS, span)
        met_in: dict[date, int] = dict(cursor.fetchall())
    begun = min(met_in, default=date.max)
    shown = (month for month in Period(span["last"], MONTHS_SHOWN).each if month >= begun)
    months = {
        month: Share(
            sum(people for (begins, ends), people in here.items() if begins <= month <= ends),
            met_in.get(month, 0),
        )
        for month in shown
    }
    return Ours(dict(by_function), dict(by_level), months)


def circles(*, team: int | None = None) -> Circles:
    """Return current customers by who knows them, as of their readings; of a team or of all."""
    totals = KnownTotal.objects.filter(stage=Customer.Stage.CURRENT, customers__gt=0)
    if team is not None:
        totals = totals.filter(team_id=team)
    sums = {
        f"{key}_{name}": Sum(name, filter=condition, default=0)
        for key, condition in {"": Q(), **KNOWN}.items()
        for name in ("customers", "yearly_value", "at_risk")
    }
    of_all = dict.fromkeys(("", *KNOWN), Some())
    by_team: dict[int, dict[str, Some]] = {}
    for row in totals.values("team_id", "currency").annotate(**sums):
        of_team = by_team.setdefault(row["team_id"], dict.fromkeys(of_all, Some()))
        for key in of_all:
            of_team[key] = _with(of_team[key], row, key)
            of_all[key] = _with(of_all[key], row, key)
    names = dict(Team.objects.filter(pk__in=by_team).values_list("pk", "name"))
    return Circles(of_all, by_team, names)


def _with(some: Some, row: Mapping[str, Any], key: str) -> Some:
    """Add what a row has in its currency."""
    number, currency = row[f"{key}_customers"], row["currency"]
    if not number:
        return some
    value, risk = some.yearly_value.get(currency, 0), some.at_risk.get(currency, 0)
    return Some(
        some.customers + number,
        {**some.numbers, currency: some.numbers.get(currency, 0) + number},
        {**some.yearly_value, currency: value + row[f"{key}_yearly_value"]},
        {**some.at_risk, currency: risk + row[f"{key}_at_risk"]},
    )


def attention(today: date, *, team: int | None = None) -> AttentionGiven:
    """Return what each stage got of us; of a team what its customers got while they were its."""
    params = _span(today, team)
    months: dict[date, dict[str, Effort]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_BY_MONTH, params)
        for month, stage, *amounts in cursor.fetchall():
            months[month][stage] = Effort(*map(int, amounts))
        cursor.execute(_LATELY, params)
        lately = {stage: Effort(*map(int, amounts)) for _, stage, *amounts in cursor.fetchall()}
    return AttentionGiven(lately, dict(sorted(months.items())), _by_stage(team))


def _by_stage(team: int | None) -> dict[str, Some]:
    totals = KnownTotal.objects.filter(customers__gt=0)
    if team is not None:
        totals = totals.filter(team_id=team)
    found: dict[str, Some] = {}
    amounts = {f"_{name}": Sum(name) for name in ("customers", "yearly_value", "at_risk")}
    for row in totals.values("stage", "currency").annotate(**amounts):
        found[row["stage"]] = _with(found.get(row["stage"], Some()), row, "")
    return found


def _span(today: date, team: int | None) -> dict[str, Any]:
    """Return the months and days that are asked for."""
    lately = met_lately_from(today)
    return {
        "first": months_before(today, MONTHS_SHOWN - 1),
        "last": today.replace(day=1),
        "lately": lately,
        "whole": lately if lately.day == 1 else months_before(lately, -1),
        "team": team,
    }
