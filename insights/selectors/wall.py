"""The Wall: touchpoints by month and type, and what was noted beside them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min, Q, QuerySet, Sum

from insights.charts import WallMonth
from insights.lost_doors import Comparison, Flow
from insights.models import MonthlyCare, MonthlyTouchpoints, WallEvent
from insights.months import EARLIEST, Period, months_before, months_between
from insights.selectors.monthly import EVERYBODY, months_of, touchpoints_of_owner
from insights.selectors.organisation import Among
from interactions.models import TouchpointType
from relationships.access import may_see_organisation
from relationships.models import Person
from relationships.prepared import prepared

MONTHS_SHOWN = 36
MONTHS_COMPARED = 3
YEARS_BACK = (2, 1)
"""Years that are looked back to, the first that everything is known of."""

DOORS = (
    TouchpointType.Nature.CONNECTION,
    TouchpointType.Nature.CARE,
    TouchpointType.Nature.PURCHASE,
)
WINDOWS = (
    TouchpointType.Nature.SERVICE,
    TouchpointType.Nature.NEUTRAL,
    TouchpointType.Nature.PURCHASE,
    TouchpointType.Nature.VOICE,
)
"""Digital touchpoints that show what a customer does; campaigns and failures open no window."""


@dataclass(frozen=True, slots=True)
class WallAmong:
    """What the Wall is narrowed to; zero stands for no team, no months for all there are.

    The team is the one of then, everything else as of now.
    """

    team: int | None = None
    channel: str = ""
    months: int | None = MONTHS_SHOWN
    segment: int | None = None
    stage: str = ""
    owner: int | None = None

    @property
    def whose(self) -> Among:
        """Whose touchpoints are asked for."""
        return Among(self.stage, self.team, self.segment, self.owner)


@dataclass(frozen=True, slots=True)
class Wall:
    """The months of the Wall, and its doors and windows against earlier years."""

    months: Sequence[WallMonth]
    comparison: Comparison | None


def wall(today: date, among: WallAmong) -> Wall:
    """Return the Wall by month, and its last whole quarter beside the same months before."""
    types = _types()
    first = months_before(today, among.months - 1) if among.months else None
    needed = months_before(today, 12 * YEARS_BACK[0] + MONTHS_COMPARED + 1)
    counts = _counts(among.whose, today, min(first, needed) if first else None)
    shown = {pk: one for pk, one in types.items() if among.channel in ("", one.channel)}
    return Wall(
        months=_months(_by_mode(counts, shown), first, today),
        comparison=_comparison(counts, types, shown, today),
    )


def wall_by_month(today: date, whose: Among = EVERYBODY) -> list[WallMonth]:
    """Return human and digital touchpoints by month with the customers of `whose`."""
    first = months_before(today, MONTHS_SHOWN - 1)
    if whose.owner is None:
        months = Period(today.replace(day=1), MONTHS_SHOWN).each
        by_mode = {
            month: {"human": human, "digital": everything - human}
            for month, human, everything in _kept_by_mode(whose, tuple(months))
            if everything
        }
        return _months(by_mode, first, today)
    return _months(_by_mode(_counts(whose, today, first), _types()), first, today)


def wall_channels() -> list[str]:
    """Return the channels that touchpoints can come by, bookkeeping aside."""
    counted = TouchpointType.objects.exclude(mode=TouchpointType.Mode.NONE)
    return sorted(set(counted.values_list("channel", flat=True)))


def wall_events(person: Person, team: int | None = None) -> QuerySet[WallEvent]:
    """Return what was noted: all of it, or what is about everyone and one team; oldest first."""
    return noted_events(team) if may_see_organisation(person) else WallEvent.objects.none()


def noted_events(team: int | None = None) -> QuerySet[WallEvent]:
    """Return what was noted, for what only those read who may see the organisation."""
    events = WallEvent.objects.filter(deleted_at=None).select_related("team", "made_by")
    if team is None:
        return events
    return events.filter(Q(team=None) | Q(team_id=team))


def wall_event(person: Person, pk: int, *, is_deleted: bool = False) -> WallEvent | None:
    """Return what was noted by its number, if `person` may see it."""
    if not may_see_organisation(person):
        return None
    events = WallEvent.objects.select_related("team")
    return events.filter(pk=pk, deleted_at__isnull=not is_deleted).first()


def _types() -> dict[int, TouchpointType]:
    """Return the types that the Wall has, bookkeeping aside."""
    return {one.pk: one for one in _counted_types()}


@prepared
def _counted_types() -> QuerySet[TouchpointType]:
    return TouchpointType.objects.exclude(mode=TouchpointType.Mode.NONE)


Counts = Mapping[date, Mapping[int, int]]
"""Touchpoints by the first day of the month and type."""


def _counts(whose: Among, today: date, first: date | None) -> Counts:
    counts: dict[date, dict[int, int]] = defaultdict(dict)
    # The channel and the months shown are chosen from what is found.
    for month, type_id, count in _summed(whose, today.replace(day=1), first):
        if count:
            counts[month][type_id] = count
    return counts


def _summed(whose: Among, last: date, first: date | None) -> list[tuple[date, int, int]]:
    if whose.owner is not None:
        begins = Period(first or EARLIEST, 1).bounds[0]
        return touchpoints_of_owner(whose, begins, Period(last, 1).bounds[1])
    if first is None:
        first = MonthlyTouchpoints.objects.filter(months_of(whose)).aggregate(n=Min("month"))["n"]
    if first is None or first > last:
        return []
    # One by one, for the months of all teams lie between those of one.
    months = Period(last, months_between(first, last) + 1).each
    return _kept(whose, tuple(months))


@prepared
def _kept(whose: Among, months: tuple[date, ...]) -> QuerySet[Any, tuple[date, int, int]]:
    rows = MonthlyTouchpoints.objects.filter(months_of(whose), month__in=months)
    return rows.values_list("month", "type_id").annotate(Sum("count"))


@prepared
def _kept_by_mode(whose: Among, months: tuple[date, ...]) -> QuerySet[Any, tuple[date, int, int]]:
    # A row a month, where counts of touchpoints have one for each type.
    rows = MonthlyCare.objects.filter(months_of(whose), month__in=months)
    return rows.values_list("month").annotate(Sum("human"), Sum("everything")).order_by()


ByMode = Mapping[date, Mapping[str, int]]
"""Touchpoints by the first day of the month and mode."""


def _by_mode(counts: Counts, shown: Mapping[int, TouchpointType]) -> ByMode:
    """Add up what there was of the types shown."""
    found: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for month, of_types in counts.items():
        for type_id, count in of_types.items():
            if type_id in shown:
                found[month][shown[type_id].mode] += count
    return found


def _months(by_mode: ByMode, first: date | None, today: date) -> list[WallMonth]:
    """Return every month from the first in which anything happened, the running one too."""
    known = [month for month in by_mode if first is None or month >= first]
    if not known:
        return []
    months, month = [], min(known)
    while month <= today:
        mode = by_mode.get(month, {})
        running = (month.year, month.month) == (today.year, today.month)
        human, digital = mode.get("human", 0), mode.get("digital", 0)
        months.append(WallMonth(month, human, digital, is_whole=not running))
        month = months_before(month, -1)
    return months


def _comparison(
    counts: Counts, types: Mapping[int, TouchpointType], shown: Collection[int], today: date
) -> Comparison | None:
    """Put the last whole months beside the same ones of the earliest year that is known."""
    if not counts:
        return None
    # The first month may have begun in its middle.
    earliest = months_before(min(counts), -1)
    now = [months_before(today, back) for back in range(MONTHS_COMPARED, 0, -1)]
    for years in YEARS_BACK:
        before = [date(month.year - years, month.month, 1) for month in now]
        if before[0] >= earliest:
            break
    else:
        return None
    flows = [
        Flow(one.label, _sum(counts, before, pk), _sum(counts, now, pk), is_door=_is_door(one))
        for pk, one in types.items()
        if (pk in shown and _is_door(one)) or _is_window(one)
    ]
    return Comparison(before=before, now=now, flows=flows)


def _is_door(one: TouchpointType) -> bool:
    return one.mode == TouchpointType.Mode.HUMAN and one.nature in DOORS


def _is_window(one: TouchpointType) -> bool:
    return one.mode == TouchpointType.Mode.DIGITAL and one.nature in WINDOWS


def _sum(counts: Counts, months: Sequence[date], type_id: int) -> int:
    return sum(counts.get(month, {}).get(type_id, 0) for month in months)
