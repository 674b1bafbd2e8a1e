"""How far customers were week by week, all of them and by what they are: sums of rollups.

Customers are counted by the team, segment, stage, owner and classes that they have now, at the
distance that was read of them then, which knew nothing later.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet, Sum
from django.utils import timezone

from insights.models import (
    EVERY_TEAM,
    Band,
    BandTotal,
    DistanceTotal,
    Reading,
    SizeClass,
    ValueClass,
)
from insights.mondays import WEEKS, last_monday
from insights.selectors import live_totals
from insights.selectors.organisation import CURRENT, Among, comparison_days
from insights.selectors.rollups import counted_once
from relationships.models import Customer, Segment, Team
from relationships.prepared import prepared

BY = ("team", "segment", "stage", "value", "size")
DRAWN_AT_MOST = 24
"""More small charts than that nobody compares; a table has all parts."""

READ_BY_NOW = 0.9
"""Of those counted on one Monday, how many must be on the next: less, and the night is not over."""

_AMOUNTS = ("customers", "far", "distance")

Key = int | str
"""A team or segment (0 for none), a stage, or a class."""


class Week(NamedTuple):
    """How far the customers were who had been heard from by a day; `far` are drifting or gone."""

    customers: int = 0
    far: int = 0
    distance: float = 0.0

    @property
    def mean(self) -> float | None:
        """Their mean distance; None without customers."""
        return self.distance / self.customers if self.customers else None


NOTHING = Week()


@dataclass(frozen=True, slots=True)
class Course:
    """What became of some customers' distance, a week for each day."""

    key: Key
    name: str
    weeks: Mapping[date, Week]

    def at(self, day: date) -> Week:
        """Return how far they were on a day."""
        return self.weeks.get(day, NOTHING)


@dataclass(frozen=True, slots=True)
class OverTime:
    """All customers, and the parts of them; `days` are Mondays, the oldest first, and now.

    Courses go back a year, also where fewer days are asked for. Of many teams only the `largest`
    have every week; the others have the days that tables compare: a year and four weeks ago, now.
    """

    days: Sequence[date]
    whole: Course
    parts: Sequence[Course]
    four_weeks_ago: date
    year_ago: date

    @property
    def largest(self) -> list[Course]:
        """The parts of most customers, as many as are drawn, in the order of all."""
        ranked = sorted(self.parts, key=lambda one: (-one.at(BandTotal.NOW).customers, one.key))
        drawn = {one.key for one in ranked[:DRAWN_AT_MOST]}
        return [one for one in self.parts if one.key in drawn]


def over_time(
    now: datetime, among: Among = CURRENT, by: str = "team", *, weeks: int = WEEKS - 1
) -> OverTime:
    """Return distances by one of `BY`, on the days of so many weeks, a year at most."""
    parts: dict[Key, dict[date, Week]] = defaultdict(dict)
    sums: dict[date, tuple[int, int, float]] = defaultdict(lambda: (0, 0, 0.0))
    last, (month, year) = last_monday(now), comparison_days(now)
    for day, part, customers, far, distance in _totals(among, by, (month, year)):
        if customers:
            week = parts[part][day] = Week(customers, far, float(distance))
            of_all, far_of_all, distance_of_all = sums[day]
            sums[day] = of_all + customers, far_of_all + far, distance_of_all + week.distance
    of_parts = {day: Week(*amounts) for day, amounts in sums.items()}
    whole = parts.pop(EVERY_TEAM, of_parts)
    first, today = last - timedelta(weeks=weeks), timezone.localdate(now)
    # On a Monday that day stands for itself as of now, not once more as of its first hour.
    days = [day for day in _days(whole, last) if day >= first and day != today]
    return OverTime(days, Course("", "All", whole), _courses(parts, by), month, year)


def _totals(
    among: Among, by: str, days: tuple[date, date]
) -> Iterable[tuple[date, Key, int, int, Decimal | float]]:
    """Return the sums of each part; those of all together among them where teams are parts."""
    month, first = days
    if among.owner is not None:
        return live_totals.distance_totals(Reading.objects.filter(among.readings()), by, first)
    if by == "team":
        return _kept_by_team(among, first, (first, month, BandTotal.NOW))
    return _kept(among, first, by=by)


@prepared
def _kept(
    among: Among, first: date, *, by: str
) -> QuerySet[DistanceTotal, tuple[date, Key, int, int, Decimal]]:
    kind = DistanceTotal.By.SIZE if by == "size" else DistanceTotal.By.VALUE
    key = {"segment": "segment_id", "stage": "stage"}.get(by, "part")
    totals = _of_stages(among).filter(among.totals(), by=kind, on_date__gte=first)
    return _summed(totals, key)


def _kept_by_team(
    among: Among, first: date, compared: tuple[date, ...]
) -> list[tuple[date, Key, int, int, Decimal]]:
    """Return every week of the largest teams and of all together; of others it would be long."""
    found = _kept_on(among, compared)
    now = {int(team): number for day, team, number, *_ in found if day == BandTotal.NOW}
    teams = sorted(now.keys() - {EVERY_TEAM}, key=lambda team: (-now[team], team))
    weekly = (EVERY_TEAM, *teams[:DRAWN_AT_MOST])
    return found + _kept_between(among, first, compared, weekly)


@prepared
def _kept_on(
    among: Among, days: tuple[date, ...]
) -> QuerySet[DistanceTotal, tuple[date, Key, int, int, Decimal]]:
    return _of_each_team(_of_teams(among).filter(on_date__in=days), among)


@prepared
def _kept_between(
    among: Among, first: date, but_for: tuple[date, ...], teams: tuple[int, ...]
) -> QuerySet[DistanceTotal, tuple[date, Key, int, int, Decimal]]:
    totals = _of_teams(among).filter(team_id__in=teams, on_date__gte=first)
    return _of_each_team(totals.exclude(on_date__in=but_for), among)


def _of_teams(among: Among) -> QuerySet[DistanceTotal]:
    """Return the rows of teams and of all together, of a segment if one is asked for."""
    return _of_stages(among).filter(among.kept(), counted_once(among.segment))


def _of_each_team(
    totals: QuerySet[DistanceTotal], among: Among
) -> QuerySet[DistanceTotal, tuple[date, Key, int, int, Decimal]]:
    if among.stage and among.segment is None:
        # One row each: to add them up takes as long as to read them.
        return totals.values_list("on_date", "team_id", *_AMOUNTS).order_by()
    return _summed(totals, "team_id")


def _summed(
    totals: QuerySet[DistanceTotal], key: str
) -> QuerySet[DistanceTotal, tuple[date, Key, int, int, Decimal]]:
    sums = map(Sum, _AMOUNTS)
    return totals.values_list("on_date", key).annotate(*sums).order_by()


def _of_stages(among: Among) -> QuerySet[DistanceTotal]:
    """Name all stages where none is asked for: the index begins with them."""
    totals = DistanceTotal.objects.all()
    return totals if among.stage else totals.filter(stage__in=Customer.Stage.values)


def counts_everyone(found: OverTime, among: Among) -> bool:
    """Whether all who are known now are in it; after an upgrade they come in one by one.

    Of an owner they always are: theirs are read from the readings themselves.
    """
    if among.owner is not None:
        return True
    known = BandTotal.objects.filter(among.totals(), on_date=BandTotal.NOW)
    customers = known.exclude(band=Band.UNKNOWN).aggregate(n=Sum("customers", default=0))["n"]
    return bool(found.whole.at(BandTotal.NOW).customers == customers)


def _days(whole: Mapping[date, Week], last: date) -> list[date]:
    """Return the days of which there is something, without a Monday that is still being read."""
    days = sorted(whole)
    before = whole.get(last - timedelta(weeks=1))
    if last in whole and before and whole[last].customers < READ_BY_NOW * before.customers:
        days.remove(last)
    return days


def _courses(parts: Mapping[Key, Mapping[date, Week]], by: str) -> list[Course]:
    """Name the parts: classes and stages in their order, others the furthest first, none last."""
    named = [Course(key, name, parts[key]) for key, name in _names(by) if key in parts]
    if by in ("team", "segment"):
        named.sort(key=lambda one: (one.key == 0, -(one.at(BandTotal.NOW).mean or 0), one.name))
    return named


def _names(by: str) -> Sequence[tuple[Key, str]]:
    if by == "stage":
        return Customer.Stage.choices
    if by in ("value", "size"):
        classes: type[ValueClass | SizeClass] = ValueClass if by == "value" else SizeClass
        return [(one.value, one.label) for one in [*classes][1:] + [*classes][:1]]
    model: type[Team | Segment] = Team if by == "team" else Segment
    return [*model.objects.values_list("id", "name"), (0, f"No {by}")]
