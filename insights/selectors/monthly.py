"""Months of touchpoints and of care, narrowed to whose they are: as they are kept, or of an owner.

The team is the one of then, everything else as of now. No count by month knows an owner: what the
customers of one had is added up when somebody asks, from the index by customer.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from insights.care_columns import COLUMNS, LOOPED, cells, how_looped, listed
from insights.hours import STEPS
from insights.models import EVERY_SEGMENT, EVERY_TEAM
from insights.months import Period
from insights.selectors.organisation import Among
from interactions.models import LoopKind
from relationships.planned import planned

EVERYBODY = Among(stage="")
"""Whoever anything passed with, of any stage."""

_THEIRS = """
    WITH theirs AS MATERIALIZED (SELECT customer_id FROM insights_reading WHERE {whose}),
    touched AS (
        SELECT date_trunc('month', occurred_at AT TIME ZONE %(zone)s)::date AS month,
               coalesce(team_id, 0) AS team_id, type_id, via <> '' AS is_via, is_template,
               count(*) AS number
        FROM theirs JOIN interactions_touchpoint USING (customer_id)
        WHERE deleted_at IS NULL AND occurred_at >= %(begins)s AND occurred_at < %(ends)s {of_team}
        GROUP BY 1, 2, 3, 4, 5
    )
"""
_LOOPED = f"""
    , looped AS (
        SELECT {LOOPED}, 1 AS number FROM theirs JOIN interactions_loop USING (customer_id)
        WHERE opened_at >= %(begins)s AND opened_at < %(ends)s {{of_team}}
    )
"""
_TOUCHPOINTS_OF_OWNER = f"{_THEIRS} SELECT month, type_id, sum(number) FROM touched GROUP BY 1, 2"
_CARE_OF_OWNER = f"""
    {_THEIRS} {_LOOPED}, cell AS ({cells("month, team_id", "touched", "looped")})
    SELECT month, team_id, {listed(COLUMNS, "sum({})::bigint")} FROM cell GROUP BY 1, 2
"""
_HOURS_OF_OWNER = f"{_THEIRS} {_LOOPED} SELECT kind, step, sum(number) FROM looped GROUP BY 1, 2"

_KEPT = "segment_id = %(segment)s AND month = ANY(%(months)s) {stage}"
_CARE = f"""
    SELECT {{by}}, {listed(COLUMNS, "sum({})::bigint")}
    FROM insights_monthlycare WHERE {_KEPT} AND {{teams}} GROUP BY 1
"""
_HOURS = f"""
    SELECT kind, {", ".join(f"sum(hours[{step}])" for step in range(1, STEPS + 1))}
    FROM insights_monthlyhours WHERE {_KEPT} AND team_id = %(team)s GROUP BY 1
"""
# Those due on a later day are counted; which of today are due already, only the moment can tell.
_PROMISES = """
    SELECT month, team_id, coalesce(sum(open) FILTER (WHERE due_on > %(today)s), 0)::int,
           coalesce(sum(open) FILTER (WHERE due_on = %(today)s), 0)::int
    FROM insights_monthlypromises
    WHERE segment_id = %(segment)s AND month = ANY(%(months)s) AND due_on >= %(today)s
      AND (%(team)s::bigint IS NULL AND team_id >= 0 OR team_id = %(team)s) {stage}
    GROUP BY 1, 2
"""
_PROMISED = """
    SELECT date_trunc('month', opened_at AT TIME ZONE %(zone)s)::date, coalesce(team_id, 0),
           count(*)
    FROM {loops}
    WHERE closed_at IS NULL AND due_at > %(now)s {until}
      AND opened_at >= %(begins)s AND opened_at < %(ends)s AND kind = {promise} {of_team}
    GROUP BY 1, 2
""".replace("{promise}", str(LoopKind.PROMISE.value))
_PROMISED_TODAY = _PROMISED.replace("{until}", "AND due_at < %(tomorrow)s {among}")
_PROMISED_BY_OWNER = f"""
    WITH theirs AS MATERIALIZED (SELECT customer_id FROM insights_reading WHERE {{whose}})
    {_PROMISED.replace("{until}", "")}
""".replace("{loops}", "theirs JOIN interactions_loop USING (customer_id)")
_AMONG = "AND customer_id IN (SELECT customer_id FROM insights_reading WHERE {whose})"

Sums = tuple[int, ...]
"""What was counted, in the order of `insights.care_columns.COLUMNS`."""


def months_of(among: Among) -> Q:
    """Return the condition of rows that count whose touchpoints are asked for, all teams at once.

    Raises `ValueError` for those of an owner.
    """
    return months_by_team(replace(among, team=EVERY_TEAM if among.team is None else among.team))


def months_by_team(among: Among) -> Q:
    """Return the condition of rows that count them in each team by itself, 0 for none."""
    if among.owner is not None:
        raise ValueError("Months know no owner: add up what the customers of theirs had.")
    team = Q(team_id__gt=EVERY_TEAM) if among.team is None else Q(team_id=among.team)
    segment = Q(segment_id=EVERY_SEGMENT if among.segment is None else among.segment)
    return segment & team & (Q(stage=among.stage) if among.stage else Q())


def touchpoints_of_owner(
    among: Among, begins: datetime, ends: datetime
) -> list[tuple[date, int, int]]:
    """Return month, type and number of what passed with an owner's customers."""
    with connection.cursor() as cursor:
        cursor.execute(*_of_customers(_TOUCHPOINTS_OF_OWNER, among, begins, ends))
        return [(month, type_id, int(number)) for month, type_id, number in cursor.fetchall()]


def care_by_month(among: Among, months: Sequence[date]) -> dict[date, Sums]:
    """Return what was counted in each of some months, of all teams or the one asked for."""
    return _kept_care(among, months, "month", "team_id = %(team)s")


def care_by_team(among: Among, months: Sequence[date]) -> dict[int, Sums]:
    """Return what was counted in some months in each team, 0 for none."""
    return _kept_care(among, months, "team_id", f"team_id <> {EVERY_TEAM}")


def care_by_month_and_team(among: Among, period: Period) -> dict[tuple[date, int], Sums]:
    """Return what was counted of an owner's customers in each month and team, 0 for none."""
    with connection.cursor() as cursor:
        cursor.execute(*_of_customers(_CARE_OF_OWNER, among, *period.bounds))
        return {(month, team): tuple(sums) for month, team, *sums in cursor.fetchall()}


def hours_by_kind(among: Among, period: Period) -> dict[int, tuple[int, ...]]:
    """Return how long loops of each kind took, in the steps of `insights.hours`."""
    with connection.cursor() as cursor:
        if among.owner is None:
            cursor.execute(*_of_months(_HOURS, among, period.each))
            return {kind: tuple(map(int, steps)) for kind, *steps in cursor.fetchall()}
        cursor.execute(*_of_customers(_HOURS_OF_OWNER, among, *period.bounds))
        hours: dict[int, list[int]] = defaultdict(lambda: [0] * STEPS)
        for kind, step, number in cursor.fetchall():
            if step is not None and kind != LoopKind.PROMISE:
                hours[kind][step] = int(number)
    return {kind: tuple(steps) for kind, steps in hours.items()}


def promises_not_due(among: Among, period: Period, now: datetime) -> Counter[tuple[date, int]]:
    """Return how many promises of each month and team, 0 for none, are open and not due yet."""
    found: Counter[tuple[date, int]] = Counter()
    with connection.cursor() as cursor:
        if among.owner is not None:
            sql, given = _of_customers(_PROMISED_BY_OWNER, among, *period.bounds)
            cursor.execute(sql, {**given, "now": now})
        else:
            today = timezone.localdate(now)
            sql, given = _of_months(_PROMISES, among, period.each)
            cursor.execute(sql, {**given, "team": among.team, "today": today})
            rows = cursor.fetchall()
            found.update({(month, team): later for month, team, later, _ in rows})
            if not any(of_today for *_, of_today in rows):
                return found
            cursor.execute(*_promised_today(among, period, now))
        found.update({(month, team): number for month, team, number in cursor.fetchall()})
    return found


def _promised_today(among: Among, period: Period, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return a statement over what is due today but not yet, and what it is given."""
    condition, _ = whose_sql(among)
    sql = _PROMISED_TODAY.replace("{loops}", "interactions_loop")
    sql = sql.replace("{among}", "" if condition == "true" else _AMONG)
    sql, given = _of_customers(sql, among, *period.bounds)
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), tzinfo=timezone.get_default_timezone())
    return sql, {**given, "now": now, "tomorrow": midnight}


def whose_sql(among: Among) -> tuple[str, dict[str, Any]]:
    """Return the condition of a reading as SQL, the team of now left out, and what it is given."""
    conditions = ["stage = %(stage)s"] if among.stage else []
    for name in ("segment", "owner"):
        if (choice := getattr(among, name)) is not None:
            conditions.append(f"{name}_id = %({name})s" if choice else f"{name}_id IS NULL")
    given = {"stage": among.stage, "segment": among.segment, "owner": among.owner}
    return " AND ".join(conditions) or "true", given


def _kept_care(among: Among, months: Sequence[date], by: str, teams: str) -> dict[Any, Sums]:
    with connection.cursor() as cursor:
        cursor.execute(
            *_of_months(_CARE.replace("{by}", by).replace("{teams}", teams), among, months)
        )
        return {key: tuple(sums) for key, *sums in cursor.fetchall()}


def _of_months(sql: str, among: Among, months: Sequence[date]) -> tuple[str, dict[str, Any]]:
    """Return a statement over what is kept, and what it is given."""
    given = {
        "segment": EVERY_SEGMENT if among.segment is None else among.segment,
        "team": EVERY_TEAM if among.team is None else among.team,
        "stage": among.stage,
        "months": list(months),
    }
    sql = sql.replace("{stage}", "AND stage = %(stage)s" if among.stage else "")
    return planned(sql), given


def _of_customers(
    sql: str, among: Among, begins: datetime, ends: datetime
) -> tuple[str, dict[str, Any]]:
    """Return a statement over some customers, and what it is given."""
    condition, given = whose_sql(among)
    of_team = "" if among.team is None else "AND coalesce(team_id, 0) = %(team)s"
    given |= {"team": among.team, "begins": begins, "ends": ends, **how_looped()}
    sql = sql.replace("{whose}", condition).replace("{of_team}", of_team)
    return planned(sql), given
