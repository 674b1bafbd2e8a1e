"""Bench the list of customers as files against a bare COPY TO of what they show.

`python -m tests.bench.bench_files [CUSTOMERS]`: by default 300,000.
"""

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.bench.bench_export import seconds_of
from tests.bench.bench_fold import peak_gb
from tests.bench.database import add_customers, connection, scratch_database  # first: sets up

from django.test import RequestFactory  # isort: skip

from insights.models import Reading  # isort: skip
from insights.views.customers_files import customers_csv, customers_xlsx  # isort: skip
from relationships.models import Person  # isort: skip

_VARIED = {
    "customer_id": "id",
    "as_of": "now()",
    "stage": "stage",
    "currency": "currency",
    "yearly_value": "yearly_value",
    "policy_version": "1",
    "band": "1 + id % 5",
    "distance": "id % 97 + 0.37",
    "drift": "id % 13 - 6.2",
    "doors": "id % 100",
    "windows": "id % 90",
    "at_risk": "id % 900",
    "last_at": "now() - id * interval '7 seconds'",
}
_SHOWN = """
    COPY (
        SELECT customer.name, band, distance, drift, doors, windows, at_risk, reading.currency,
               owner.name, last_at
        FROM insights_reading AS reading
        JOIN relationships_customer AS customer ON customer.id = reading.customer_id
        LEFT JOIN relationships_person AS owner ON owner.id = reading.owner_id
        ORDER BY at_risk DESC, customer.id DESC
    ) TO STDOUT (FORMAT csv)
"""


def add_readings() -> None:
    """Give each customer a reading: some of it varied, the rest as it is by default."""
    usual = {f.column: f.default for f in Reading._meta.concrete_fields if f.has_default()}
    usual = {name: value for name, value in usual.items() if name not in _VARIED}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO insights_reading ({', '.join([*_VARIED, *usual])})"
            f" SELECT {', '.join(_VARIED.values()).replace('%', '%%')}, "
            f"{', '.join(['%s'] * len(usual))} FROM relationships_customer",
            list(usual.values()),
        )
        cursor.execute("ANALYZE insights_reading")


def bare_copy() -> None:
    """Take out what a file shows with nothing else done."""
    with connection.cursor() as cursor:
        cursor.copy_expert(_SHOWN, SimpleNamespace(write=len))


def file(view: Callable[..., Any]) -> None:
    """Read a file whole, as somebody who sees everyone."""
    request = RequestFactory().get("/")
    request.user = Person(role=Person.Role.EXECUTIVE, is_active=True)
    response = view(request)
    for _ in response.streaming_content:
        pass
    response.close()


def main() -> None:
    """Print customers a second, and the ratios."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    with scratch_database():
        add_customers(customers)
        add_readings()
        bare = seconds_of(bare_copy)
        print(f"{customers:,} customers")
        print(f"bare COPY TO  {bare:7.2f} s  {customers / bare:10,.0f} customers a second")
        for name, view in (("CSV", customers_csv), ("workbook", customers_xlsx)):
            took = seconds_of(lambda view=view: file(view))
            print(
                f"{name:<12}  {took:7.2f} s  {customers / took:10,.0f} customers a second  "
                f"{bare / took:.2f} of bare"
            )
    print(f"peak memory   {peak_gb():7.2f} GB")


if __name__ == "__main__":
    main()
