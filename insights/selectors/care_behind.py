"""What is behind a number of care: its loops, or the customers whose touchpoints it counts.

Loops are read by when they were opened. Touchpoints are not searched: traces lead to the customers
of a month, and the timelines of those on the page alone are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import connection
from django.db.models import F, Q

from insights.measures import CONDITIONS, Measure
from insights.months import Period
from interactions.models import Loop, LoopKind
from relationships import access
from relationships.models import Customer, Person

PAGE_SIZE = 50

_TRACES = """
    SELECT month, team_id, customer_id FROM insights_caretrace
    WHERE measure = %s AND month BETWEEN %s AND %s
      AND (month, team_id, customer_id) < (%s, %s, %s)
    ORDER BY month DESC, team_id DESC, customer_id DESC LIMIT %s
"""
# Of one team, month by month: each is a piece of the index, read from its end.
_TRACES_OF_TEAM = """
    SELECT trace.month, trace.team_id, trace.customer_id
    FROM unnest(%s::date[]) AS wanted (month), LATERAL (
        SELECT * FROM insights_caretrace
        WHERE measure = %s AND month = wanted.month AND team_id = %s
          AND customer_id < CASE WHEN wanted.month = %s THEN %s ELSE 9223372036854775807 END
        ORDER BY customer_id DESC LIMIT %s
    ) AS trace
    ORDER BY 1 DESC, 3 DESC LIMIT %s
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
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError(f"{text!r} is no number of ours")
    return int(text)


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
    team: int | None = None,
    after: MonthPlace | None = None,
) -> CustomersPage:
    """Return customers with what they had of a measure, month by month, the newest first."""
    traces = _traces(measure, period, team, after)
    shown = traces[:PAGE_SIZE]
    last = MonthPlace(*shown[-1]) if len(traces) > PAGE_SIZE else None
    return CustomersPage(_counted(person, measure, shown), last)


def _traces(
    measure: Measure, period: Period, team: int | None, after: MonthPlace | None
) -> list[tuple[date, int, int]]:
    """Return one more than a page holds."""
    limit = PAGE_SIZE + 1
    with connection.cursor() as cursor:
        if team is None:
            end = after or MonthPlace(date.max, 0, 0)
            cursor.execute(
                _TRACES,
                [measure.value, period.first, period.last,
                 end.month, end.team_id, end.customer_id, limit],
            )  # fmt: skip
        else:
            months = [one for one in period.each if after is None or one <= after.month]
            month, customer = (after.month, after.customer_id) if after else (None, None)
            cursor.execute(
                _TRACES_OF_TEAM,
                [months, measure.value, team, month, customer, limit, limit],
            )
        return cursor.fetchall()


def _counted(
    person: Person, measure: Measure, traces: Sequence[tuple[date, int, int]]
) -> list[CustomerMonth]:
    """Count what traces lead to; those that lead nowhere any more are left out."""
    if not traces:
        return []
    columns = [list(column) for column in zip(*traces, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTED.format(holds=CONDITIONS[measure]), [*columns, *[settings.TIME_ZONE] * 2]
        )
        rows = cursor.fetchall()
    visible = access.customers_visible_to(person)
    customers = visible.in_bulk({customer for _, _, customer, *_ in rows})
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


def loops_behind(
    person: Person,
    kinds: Sequence[LoopKind],
    state: str,
    period: Period,
    *,
    now: datetime,
    team: int | None = None,
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
    if team is not None:
        loops = loops.filter(team=team) if team else loops.filter(team=None)
    if after is not None:
        loops = loops.filter(
            Q(opened_at__lt=after.opened_at) | Q(opened_at=after.opened_at, pk__lt=after.loop_id),
            opened_at__lte=after.opened_at,
        )
    wanted = loops.select_related("customer", "person", "opened_by__type", "closed_by")
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
