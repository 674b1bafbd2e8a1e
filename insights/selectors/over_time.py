"""How far customers were week by week, all of them and by what they are: sums of rollups.

Customers are counted by the team, segment, stage and classes that they have now, at the distance
that was read of them then, which knew nothing later.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum

from insights.models import BandTotal, DistanceTotal, SizeClass, ValueClass
from insights.mondays import WEEKS, last_monday
from insights.selectors.organisation import CURRENT, Among, comparison_days
from relationships.models import Customer, Segment, Team

BY = ("team", "segment", "stage", "value", "size")
READ_BY_NOW = 0.9
"""Of those counted on one Monday, how many must be on the next: less, and the night is not over."""

Key = int | str
"""A team or segment (0 for none), a stage, or a class."""


@dataclass(frozen=True, slots=True)
class Week:
    """How far the customers were who had been heard from by a day; `far` are drifting or gone."""

    customers: int = 0
    far: int = 0
    distance: float = 0.0

    @property
    def mean(self) -> float | None:
        """Their mean distance; None without customers."""
        return self.distance / self.customers if self.customers else None

    def __add__(self, other: "Week") -> "Week":
        return Week(
            self.customers + other.customers, self.far + other.far, self.distance + other.distance
        )


@dataclass(frozen=True, slots=True)
class Course:
    """What became of some customers' distance, a week for each day."""

    key: Key
    name: str
    weeks: Mapping[date, Week]

    def at(self, day: date) -> Week:
        """Return how far they were on a day."""
        return self.weeks.get(day, Week())


@dataclass(frozen=True, slots=True)
class OverTime:
    """All customers, and the parts of them; `days` are Mondays, the oldest first, and now."""

    days: Sequence[date]
    whole: Course
    parts: Sequence[Course]
    four_weeks_ago: date
    year_ago: date


def over_time(now: datetime, among: Among = CURRENT, by: str = "team") -> OverTime:
    """Return distances over a year by one of `BY`."""
    parts: dict[Key, dict[date, Week]] = defaultdict(dict)
    whole: dict[date, Week] = defaultdict(Week)
    first = last_monday(now) - timedelta(weeks=WEEKS - 1)
    kind = DistanceTotal.By.SIZE if by == "size" else DistanceTotal.By.VALUE
    key = {"team": "team_id", "segment": "segment_id", "stage": "stage"}.get(by, "part")
    rows = (
        DistanceTotal.objects.filter(among.totals(), by=kind, on_date__gte=first)
        .values_list("on_date", key)
        .annotate(Sum("customers"), Sum("far"), Sum("distance"))
        .order_by()
    )
    for day, part, customers, far, distance in rows:
        if customers:
            week = Week(customers, far, float(distance))
            parts[part][day] = week
            whole[day] += week
    month, year = comparison_days(now)
    return OverTime(
        _days(whole, last_monday(now)), Course("", "All", whole), _courses(parts, by), month, year
    )


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
