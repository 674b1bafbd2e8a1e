"""What is behind a column of the Wall: the touchpoints of a month with a person, or with a screen.

How many there are the rollups say. The newest of each type lie together in an index, and those of
each team in another: the types of a column are read side by side, or one team, until a page is
full. Segment and stage are no part of these, because they are those of now: they are asked for at
each of these touchpoints, or the timelines of their customers are read, whichever reads less. Those
of an owner always are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from insights.models import MonthlyTouchpoints, Reading
from insights.months import Period
from insights.selectors.monthly import months_of, touchpoints_of_owner, whose_sql
from insights.selectors.organisation import Among
from insights.selectors.wall import WallAmong
from interactions.models import Touchpoint, TouchpointType
from interactions.selectors import Place
from relationships import access
from relationships.models import Person

PAGE_SIZE = 50


def _newest_of(whose: str, order: str = "") -> str:
    return f"""
        SELECT occurred_at, id FROM interactions_touchpoint AS touchpoint
        WHERE deleted_at IS NULL AND type_id = ANY(%(types)s) AND {whose}
          AND occurred_at >= %(since)s AND (occurred_at, id) < (%(until)s, %(before)s)
        ORDER BY {order} occurred_at DESC, id DESC LIMIT %(limit)s
    """


# In this form the types are merged, and each is read only as far as the page needs it.
_OF_TYPE = """(
    SELECT occurred_at, id FROM interactions_touchpoint
    WHERE deleted_at IS NULL AND type_id = {type_id} AND occurred_at >= %(since)s
      AND (occurred_at, id) < (%(until)s, %(before)s) {among}
    ORDER BY occurred_at DESC, id DESC LIMIT %(limit)s
)"""
_OF_TYPES = """
    SELECT occurred_at, id FROM ({of_types}) AS touchpoint
    ORDER BY occurred_at DESC, id DESC LIMIT %(limit)s
"""
_OF_ONE_TEAM = _newest_of("team_id = %(team)s {among}")
# That a column is empty does not tell the planner that it is one value: so it is ordered by, too.
_OF_NO_TEAM = _newest_of("team_id IS NULL {among}", "team_id DESC,")
# A value and not a condition: the planner must not read all customers of a segment instead.
_AMONG = """
    AND (SELECT {whose} FROM relationships_customer AS customer WHERE id = customer_id)
"""
_OF_CUSTOMERS = f"""
    SELECT found.* FROM relationships_customer AS customer,
    LATERAL ({_newest_of("customer_id = customer.id {of_team}")}) AS found
    WHERE {{whose}}
    ORDER BY occurred_at DESC, id DESC LIMIT %(limit)s
"""
_OF_TEAM = "AND coalesce(touchpoint.team_id, 0) = %(team)s"


@dataclass(frozen=True, slots=True)
class Column:
    """A part of the Wall's column of a month; `mode` is `human` or `digital`."""

    month: date
    mode: str
    among: WallAmong


@dataclass(frozen=True, slots=True)
class ColumnPage:
    """Some touchpoints of a column, the place after which there are more, and how many in all."""

    touchpoints: Sequence[Touchpoint]
    older: Place | None
    total: int


def touchpoints_behind(person: Person, column: Column, *, after: Place | None = None) -> ColumnPage:
    """Return what a column counts, the newest first, and how many that is."""
    types = _types(column)
    total = _count(column.among.whose, column.month, types)
    found = _newest(column, types, total, after) if total else []
    shown = found[:PAGE_SIZE]
    touchpoints = Touchpoint.objects.filter(
        access.customer_scope(person, "customer__"), pk__in=[pk for _, pk in shown]
    ).select_related("customer", "type", "person")
    return ColumnPage(
        touchpoints=list(touchpoints.order_by("-occurred_at", "-pk")),
        older=Place(*shown[-1]) if len(found) > PAGE_SIZE else None,
        total=total,
    )


def _types(column: Column) -> list[int]:
    of_mode = TouchpointType.objects.filter(mode=column.mode)
    if column.among.channel:
        of_mode = of_mode.filter(channel=column.among.channel)
    return list(of_mode.values_list("pk", flat=True))


def _count(whose: Among, month: date, types: Sequence[int]) -> int:
    """Return how many touchpoints of some types there were."""
    if whose.owner is None:
        rows = MonthlyTouchpoints.objects.filter(months_of(whose), month=month, type_id__in=types)
        return rows.aggregate(number=Sum("count"))["number"] or 0
    of_owner = touchpoints_of_owner(whose, *Period(month, 1).bounds)
    return sum(number for _, type_id, number in of_owner if type_id in types)


def _newest(
    column: Column, types: Sequence[int], total: int, after: Place | None
) -> list[tuple[datetime, int]]:
    """Return when touchpoints were and their numbers, one more than a page holds.

    `total` is how many there are in the month.
    """
    # A month is as long as it is, whatever clocks do meanwhile.
    begins, ends = (moment.astimezone(UTC) for moment in Period(column.month, 1).bounds)
    place = after if after and after.occurred_at < ends else Place(ends, 0)
    among = column.among.whose
    condition, given = whose_sql(among)
    given |= {
        "types": types, "team": among.team, "limit": PAGE_SIZE + 1,
        "since": begins, "until": place.occurred_at, "before": place.touchpoint_id,
    }  # fmt: skip
    if among.owner is not None or _are_few(among, column, types, total):
        of_team = "" if among.team is None else _OF_TEAM
        return _rows(_OF_CUSTOMERS.format(whose=condition, of_team=of_team), given)
    asked = "" if condition == "true" else _AMONG.format(whose=condition)
    if among.team is not None:
        sql = _OF_ONE_TEAM if among.team else _OF_NO_TEAM
        return _rows(sql.format(among=asked), given)
    each = (_OF_TYPE.format(type_id=type_id, among=asked) for type_id in types)
    return _rows(_OF_TYPES.format(of_types=" UNION ALL ".join(each)), given)


def _are_few(among: Among, column: Column, types: Sequence[int], total: int) -> bool:
    """Whether fewer timelines would have to be read than touchpoints of everybody else.

    `total` is how many touchpoints there are of a segment or a stage; it counts no further.
    """
    if among.segment is None and not among.stage:
        return False
    everybody = _count(Among("", among.team), column.month, types)
    number = PAGE_SIZE * everybody // total
    found = Reading.objects.filter(replace(among, team=None).readings())
    return found[: number + 1].count() <= number


def _rows(sql: str, given: Mapping[str, Any]) -> list[tuple[datetime, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
