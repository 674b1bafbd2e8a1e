"""What is behind a number of care: its loops, or the customers whose touchpoints it counts.

Loops are read by when they were opened. Touchpoints are not searched: sums say which teams had any
in which month, traces lead to the customers of those, and the timelines of those on the page alone
are counted. Of an owner's customers all timelines are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.db.models import F, Q, Sum

from insights.measures import CONDITIONS, Measure
from insights.models import MonthlyCare, Reading
from insights.months import Period
from insights.selectors.monthly import EVERYBODY, months_by_team, whose_sql
from insights.selectors.organisation import Among
from interactions.models import Loop, LoopKind
from relationships import access
from relationships.models import Customer, Person
from relationships.numbers import LARGEST_ID, whole_number

PAGE_SIZE = 50

EXPECTED = 2 * PAGE_SIZE
"""Touchpoints that the months and teams looked through first should have."""

WIDER = 8
"""How many times as much is looked through where those led to too few customers."""


# Of each team and month: a piece of the index, read from its end.
_TRACES = f"""
    SELECT wanted.month, wanted.team_id, found.customer_id
    FROM unnest(%(months)s::date[], %(teams)s::bigint[]) AS wanted (month, team_id), LATERAL (
        SELECT customer_id FROM insights_caretrace AS trace
        WHERE measure = %(measure)s AND month = wanted.month AND team_id = wanted.team_id
          AND customer_id < CASE WHEN (wanted.month, wanted.team_id) = (%(month)s, %(team_id)s)
                            THEN %(customer_id)s ELSE {LARGEST_ID} END
          {{among}}
        ORDER BY customer_id DESC LIMIT %(limit)s
    ) AS found
    ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT %(limit)s
"""
_AMONG = """
    AND EXISTS (
        SELECT FROM insights_reading WHERE customer_id = trace.customer_id AND {whose}
    )
"""
_COUNTED = """
    SELECT wanted.month, wanted.team_id, wanted.customer_id, count(*), max(touched.occurred_at),
           (array_agg(touched.id ORDER BY touched.occurred_at DESC, touched.id DESC))[1]
    FROM unnest(%s::date[], %s::bigint[], %s::bigint[]) AS wanted (month, team_id, customer_id)
    CROSS JOIN LATERAL (
        SELECT id, occurred_at, type_id, via <> '' AS is_via, is_template
        FROM interactions_touchpoint
        WHERE customer_id = wanted.customer_id AND deleted_at IS NULL
          AND coalesce(team_id, 0) = wanted.team_id
          AND occurred_at >= wanted.month::timestamp AT TIME ZONE %s
          AND occurred_at < (wanted.month + interval '1 month') AT TIME ZONE %s
    ) AS touched
    JOIN interactions_touchpointtype AS type ON type.id = touched.type_id
    WHERE {holds}
    GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2 DESC, 3 DESC
"""
_OF_OWNER = """
    WITH theirs AS MATERIALIZED (SELECT customer_id FROM insights_reading WHERE {whose})
    SELECT * FROM (
        SELECT touched.month, touched.team_id, touched.customer_id, count(*),
               max(touched.occurred_at),
               (array_agg(touched.id ORDER BY touched.occurred_at DESC, touched.id DESC))[1]
        FROM (
            SELECT id, customer_id, occurred_at, type_id, via <> '' AS is_via, is_template,
                   date_trunc('month', occurred_at AT TIME ZONE %(zone)s)::date AS month,
                   coalesce(team_id, 0) AS team_id
            FROM theirs JOIN interactions_touchpoint USING (customer_id)
            WHERE deleted_at IS NULL AND occurred_at >= %(begins)s AND occurred_at < %(ends)s
        ) AS touched
        JOIN interactions_touchpointtype AS type ON type.id = touched.type_id
        WHERE {holds} AND (%(team)s::bigint IS NULL OR touched.team_id = %(team)s)
        GROUP BY 1, 2, 3
    ) AS found
    WHERE (month, team_id, customer_id) < (%(month)s, %(team_id)s, %(customer_id)s)
    ORDER BY month DESC, team_id DESC, customer_id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class MonthPlace:
    """The last line of a page: a customer of a team in a month."""

    month: date
    team_id: int
    customer_id: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read it as it was written; None for nonsense."""
        try:
            month, team_id, customer_id = text.split("_")
            return cls(date.fromisoformat(month), _number(team_id), _number(customer_id))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.month.isoformat()}_{self.team_id}_{self.customer_id}"


@dataclass(frozen=True, slots=True)
class LoopPlace:
    """The last line of a page: a loop and when it was opened."""

    opened_at: datetime
    loop_id: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read it as it was written; None for nonsense."""
        try:
            microseconds, loop_id = map(_number, text.split("_"))
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
            return cls(moment, loop_id)
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        since = self.opened_at - datetime(1970, 1, 1, tzinfo=UTC)
        return f"{since // timedelta(microseconds=1)}_{self.loop_id}"


def _number(text: str) -> int:
    """Read a number that a row can have."""
    number = whole_number(text)
    if number is None:
        raise ValueError(f"{text!r} is no number of ours")
    return number


@dataclass(frozen=True, slots=True)
class CustomerMonth:
    """What one customer had in a month that a measure counts."""

    month: date
    team_id: int
    customer: Customer
    touchpoints: int
    last_at: datetime
    newest_id: int


@dataclass(frozen=True, slots=True)
class CustomersPage:
    """Some of the customers behind a number, and the place after which there are more."""

    lines: Sequence[CustomerMonth]
    older: MonthPlace | None


@dataclass(frozen=True, slots=True)
class LoopsPage:
    """Some of the loops behind a number, and the place after which there are more."""

    loops: Sequence[Loop]
    older: LoopPlace | None


def customers_behind(
    person: Person,
    measure: Measure,
    period: Period,
    *,
    among: Among = EVERYBODY,
    after: MonthPlace | None = None,
) -> CustomersPage:
    """Return customers with what they had of a measure, month by month, the newest first."""
    # Of a place after the last month the index would be read from there.
    place = after or MonthPlace(period.last, LARGEST_ID, LARGEST_ID)
    if among.owner is not None:
        rows = _of_owner(measure, period, among, place)
        found = [(month, team, customer) for month, team, customer, *_ in rows]
        lines = _lines(person, rows[:PAGE_SIZE])
    else:
        found = _traces(measure, period, among, place)
        lines = _lines(person, _counted(measure, found[:PAGE_SIZE]))
    last = MonthPlace(*found[PAGE_SIZE - 1]) if len(found) > PAGE_SIZE else None
    return CustomersPage(lines, last)


def _traces(
    measure: Measure, period: Period, among: Among, place: MonthPlace
) -> list[tuple[date, int, int]]:
    """Return one more than a page holds, of the months and teams of which something is counted."""
    condition, given = whose_sql(among)
    sql = _TRACES.format(among="" if condition == "true" else _AMONG.format(whose=condition))
    given |= {
        "measure": measure.value, "month": place.month, "team_id": place.team_id,
        "customer_id": place.customer_id, "limit": PAGE_SIZE + 1,
    }  # fmt: skip
    cells = _cells(measure, period, among, place)
    found, expected = list[tuple[date, int, int]](), EXPECTED
    while cells and len(found) <= PAGE_SIZE:
        taken = _first(cells, expected)
        months, teams = ([cell[at] for cell in cells[:taken]] for at in (0, 1))
        with connection.cursor() as cursor:
            cursor.execute(sql, {**given, "months": months, "teams": teams})
            found += cursor.fetchall()
        cells, expected = cells[taken:], expected * WIDER
    return found[: PAGE_SIZE + 1]


def _cells(
    measure: Measure, period: Period, among: Among, place: MonthPlace
) -> list[tuple[date, int, int]]:
    """Return months and teams that had anything of a measure, with how much, the newest first."""
    rows = MonthlyCare.objects.filter(months_by_team(among), month__in=period.each)
    counts = rows.values_list("month", "team_id").annotate(n=Sum(measure.name.lower()))
    cells = [cell for cell in counts if cell[2] and cell[:2] <= (place.month, place.team_id)]
    return sorted(cells, reverse=True)


def _first(cells: Sequence[tuple[date, int, int]], expected: int) -> int:
    """Return how many of these to look through to find so much."""
    total = 0
    for number, (*_, count) in enumerate(cells, start=1):
        total += count
        if total >= expected:
            return number
    return len(cells)


def _of_owner(
    measure: Measure, period: Period, among: Among, place: MonthPlace
) -> list[tuple[Any, ...]]:
    """Return one line more than a page holds, from the timelines of an owner's customers."""
    condition, given = whose_sql(among)
    begins, ends = period.bounds
    given |= {
        "begins": begins, "ends": ends, "zone": settings.TIME_ZONE, "team": among.team,
        "month": place.month, "team_id": place.team_id, "customer_id": place.customer_id,
        "limit": PAGE_SIZE + 1,
    }  # fmt: skip
    with connection.cursor() as cursor:
        sql = _OF_OWNER.format(whose=condition, holds=CONDITIONS[measure])
        cursor.execute(sql, given)
        return cursor.fetchall()


def _counted(measure: Measure, traces: Sequence[tuple[date, int, int]]) -> list[tuple[Any, ...]]:
    """Count what traces lead to; those that lead nowhere any more are left out."""
    if not traces:
        return []
    columns = [list(column) for column in zip(*traces, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTED.format(holds=CONDITIONS[measure]), [*columns, *[settings.TIME_ZONE] * 2]
        )
        return cursor.fetchall()


def _lines(person: Person, rows: Sequence[tuple[Any, ...]]) -> list[CustomerMonth]:
    """Return what was counted of those customers that `person` may see."""
    visible = access.customers_visible_to(person)
    customers = visible.in_bulk({customer for _, _, customer, *_ in rows}) if rows else {}
    return [
        CustomerMonth(month, team, customers[customer], count, last_at, newest)
        for month, team, customer, count, last_at, newest in rows
        if customer in customers
    ]


_STATES = {
    "closed": Q(closed_at__isnull=False),
    "open": Q(closed_at__isnull=True),
    "kept": Q(closed_at__lte=F("due_at")),
}


LOOP_TOLD = (
    "kind", "text", "opened_at", "due_at", "closed_at", "opened_by__type__label", "customer__name",
    "person__name",
)  # fmt: skip
"""What a page tells of a loop."""


def loops_behind(
    person: Person,
    kinds: Sequence[LoopKind],
    state: str,
    period: Period,
    *,
    now: datetime,
    among: Among = EVERYBODY,
    after: LoopPlace | None = None,
) -> LoopsPage:
    """Return loops opened in a period, the newest first; `state` is one of what became of them."""
    begins, ends = period.bounds
    loops = Loop.objects.filter(
        _state(state, now),
        access.customer_scope(person, "customer__"),
        opened_at__gte=begins,
        opened_at__lt=ends,
        kind__in=kinds,
    )
    if among.team is not None:
        loops = loops.filter(team=among.team or None)
    # The team of a loop is the one of then.
    theirs = replace(among, team=None)
    if theirs != EVERYBODY:
        readings = Reading.objects.filter(theirs.readings())
        loops = loops.filter(customer__in=readings.values("pk"))
    if after is not None:
        loops = loops.filter(
            Q(opened_at__lt=after.opened_at) | Q(opened_at=after.opened_at, pk__lt=after.loop_id),
            opened_at__lte=after.opened_at,
        )
    wanted = loops.select_related("customer", "person", "opened_by__type").only(*LOOP_TOLD)
    found = list(wanted.order_by("-opened_at", "-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    more = len(found) > PAGE_SIZE
    return LoopsPage(shown, LoopPlace(shown[-1].opened_at, shown[-1].pk) if more else None)


def _state(state: str, now: datetime) -> Q:
    """Return the condition on what became of a loop; anything for no state."""
    not_due = Q(closed_at__isnull=True, due_at__gt=now)
    if state == "not_due":
        return not_due
    if state == "broken":
        return Q(closed_at__gt=F("due_at")) | Q(closed_at__isnull=True, due_at__lte=now)
    return _STATES.get(state, Q())
