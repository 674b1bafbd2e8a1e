"""Who met and who knows customers, counted slowly and plainly from touchpoints themselves.

And what is kept of it, so that both can be compared.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from insights.models import (
    EVERY_TEAM,
    Attention,
    DayMet,
    KnownTotal,
    PersonYear,
    Reading,
    TeamTotal,
)
from insights.selectors.acquaintances import acquaintances_at
from insights.services.drain import drain
from interactions.models import Touchpoint
from relationships.models import Customer, Person

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
DAY_FIELDS = [
    "customer_id", "day", "person_id", "team_id", "stage", "touchpoints", "timed", "minutes",
]  # fmt: skip
SUM_FIELDS = ["is_month", "since", "team_id", "stage", "touchpoints", "timed", "minutes"]
CIRCLE = ["known_by", "has_lost_person", "is_met_lately"]
TOTAL_FIELDS = ["team_id", "stage", "currency", *CIRCLE, "customers", "yearly_value", "at_risk"]


def drain_all():
    while drain(now=NOW):
        pass


def day_of(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def human() -> list[Touchpoint]:
    """Return everything with a person in it."""
    touchpoints = Touchpoint.objects.live().select_related("type", "customer")
    return [one for one in touchpoints if one.type.mode == "human"]


def _amounts(touchpoints: list[Touchpoint]) -> tuple[int, int, int]:
    minutes = [o.duration_minutes for o in touchpoints if o.duration_minutes is not None]
    return len(touchpoints), len(minutes), sum(minutes)


def counted_days() -> set[tuple]:
    cells = defaultdict(list)
    for one in human():
        key = (
            one.customer_id, day_of(one.occurred_at), one.person_id or 0, one.team_id or 0,
            one.customer.stage,
        )  # fmt: skip
        cells[key].append(one)
    return {(*key, *_amounts(some)) for key, some in cells.items()}


def counted_sums() -> set[tuple]:
    cells = defaultdict(list)
    for one in human():
        day = day_of(one.occurred_at)
        for is_month, since in ((False, day), (True, day.replace(day=1))):
            for team in (one.team_id or 0, EVERY_TEAM):
                cells[is_month, since, team, one.customer.stage].append(one)
    return {(*key, *_amounts(some)) for key, some in cells.items()}


def counted_people() -> set[tuple]:
    cells = defaultdict(list)
    for one in human():
        if one.person_id:
            day = day_of(one.occurred_at)
            cells[day.year, one.person_id].append(day)
    return {
        (*key, sum(2 ** (month - 1) for month in {day.month for day in days}), max(days))
        for key, days in cells.items()
    }


def circle(customer: Customer, now: datetime = NOW) -> tuple[int, bool, bool]:
    """Say how many of us know a customer, whether their person left, whether they were met."""
    warm = acquaintances_at(customer, now=now).warm
    ours = {pair.person.pk for pair in warm if pair.person.is_active}
    gone = {pair.person.pk for pair in warm if not pair.person.is_active}
    has_lost = bool(customer.owner and not customer.owner.is_active) or bool(gone and not ours)
    since = day_of(now) - timedelta(days=90)
    lately = [o for o in human() if o.customer_id == customer.pk and day_of(o.occurred_at) > since]
    return min(len(ours), 2), has_lost, bool(lately)


def kept_circle(customer: Customer) -> tuple[int, bool, bool]:
    return Reading.objects.values_list(*CIRCLE).get(pk=customer.pk)


def counted_totals() -> dict[tuple, list]:
    """Sum up what readings say, customer by customer."""
    totals = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    for reading in Reading.objects.select_related("customer"):
        circle_kept = [getattr(reading, name) for name in CIRCLE]
        for team in (reading.team_id or 0, EVERY_TEAM):
            total = totals[(team, reading.stage, reading.currency, *circle_kept)]
            total[0] += 1
            total[1] += reading.yearly_value
            total[2] += reading.at_risk
    return dict(totals)


def kept_totals() -> dict[tuple, list]:
    rows = KnownTotal.objects.exclude(customers=0).values_list(*TOTAL_FIELDS)
    return {row[:-3]: list(row[-3:]) for row in rows}


def counted_circles() -> dict[tuple, list]:
    """Sum up of teams what readings say of who knows their customers, and what is at risk."""
    circles = defaultdict(lambda: [0] * 4 + [Decimal(0)] * 4)
    for reading in Reading.objects.all():
        are = (
            reading.known_by == 1, reading.known_by == 0, reading.has_lost_person,
            not reading.is_met_lately,
        )  # fmt: skip
        of_team = circles[reading.team_id or 0, reading.stage, reading.currency]
        for place, holds in enumerate(are):
            of_team[place] += holds
            of_team[4 + place] += reading.at_risk if holds else 0
    return dict(circles)


def kept_circles() -> dict[tuple, list]:
    numbers = (*TeamTotal.CIRCLES, *TeamTotal.CIRCLES_AT_RISK)
    rows = TeamTotal.objects.exclude(customers=0)
    return {row[:3]: list(row[3:]) for row in rows.values_list(*TOTAL_FIELDS[:3], *numbers)}


def check_kept() -> None:
    """Compare all that is kept with what is counted plainly."""
    assert set(DayMet.objects.values_list(*DAY_FIELDS)) == counted_days()
    sums = Attention.objects.exclude(touchpoints=0)
    assert set(sums.values_list(*SUM_FIELDS)) == counted_sums()
    assert not Attention.objects.filter(touchpoints=0).exclude(timed=0, minutes=0).exists()
    people = PersonYear.objects.exclude(months=0)
    assert set(people.values_list("year", "person_id", "months", "last_on")) == counted_people()
    assert not PersonYear.objects.filter(months=0, last_on__isnull=False).exists()
    assert kept_totals() == counted_totals()
    assert kept_circles() == counted_circles()


def lately(now: datetime = NOW) -> date:
    """Return the first of ninety days, of which today is the last."""
    return day_of(now) - timedelta(days=89)


def level_of(person: Person) -> str:
    return person.level or ("executive" if person.role == "executive" else "")


def counted_groups(of: str, team: int | None = None) -> dict[str, tuple[int, int]]:
    """Count who of us is here and who met a customer lately, by function or level."""
    met = {one.person_id for one in human() if day_of(one.occurred_at) >= lately()}
    found = defaultdict(lambda: (0, 0))
    for person in Person.objects.exclude(role="service").filter(is_active=True):
        if team in (None, person.team_id or 0):
            name = person.function if of == "function" else level_of(person)
            people, those = found[name]
            found[name] = people + 1, those + (person.pk in met)
    return dict(found)


def counted_months(months: list[date], team: int | None = None) -> dict[date, tuple[int, int]]:
    """Count month by month who of us was here and who met a customer."""
    met = defaultdict(set)
    for one in human():
        month = day_of(one.occurred_at).replace(day=1)
        if one.person_id and month in months:
            met[one.person_id].add(month)
    found = {}
    people = [
        person
        for person in Person.objects.exclude(role="service")
        if team in (None, person.team_id or 0)
    ]
    for month in months:
        here = those = 0
        for person in people:
            his = met[person.pk]
            begins = min([day_of(person.joined_at).replace(day=1), *his])
            ends = date.max if person.is_active else max(his, default=date.min)
            here += begins <= month <= ends
            those += month in his
        found[month] = here, those
    return found


def counted_attention(team: int | None = None) -> dict[str, tuple[int, int, int]]:
    """Count what each stage got of us lately."""
    cells = defaultdict(list)
    for one in human():
        if day_of(one.occurred_at) >= lately() and team in (None, one.team_id or 0):
            cells[one.customer.stage].append(one)
    return {stage: _amounts(some) for stage, some in cells.items()}
