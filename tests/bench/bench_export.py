"""Bench exports against a bare COPY TO of the same table, on throw-away servers.

`python -m tests.bench.bench_export [TOUCHPOINTS]`: by default a million.
"""

import resource
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.bench.bench_fold import peak_gb
from tests.bench.database import add_customers, connection, scratch_database  # first: sets up

from insights.selectors.export_tables import TOUCHPOINTS  # isort: skip
from insights.selectors.exports import Export, Form  # isort: skip
from interactions.services import source_named  # isort: skip
from relationships.models import Person  # isort: skip

CUSTOMERS = 50_000
RUNS = 3

_ADD = """
    INSERT INTO interactions_touchpoint (
        source_id, external_id, customer_id, type_id, direction, occurred_at, duration_minutes,
        customers_in_room, via, text, is_template, value
    )
    SELECT %s, 'event-' || n, 1 + n %% %s, (%s::int[])[1 + n %% 20], n %% 3,
           timestamptz '2022-01-01' + n * interval '97 seconds', n %% 60, 1, '',
           'Asked whether the "delivery" of order ' || n || ' could come a day early', false,
           n %% 1000
    FROM generate_series(1, %s) AS n
"""


def add_touchpoints(number: int) -> None:
    """Add touchpoints by one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(id) FROM interactions_touchpointtype")
        (types,) = cursor.fetchone()
        cursor.execute(_ADD, [source_named("bench").pk, CUSTOMERS, types, number])
        cursor.execute("ANALYZE interactions_touchpoint")


def seconds_of(work: Callable[[], Any]) -> float:
    """Return the seconds that the quickest of some runs took."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def bare_copy() -> None:
    """Take the table out with nothing else done."""
    with connection.cursor() as cursor:
        sink = SimpleNamespace(write=len)
        cursor.copy_expert("COPY interactions_touchpoint TO STDOUT (FORMAT csv)", sink)


def export(form: Form) -> None:
    """Export all touchpoints, as somebody who sees everyone."""
    person = Person(role=Person.Role.SERVICE, is_active=True)
    found = Export(TOUCHPOINTS, form, person, {})
    try:
        for _ in found:
            pass
    finally:
        found.close()


def main() -> None:
    """Print rows a second, the ratios, and by how much the memory grew."""
    touchpoints = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with scratch_database():
        add_customers(CUSTOMERS)
        add_touchpoints(touchpoints)
        bare = seconds_of(bare_copy)
        print(f"{touchpoints:,} touchpoints")
        print(f"bare COPY TO         {bare:7.2f} s  {touchpoints / bare:12,.0f} rows a second")
        for form in Form:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            took = seconds_of(lambda form=form: export(form))
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            print(
                f"export as {form.value:<10} {took:7.2f} s  {touchpoints / took:12,.0f} rows a "
                f"second  {bare / took:.2f} of bare  memory +{grown:.0f} MB"
            )
    print(f"peak memory          {peak_gb():7.2f} GB")


if __name__ == "__main__":
    main()
