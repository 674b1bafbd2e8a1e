"""What care is measured by: sums of touchpoints and loops by month and team, from rollups alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from insights.hours import STEPS, Median, median_of
from insights.measures import ALL, CONDITIONS, HEARD
from insights.months import Period
from interactions.models import LoopKind
from relationships.models import Team

_COUNTED = {measure.name.lower(): holds for measure, holds in CONDITIONS.items()} | {
    "heard": HEARD,
    "everything": ALL,
}
_SORT = "({0}::int * 4 + {1}.is_via::int * 2 + {1}.is_template::int)"
"""Type, via and template as one number, by which a hash is made at once."""

# What a type counts by is worked out once for each, not for each of many thousand sums.
_TOUCHPOINTS = f"""
    WITH counted AS MATERIALIZED (
        SELECT {_SORT.format("type.id", "touched")} AS sort,
               {", ".join(f"{holds} AS {name}" for name, holds in _COUNTED.items())}
        FROM interactions_touchpointtype AS type,
             (VALUES (false, false), (false, true), (true, false), (true, true))
                 AS touched (is_via, is_template)
    )
    SELECT month, team_id,
           {", ".join(f"coalesce(sum(count) FILTER (WHERE {name}), 0)" for name in _COUNTED)}
    FROM insights_monthlytouchpoints AS kept
    JOIN counted ON counted.sort = {_SORT.format("kept.type_id", "kept")}
    WHERE month BETWEEN %s AND %s AND (%s::bigint IS NULL OR team_id = %s)
    GROUP BY 1, 2
"""
_LOOPS = f"""
    SELECT month, team_id, kind, opened, closed, in_time,
           CASE WHEN month = ANY(%s) AND kind <> {LoopKind.PROMISE.value} THEN hours END
    FROM insights_monthlyloops
    WHERE month BETWEEN %s AND %s AND (%s::bigint IS NULL OR team_id = %s)
"""
# Found by the index of what is not overdue yet. It is few, and only time makes it less, so that
# no sum of months can know it.
_NOT_DUE = f"""
    SELECT date_trunc('month', opened_at AT TIME ZONE %s)::date, coalesce(team_id, 0), count(*)
    FROM interactions_loop
    WHERE closed_at IS NULL AND overdue_at IS NULL AND due_at > %s
      AND kind = {LoopKind.PROMISE.value}
      AND (%s::bigint IS NULL OR coalesce(team_id, 0) = %s)
    GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Loops:
    """Loops that were opened, and what became of them by now."""

    opened: int = 0
    closed: int = 0
    in_time: int = 0
    hours: tuple[int, ...] = ()

    def __add__(self, other: Self) -> "Loops":
        """Add up; steps of hours one by one."""
        hours = self.hours or other.hours
        if self.hours and other.hours:
            hours = tuple(map(sum, zip(self.hours, other.hours, strict=True)))
        return Loops(
            self.opened + other.opened,
            self.closed + other.closed,
            self.in_time + other.in_time,
            hours,
        )

    @property
    def open(self) -> int:
        """Those nobody has closed yet."""
        return self.opened - self.closed

    @property
    def median(self) -> Median | None:
        """Within how long half of the closed ones were closed."""
        return median_of(self.hours or (0,) * STEPS)


@dataclass(frozen=True, slots=True)
class Sums:
    """What was counted in some months, of some teams."""

    said: int = 0
    shown: int = 0
    noise: int = 0
    via: int = 0
    asked: int = 0
    heard: int = 0
    everything: int = 0
    questions: Loops = field(default_factory=Loops)
    complaints: Loops = field(default_factory=Loops)
    failures: Loops = field(default_factory=Loops)
    promises: Loops = field(default_factory=Loops)
    not_due: int = 0

    @property
    def told(self) -> Loops:
        """What customers told us and wait to hear about: questions and complaints."""
        return self.questions + self.complaints

    @property
    def mess_ups(self) -> Loops:
        """What went wrong and is to be made right: failures and complaints."""
        return self.failures + self.complaints

    @property
    def due(self) -> int:
        """Promises whose time has come."""
        return max(self.promises.opened - self.not_due, self.promises.closed)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened at all."""
        return not (self.everything or self.told.opened or self.mess_ups.opened or self.due)


_KINDS = {
    LoopKind.QUESTION: "questions",
    LoopKind.COMPLAINT: "complaints",
    LoopKind.FAILURE: "failures",
    LoopKind.PROMISE: "promises",
}
_ZEROS = Sums()
Cell = tuple[date, int]
"""A month and a team, 0 for none."""


@dataclass(frozen=True, slots=True)
class Care:
    """Sums by month and team, and the names of the teams."""

    cells: Mapping[Cell, Sums]
    names: Mapping[int, str]
    # Seven cards ask for the same sums.
    _known: dict[tuple[Period, int | None], Sums] = field(default_factory=dict, repr=False)

    def of(self, period: Period, team: int | None = None) -> Sums:
        """Add up some months, of one team or of all."""
        asked = period, team
        if asked not in self._known:
            months = set(period.each)
            self._known[asked] = _added(
                sums
                for (month, of_team), sums in self.cells.items()
                if month in months and team in (None, of_team)
            )
        return self._known[asked]

    def teams(self, period: Period) -> Sequence[tuple[int, str]]:
        """Return the teams of which something was counted, by name; none comes last."""
        months = set(period.each)
        found = {
            team
            for (month, team), sums in self.cells.items()
            if month in months and not sums.is_empty
        }
        named = [(team, self.name_of(team)) for team in found]
        return sorted(named, key=lambda one: (one[0] == 0, one[1].casefold(), one[0]))

    def name_of(self, team: int) -> str:
        """Return what a team is called."""
        return self.names.get(team, "A team that is gone" if team else "No team")


def care(
    periods: Sequence[Period],
    *,
    trend: Period,
    team: int | None,
    now: datetime,
    names: Mapping[int, str] | None = None,
) -> Care:
    """Return what was counted from the earliest of some months to the last.

    How long things took is known in `periods` alone: `trend` is for the rest. `names` of the
    teams are looked up unless they are given.
    """
    first = min(period.first for period in (*periods, trend))
    last = max(period.last for period in (*periods, trend))
    exact = sorted({month for period in periods for month in period.each})
    found: dict[Cell, dict[str, int | Loops]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHPOINTS, [first, last, team, team])
        for month, of_team, *counts in cursor.fetchall():
            found[month, of_team].update(zip(_COUNTED, map(int, counts), strict=True))
        cursor.execute(_LOOPS, [exact, first, last, team, team])
        for month, of_team, kind, opened, closed, in_time, hours in cursor.fetchall():
            loops = Loops(opened, closed, in_time, tuple(hours or ()))
            found[month, of_team][_KINDS[LoopKind(kind)]] = loops
        for cell, number in _promises_not_due(cursor, team, now).items():
            if first <= cell[0] <= last:
                found[cell]["not_due"] = number
    cells = {cell: Sums(**sums) for cell, sums in found.items()}  # type: ignore[arg-type]
    return Care(cells, team_names() if names is None else names)


def team_names() -> dict[int, str]:
    """Return what each team is called."""
    return dict(Team.objects.values_list("pk", "name"))


def _promises_not_due(cursor: CursorWrapper, team: int | None, now: datetime) -> dict[Cell, int]:
    cursor.execute(_NOT_DUE, [settings.TIME_ZONE, now, team, team])
    return {(month, of_team): number for month, of_team, number in cursor.fetchall()}


def _added(sums: Iterable[Sums]) -> Sums:
    listed = list(sums)
    names = [one.name for one in fields(Sums)]
    return Sums(
        **{
            name: sum((getattr(one, name) for one in listed), getattr(_ZEROS, name))
            for name in names
        }
    )
