"""What changed since last week: for a few customers with reasons, and the list of who changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Self

from django.db.models import Q, QuerySet
from django.utils import timezone

from insights.models import HAS_CHANGED, LEAST_CHANGE, Reading
from insights.mondays import UNKNOWN, WEEKS, days_of, last_monday, weeks_between
from insights.scoring.altered import cut_off
from insights.scoring.changed import Change, Since, changes, sentence
from insights.selectors.histories import MOST_READ, Histories, histories_of, long_histories
from insights.selectors.orders import NAMED, WHOSE
from insights.selectors.reasons import PART_LABELS, facts_of
from interactions.models import Loop, LoopKind
from interactions.selectors import MESS_UPS
from relationships.access import customer_scope
from relationships.models import Person
from relationships.numbers import two_numbers
from relationships.prepared import prepared

PAGE_SIZE = 20
FOLDED_AT_ONCE = 50
"""Customers whose touchpoints are in memory together: a million at most."""

MOST_COUNTED = 1_000
"""Whoever has more does not need to know how many."""

_READ = (*(field.name for field in Reading._meta.concrete_fields), *NAMED)
"""All of a reading, for its reasons are told; of whom it is of no more than their names."""

FURTHER, NEARER = "further", "nearer"
SIGNS = {FURTHER: 1, NEARER: -1}


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed about one customer since a Monday; `parts_then` add up to `distance_then`."""

    since: datetime
    distance_then: float | None
    distance_now: float | None
    parts_then: Mapping[str, float]
    changes: Sequence[Change]
    sentence: str

    @property
    def points(self) -> int | None:
        """How much further, as the page shows it; None where there is nothing to compare."""
        if self.distance_then is None or self.distance_now is None:
            return None
        return round(self.distance_now) - round(self.distance_then)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the list is narrowed to; zero stands for customers who have none."""

    direction: str = FURTHER
    stage: str = ""
    team: int | None = None
    owner: int | None = None
    segment: int | None = None

    @property
    def sign(self) -> int:
        """1 for further, -1 for nearer."""
        return SIGNS[self.direction]

    @property
    def has_filters(self) -> bool:
        """Whether anything but the direction is chosen."""
        chosen = (self.team, self.owner, self.segment)
        return bool(self.stage) or any(one is not None for one in chosen)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list: who comes after it changed less, or as much with a larger id."""

    points: int
    customer_id: int

    def __str__(self) -> str:
        return f"{self.points}_{self.customer_id}"

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """Read a place from a page's address; None when it means nothing."""
        place = two_numbers(key, "_")
        # Points have three digits at most.
        return cls(*place) if place and key.index("_") <= 3 else None


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Some who changed, the most first, each with reasons; and the places before and after."""

    since: datetime
    readings: Sequence[Reading]
    changed: Mapping[int, Changed]
    before: Place | None
    after: Place | None


def since_last_week(now: datetime) -> datetime:
    """Return the last Monday (its midnight, UTC) that is at least a week ago.

    >>> str(since_last_week(datetime(2026, 11, 25, 9, tzinfo=UTC)))
    '2026-11-16 00:00:00+00:00'
    """
    return datetime.combine(last_monday(now) - timedelta(weeks=1), time(), tzinfo=UTC)


def changed_since(
    readings: Sequence[Reading], *, now: datetime, histories: Histories | None = None
) -> dict[int, Changed]:
    """Return what changed about a few customers, by id, since the Monday of last week.

    Their histories up to then are folded through the lens of now, so that what differs is what
    happened and not how it is seen. `histories` are that of the only one of them.
    Who has too long a history is only compared with what is remembered of that Monday.
    """
    since = since_last_week(now)
    long = long_histories([one.pk for one in readings]) if histories is None else {}
    found = {one.pk: _remembered(one, since) for one in readings if one.pk in long}
    rest = [one for one in readings if one.pk not in long]
    for start in range(0, len(rest), FOLDED_AT_ONCE):
        found |= _folded(rest[start : start + FOLDED_AT_ONCE], since, now, histories)
    return found


def _folded(
    readings: Sequence[Reading], since: datetime, now: datetime, histories: Histories | None
) -> dict[int, Changed]:
    """Compare with a fold of what had happened by then."""
    ids = [reading.pk for reading in readings]
    known = histories or histories_of(ids)
    past = cut_off(known.events, days_of(since))
    states = known.lens.fold(past, known.profiles)
    then = known.lens.read(states, days_of(since), known.profiles)
    opened, healed = _mess_ups(ids, since)
    today = timezone.localdate(now)
    found = {}
    for row, reading in enumerate(readings):
        is_active_since = reading.last_at is not None and reading.last_at >= since
        facts = Since(
            day=since.date(),
            today=today,
            active_on=timezone.localdate(reading.last_at) if is_active_since else None,
            opened=opened.get(reading.pk, ()),
            healed=healed.get(reading.pk, ()),
        )
        found[reading.pk] = _changed(then.row(row), reading, since, facts)
    return found


def _remembered(reading: Reading, since: datetime) -> Changed:
    """Compare with the byte of that Monday, without reasons."""
    on = reading.history_on
    back = weeks_between(since.date(), on) if on else WEEKS
    history = bytes(reading.history)
    is_kept = len(history) == WEEKS and 0 <= back < WEEKS
    then = history[WEEKS - 1 - back] if is_kept else UNKNOWN
    return Changed(
        since=since,
        distance_then=None if then == UNKNOWN else float(then),
        distance_now=reading.distance,
        parts_then={},
        changes=[],
        sentence=f"They have had more than {MOST_READ:,} touchpoints, too many to say here what "
        "moved the distance.",
    )


def _changed(then: dict[str, Any], reading: Reading, since: datetime, facts: Since) -> Changed:
    now = facts_of(reading)
    both_known = then["known"] and now["known"]
    found = changes(then, now, facts) if both_known else []
    return Changed(
        since=since,
        distance_then=then["distance"] if then["known"] else None,
        distance_now=reading.distance,
        parts_then={name: then[f"part_{name}"] for name in PART_LABELS} if then["known"] else {},
        changes=found,
        sentence=sentence(then, now, found, facts),
    )


MessUps = dict[int, list[tuple[str, Any]]]


def _mess_ups(ids: Sequence[int], since: datetime) -> tuple[MessUps, MessUps]:
    """Return the mess-ups of these customers opened since and still open, and those healed."""
    opened: MessUps = {}
    healed: MessUps = {}
    for loop in _mess_ups_since(tuple(ids), since) if ids else []:
        side = opened if loop.closed_at is None else healed
        what = LoopKind(loop.kind).label.lower(), timezone.localdate(loop.opened_at)
        side.setdefault(loop.customer_id, []).append(what)
    return opened, healed


@prepared
def _mess_ups_since(ids: tuple[int, ...], since: datetime) -> QuerySet[Loop]:
    loops = Loop.objects.filter(customer__in=ids, kind__in=MESS_UPS).filter(
        Q(opened_at__gte=since, closed_at__isnull=True)
        | Q(opened_at__lt=since, closed_at__gte=since)
    )
    return loops.order_by("opened_at", "pk")


def changes_page(
    person: Person,
    narrowing: Narrowing,
    *,
    now: datetime,
    after: Place | None = None,
    before: Place | None = None,
    size: int = PAGE_SIZE,
) -> ChangesPage:
    """Return a page of the customers `person` may see whose distance changed since last week.

    Who comes in is decided by the distances that readings remember; only the histories of those on
    the page are read. Until the first night of a week readings remember the week before.
    """
    is_back = before is not None and after is None
    place = before if is_back else after
    walk = _first if size == PAGE_SIZE else _moved
    found = list(walk(person, narrowing, place, is_back=is_back)[: size + 1])
    has_more, found = len(found) > size, found[:size]
    if is_back:
        found.reverse()
    has_before, has_after = (has_more, True) if is_back else (after is not None, has_more)
    changed = changed_since(found, now=now)
    return ChangesPage(
        since=since_last_week(now),
        readings=_most_first(found, changed, narrowing.sign),
        changed=changed,
        before=_place(found[0]) if found and has_before else None,
        after=_place(found[-1]) if found and has_after else None,
    )


def everyone_changed(
    person: Person, narrowing: Narrowing, *, now: datetime, at_once: int
) -> Iterator[tuple[Reading, Changed]]:
    """Yield everyone of all pages, reading the histories of a few at a time.

    Who they are is asked once, so that nobody comes twice or not at all who moves meanwhile.
    """
    moved = _moved(person, narrowing)
    ids = list(moved.values_list("pk", flat=True))
    for start in range(0, len(ids), at_once):
        found = list(moved.filter(pk__in=ids[start : start + at_once]))
        changed = changed_since(found, now=now)
        for reading in _most_first(found, changed, narrowing.sign):
            yield reading, changed[reading.pk]


def _most_first(
    readings: Sequence[Reading], changed: Mapping[int, Changed], sign: int
) -> list[Reading]:
    """Put a page into the order of the changes told.

    A past Monday was remembered as it was read then; the population has moved a little since.
    """
    return sorted(readings, key=lambda one: -sign * (changed[one.pk].points or 0))


def changes_counted(person: Person, narrowing: Narrowing) -> dict[str, int]:
    """Return how many came further and how many nearer, up to one more than are counted."""
    return {
        direction: len(_few_moved(person, replace(narrowing, direction=direction)))
        for direction in SIGNS
    }


@prepared
def _few_moved(person: Person, narrowing: Narrowing) -> QuerySet[Reading, int]:
    """Return who moved that way, of very many as many as are counted and one more."""
    moved = _moved(person, narrowing).order_by()
    return moved.values_list("pk", flat=True)[: MOST_COUNTED + 1]


def _narrowed(person: Person, narrowing: Narrowing) -> QuerySet[Reading]:
    readings = Reading.objects.filter(HAS_CHANGED, customer_scope(person))
    if narrowing.stage:
        readings = readings.filter(stage=narrowing.stage)
    for name in ("team", "owner", "segment"):
        choice = getattr(narrowing, name)
        if choice is not None:
            readings = readings.filter(**{f"{name}_id": choice or None})
    return readings


def _moved(
    person: Person, narrowing: Narrowing, place: Place | None = None, *, is_back: bool = False
) -> QuerySet[Reading]:
    """Return who moved that way behind a place, or those before it, the nearest to it first."""
    is_further = narrowing.sign > 0
    way = "gte" if is_further else "lte"
    readings = _narrowed(person, narrowing).filter(
        **{f"since_last_week__{way}": narrowing.sign * LEAST_CHANGE}
    )
    is_falling = is_further is not is_back
    if place is not None:
        points = narrowing.sign * place.points
        readings = readings.filter(
            Q(**{f"since_last_week__{'lt' if is_falling else 'gt'}": points})
            | Q(
                **{"since_last_week": points, f"pk__{'lt' if is_back else 'gt'}": place.customer_id}
            )
        )
    readings = readings.select_related(*WHOSE).only(*_READ)
    order = "-since_last_week" if is_falling else "since_last_week"
    return readings.order_by(order, "-pk" if is_back else "pk")


@prepared
def _first(
    person: Person, narrowing: Narrowing, place: Place | None, *, is_back: bool
) -> QuerySet[Reading]:
    """Return the first of them, as many as a page asks for."""
    return _moved(person, narrowing, place, is_back=is_back)[: PAGE_SIZE + 1]


def _place(reading: Reading) -> Place:
    return Place(abs(reading.since_last_week), reading.pk)
