"""In their shoes: a customer's last months as they went through them, and how often we met."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median_low

from django.utils import timezone

from interactions.models import TouchpointType
from interactions.selectors.shoes import Counted, Wait, counted, waits
from relationships.models import Customer

PERIODS = (90, 365)
"""Days that can be looked back on; the last is usual."""

RHYTHM_WEEKS = 53


@dataclass(frozen=True, slots=True)
class Waited:
    """What they waited for since a day; `waiting` is what they wait for now, since whenever."""

    kinds: Mapping[int, int]
    settled: int
    median: timedelta | None
    longest: Wait | None
    late: int
    waiting: Sequence[Wait]


@dataclass(frozen=True, slots=True)
class MetPerson:
    """One of us whom they met, how often and when last; `person_id` is None for nobody named."""

    person_id: int | None
    name: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """How much happened on a day with people, and on screens."""

    human: int = 0
    digital: int = 0


@dataclass(frozen=True, slots=True)
class Shoes:
    """What a customer went through since a day, counted.

    `rhythm` has the last year by day, also before that day; `of_ours` everyone of us who was ever
    there. With `is_cut` there is more than was counted, and `since` is where counting began.
    """

    days: int
    since: date
    waited: Waited
    told_again: Mapping[str, int]
    came_back: int
    unasked: int
    said: int
    met: Sequence[MetPerson]
    human: int
    digital: int
    rhythm: Mapping[date, DayOfYear] = field(default_factory=dict)
    of_ours: Mapping[int, str] = field(default_factory=dict)
    has_history: bool = False
    is_cut: bool = False

    @property
    def repeated(self) -> int:
        """How often they had to repeat themselves."""
        return sum(self.told_again.values()) + self.came_back

    @property
    def happened(self) -> int:
        """How much happened, with people and on screens."""
        return self.human + self.digital


def first_day(days: int, now: datetime) -> date:
    """Return the first of the last so many days, for whoever looks."""
    return timezone.localdate(now) - timedelta(days=days)


def rhythm_from(now: datetime) -> date:
    """Return the Monday on which the year of days begins."""
    today = timezone.localdate(now)
    return today - timedelta(days=today.weekday(), weeks=RHYTHM_WEEKS - 1)


def starts_at(day: date) -> datetime:
    """Return when a day begins for whoever looks."""
    return timezone.make_aware(datetime.combine(day, time()))


def shoes(
    customer: Customer, *, days: int, now: datetime, later_than: datetime | None = None
) -> Shoes:
    """Return what a customer went through; only what is `later_than` a moment is counted."""
    start, begins = first_day(days, now), rhythm_from(now)
    rows = counted(customer, since=starts_at(min(start, begins)), later_than=later_than)
    is_cut = later_than is not None and later_than >= starts_at(start)
    since = _next_day(later_than, now) if later_than and is_cut else start
    recent = [row for row in rows if row.day is not None and row.day >= since]
    found = waits(customer)
    told_again = Counter[str]()
    for row in recent:
        if row.repeated:
            told_again[row.repeated] += row.number
    return Shoes(
        days=days,
        since=since,
        waited=_waited(found, starts_at(since), now),
        told_again=told_again,
        came_back=sum(wait.is_return and wait.opened_at >= starts_at(since) for wait in found),
        unasked=_number(row for row in recent if row.is_unasked),
        said=_number(row for row in recent if row.is_said),
        met=_met(row for row in recent if row.is_met),
        human=_number(row for row in recent if row.mode == TouchpointType.Mode.HUMAN),
        digital=_number(row for row in recent if row.mode == TouchpointType.Mode.DIGITAL),
        rhythm=_rhythm(rows, begins),
        of_ours=_of_ours(rows),
        has_history=bool(rows or found),
        is_cut=is_cut,
    )


def _next_day(moment: datetime, now: datetime) -> date:
    """Return the first day of which all is counted."""
    return min(timezone.localdate(moment) + timedelta(days=1), timezone.localdate(now))


def _number(rows: Iterable[Counted]) -> int:
    return sum(row.number for row in rows)


def _waited(found: Sequence[Wait], since: datetime, now: datetime) -> Waited:
    recent = [wait for wait in found if wait.opened_at >= since]
    lengths = [wait.closed_at - wait.opened_at for wait in recent if wait.closed_at]
    return Waited(
        kinds=Counter(wait.kind for wait in recent),
        settled=len(lengths),
        median=median_low(lengths) if lengths else None,
        longest=max(
            recent, key=lambda wait: (wait.closed_at or now) - wait.opened_at, default=None
        ),
        late=sum((wait.closed_at or now) > wait.due_at for wait in recent),
        waiting=sorted(
            (wait for wait in found if wait.closed_at is None), key=lambda wait: wait.opened_at
        ),
    )


def _met(rows: Iterable[Counted]) -> list[MetPerson]:
    """Return whom of us they met, those met most often first, nobody named last."""
    people: dict[int | None, MetPerson] = {}
    for row in rows:
        known = people.get(row.person_id)
        people[row.person_id] = MetPerson(
            row.person_id,
            row.person,
            row.number + (known.times if known else 0),
            max(row.last_at, known.last_at) if known else row.last_at,
        )
    return sorted(
        people.values(),
        key=lambda one: (one.person_id is None, -one.times, -one.last_at.timestamp()),
    )


def _rhythm(rows: Iterable[Counted], begins: date) -> dict[date, DayOfYear]:
    days: dict[date, Counter[str]] = {}
    for row in rows:
        if row.day is not None and row.day >= begins:
            days.setdefault(row.day, Counter())[row.mode] += row.number
    mode = TouchpointType.Mode
    return {
        day: DayOfYear(by_mode[mode.HUMAN], by_mode[mode.DIGITAL]) for day, by_mode in days.items()
    }


def _of_ours(rows: Iterable[Counted]) -> dict[int, str]:
    people = {row.person_id: row.person for row in rows if row.person_id is not None and row.person}
    return dict(sorted(people.items(), key=lambda one: one[1].casefold()))
