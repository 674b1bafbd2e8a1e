"""What the customers of a list come to: how many, their value, and how far they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet, Sum

from insights.models import BandTotal, KnownTotal, QuarterTotal, Reading

_TOTALS = """
    SELECT currency, count(*), sum(yearly_value), sum(at_risk), sum(distance), count(distance)
    FROM ({shown}) AS shown GROUP BY currency
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of a list; without money and distance where counting them would take long."""

    customers: int = 0
    is_exact: bool = True
    yearly_value: Mapping[str, Decimal] = field(default_factory=dict)
    at_risk: Mapping[str, Decimal] = field(default_factory=dict)
    mean_distance: float | None = None
    has_money: bool = True


def totals_of(readings: QuerySet[Reading], *, at_most: int) -> Totals:
    """Return the totals of readings; when there are more than `at_most`, only that."""
    columns = ("currency", "yearly_value", "at_risk", "distance")
    shown = readings.select_related(None).order_by().values(*columns)[: at_most + 1]
    try:
        sql, params = shown.query.sql_with_params()
    except EmptyResultSet:
        return Totals()
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS.format(shown=sql), params)
        rows = cursor.fetchall()
    customers = sum(row[1] for row in rows)
    if customers > at_most:
        return Totals(customers=at_most, is_exact=False, has_money=False)
    known = sum(row[5] for row in rows)
    return Totals(
        customers=customers,
        yearly_value={row[0]: row[2] for row in rows},
        at_risk={row[0]: row[3] for row in rows},
        mean_distance=sum(row[4] or 0 for row in rows) / known if known else None,
    )


def totals_of_rollups(
    rollups: QuerySet[BandTotal] | QuerySet[KnownTotal] | QuerySet[QuarterTotal],
) -> Totals:
    """Return the totals of rows of the rollup, which knows no distances."""
    sums = map(Sum, ("customers", "yearly_value", "at_risk"))
    return totals_of_rows(rollups.values_list("currency").annotate(*sums))


def totals_of_rows(rows: Iterable[Sequence[Any]]) -> Totals:
    """Return the totals of rows of currency, customers, yearly value and what is at risk."""
    customers = 0
    yearly_value: dict[str, Decimal] = defaultdict(Decimal)
    at_risk: dict[str, Decimal] = defaultdict(Decimal)
    for currency, number, value, risk in rows:
        customers += number
        yearly_value[currency] += value
        at_risk[currency] += risk
    return Totals(customers=customers, yearly_value=yearly_value, at_risk=at_risk)


def totals_of_counts(counts: QuerySet[Any], amount: str = "customers") -> Totals:
    """Return how many customers some rows of a rollup count that knows no money as of now."""
    counted = counts.aggregate(n=Sum(amount))["n"] or 0
    return Totals(customers=counted, has_money=False)
