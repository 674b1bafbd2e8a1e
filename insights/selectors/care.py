"""What care is measured by: sums of touchpoints and loops by month and team."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import Flag, auto
from typing import Any, Self, TypeVar

from insights.care_columns import COLUMNS
from insights.hours import STEPS, Median, median_of
from insights.months import Period, months_between
from insights.selectors import monthly
from insights.selectors.monthly import EVERYBODY
from insights.selectors.organisation import Among, team_names
from interactions.models import LoopKind


class Part(Flag):
    """What of care is asked for beside sums by month: the less, the sooner it is there."""

    NOT_DUE = auto()
    HOURS = auto()
    TEAMS = auto()

    ALL_TOLD = NOT_DUE | HOURS
    """All there is, but not of each team."""

    EVERYTHING = ALL_TOLD | TEAMS


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
    human: int = 0
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
Key = TypeVar("Key", bound=Hashable)
"""A month, or a team, 0 for none."""


@dataclass(frozen=True, slots=True)
class Care:
    """Sums by month, and of the months asked about also by team, 0 for none.

    How long things took is known of the months asked about alone, of all their teams together.
    """

    asked: Period
    sums: Sums
    by_month: Mapping[date, Sums]
    by_team: Mapping[int, Sums]
    names: Mapping[int, str]
    # Seven cards ask for the same sums.
    _known: dict[Period, Sums] = field(default_factory=dict, repr=False)

    def of(self, period: Period) -> Sums:
        """Add up some months."""
        if period == self.asked:
            return self.sums
        if period not in self._known:
            self._known[period] = _added(self.by_month, period)
        return self._known[period]

    def teams(self) -> Sequence[tuple[int, str]]:
        """Return the teams of which something was counted, by name; none comes last."""
        named = [
            (team, self.name_of(team)) for team, sums in self.by_team.items() if not sums.is_empty
        ]
        return sorted(named, key=lambda one: (one[0] == 0, one[1].casefold(), one[0]))

    def name_of(self, team: int) -> str:
        """Return what a team is called."""
        return self.names.get(team, "A team that is gone" if team else "No team")


def care(
    asked: Period,
    *,
    first: date | None = None,
    among: Among = EVERYBODY,
    now: datetime,
    names: Mapping[int, str] | None = None,
    parts: Part,
) -> Care:
    """Return what was counted in some months, and in those before them since `first`.

    `names` of the teams are looked up unless they are given.
    """
    first = min(first or asked.first, asked.first)
    known = Period(asked.last, months_between(first, asked.last) + 1)
    months, teams = _counted(among, known, asked, parts)
    not_due = monthly.promises_not_due(among, known, now) if Part.NOT_DUE in parts else {}
    by_month = _with_not_due(months, ((month, number) for (month, _), number in not_due.items()))
    asked_of = ((team, n) for (month, team), n in not_due.items() if month >= asked.first)
    by_team = _with_not_due(teams, asked_of) if Part.TEAMS in parts else {}
    sums = _added(by_month, asked)
    if Part.HOURS in parts:
        sums = _with_hours(sums, monthly.hours_by_kind(among, asked))
    return Care(asked, sums, by_month, by_team, team_names() if names is None else names)


def _counted(
    among: Among, known: Period, asked: Period, parts: Part
) -> tuple[dict[date, Sums], dict[int, Sums]]:
    """Return the sums of all months, and of those asked about by team."""
    if among.owner is None:
        months = monthly.care_by_month(among, known.each)
        teams = monthly.care_by_team(among, asked.each) if Part.TEAMS in parts else {}
        return (
            {month: _sums(row) for month, row in months.items()},
            {team: _sums(row) for team, row in teams.items()},
        )
    by_month: dict[date, list[Sums]] = defaultdict(list)
    by_team: dict[int, list[Sums]] = defaultdict(list)
    for (month, team), row in monthly.care_by_month_and_team(among, known).items():
        by_month[month].append(_sums(row))
        if month >= asked.first:
            by_team[team].append(_sums(row))
    return (
        {month: _together(some) for month, some in by_month.items()},
        {team: _together(some) for team, some in by_team.items()},
    )


def _sums(row: monthly.Sums) -> Sums:
    """Make sums of a row, of which each kind of loop has three columns."""
    numbers: dict[str, Any] = dict(zip(COLUMNS, row, strict=True))
    for kind in _KINDS.values():
        parts = (numbers.pop(f"{kind}{what}") for what in ("", "_closed", "_in_time"))
        numbers[kind] = Loops(*parts)
    return Sums(**numbers)


def _with_not_due(sums: Mapping[Key, Sums], numbers: Iterable[tuple[Key, int]]) -> dict[Key, Sums]:
    added: Counter[Key] = Counter()
    for key, number in numbers:
        added[key] += number
    # What is recorded and still waits to be counted may be alone in its month.
    return {key: replace(sums.get(key, _ZEROS), not_due=added[key]) for key in [*sums, *added]}


def _with_hours(sums: Sums, hours: Mapping[int, tuple[int, ...]]) -> Sums:
    names = {_KINDS[LoopKind(kind)]: steps for kind, steps in hours.items()}
    loops = {name: replace(getattr(sums, name), hours=steps) for name, steps in names.items()}
    return replace(sums, **loops)


def _added(by_month: Mapping[date, Sums], period: Period) -> Sums:
    return _together([by_month[month] for month in period.each if month in by_month])


def _together(some: Sequence[Sums]) -> Sums:
    names = [one.name for one in fields(Sums)]
    return Sums(
        **{name: sum((getattr(one, name) for one in some), getattr(_ZEROS, name)) for name in names}
    )
