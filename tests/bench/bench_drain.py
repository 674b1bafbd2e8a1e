"""Bench the drain of changed customers, in order and late, against a bare COPY of what it writes.

`python -m tests.bench.bench_drain [CUSTOMERS]`: by default 10,000 with 20 touchpoints each.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

from tests.bench.bench_fold import peak_gb
from tests.bench.database import add_customers, connection, scratch_database  # first: sets up

from insights.services.drain import drain  # isort: skip

EACH = 20
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

_TOUCHPOINTS = """
    WITH added AS (
        INSERT INTO interactions_touchpoint
            (source_id, external_id, customer_id, type_id, direction, occurred_at,
             customers_in_room, via, text, is_template)
        SELECT 1, %s || customer || '-' || n, customer, type.id, type.direction,
               %s::timestamptz - (n + (customer %% 7) / 7.0) * %s::interval, 1, '', '', false
        FROM generate_series(1, %s) AS customer, generate_series(1, %s) AS n,
             interactions_touchpointtype AS type
        WHERE type.key = 'call.phone'
        RETURNING *
    )
    INSERT INTO interactions_touchpointchange
        (customer_id, month, type_id, is_via, count, first_at, is_refold)
    SELECT customer_id, date_trunc('month', occurred_at)::date, type_id, false, count(*),
           min(occurred_at), false
    FROM added GROUP BY 1, 2, 3
"""


def add_touchpoints(name: str, before: datetime, apart: timedelta, each: int, of: int) -> None:
    """Add touchpoints with their changes, as `record()` would."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHPOINTS, [name, before, apart, of, each])
        cursor.execute("ANALYZE interactions_touchpoint")


def drained() -> float:
    """Drain until nothing is left; return the seconds it took."""
    start = time.perf_counter()
    while drain(now=NOW):
        pass
    return time.perf_counter() - start


def bare_copy() -> float:
    """Write the states and readings that are there into empty tables, and nothing else."""
    with connection.cursor() as cursor:
        start = time.perf_counter()
        for table in ("insights_customerstate", "insights_reading"):
            cursor.execute(f"CREATE TEMP TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"INSERT INTO bare_{table} SELECT * FROM {table}")
        return time.perf_counter() - start


def main() -> None:
    """Print the times, their ratios and the memory."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with scratch_database():
        add_customers(customers)
        add_touchpoints("old", NOW - timedelta(days=9), timedelta(days=20), EACH, customers)
        first = drained()
        add_touchpoints("new", NOW, timedelta(hours=1), 1, customers)
        in_order = drained()
        add_touchpoints("late", NOW - timedelta(days=30), timedelta(days=1), 1, customers)
        late = drained()
        bare = bare_copy()
    print(f"{customers:,} changed customers with {EACH} touchpoints each")
    print(f"bare write of states and readings {bare:6.2f} s")
    print(f"drain, new customers              {first:6.2f} s   {first / bare:.1f} times the bare")
    print(f"drain, a touchpoint in order      {in_order:6.2f} s   {in_order / bare:.1f} times")
    print(f"drain, a late touchpoint          {late:6.2f} s   {late / bare:.1f} times")
    print(f"peak memory                       {peak_gb():6.2f} GB")


if __name__ == "__main__":
    main()
