"""Bench learning silence: in memory against its limit, and as a service with PostgreSQL.

`python -m tests.bench.bench_refit [CUSTOMERS]`: the service by default with 100,000 customers.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from tests.bench.bench_fold import best_seconds, peak_gb
from tests.bench.database import add_customers, connection, scratch_database  # first: sets up
from tests.bench.made_up import KINDS, made_up_events

from insights.models import SilenceVersion  # isort: skip
from insights.scoring import Events, Policy, fold, population, read  # isort: skip
from insights.scoring.refit import refit  # isort: skip
from insights.services.drain import drain  # isort: skip
from insights.services.refit import read_with_new_silence, refit_silence  # isort: skip

IN_MEMORY, EACH = 200_000, 5
LIMIT_SECONDS = 5.0
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
END = 19_000.0
"""Where the made-up touchpoints end, days since 1970."""

# Everyone has a rhythm of their own, and a third fell silent some time ago.
_TOUCHPOINTS = """
    WITH added AS (
        INSERT INTO interactions_touchpoint
            (source_id, external_id, customer_id, type_id, direction, occurred_at,
             customers_in_room, via, text, is_template)
        SELECT 1, customer || '-' || n, customer, type.id, type.direction,
               %s::timestamptz - interval '1 day' * (
                   CASE customer %% 3 WHEN 0 THEN customer %% 500 ELSE 0 END
                   + (n + random()) * (5 + customer %% 60)
               ), 1, '', '', false
        FROM generate_series(1, %s) AS customer, generate_series(0, 9) AS n,
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


def some_gone(events: Events) -> Events:
    """End each customer's history at some moment, as when they leave: a third stay to the end."""
    customers = np.arange(events.customers)
    ends = np.where(customers % 3 == 0, END, END - 1000.0 * np.sqrt(customers / len(customers)))
    owner = np.repeat(customers, np.diff(events.offsets))
    first = END - 1000.0
    at = first + (events.at - first) * ((ends - first) / 1000.0)[owner]
    columns = {name: getattr(events, name) for name in Events.__slots__}
    return Events(**{**columns, "at": at, "day": np.floor(at).astype(np.int32)})


def learn_and_score(events: Events) -> None:
    """Refit with all its backtests, then fold and read everyone."""
    learned = refit(events, KINDS, Policy(), END)
    states = fold(events, KINDS, Policy()).states
    read(states, END, Policy(), population(states, Policy()), learned.silence)


def seconds(action: Callable[[], object]) -> float:
    """Time an action."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def in_memory() -> None:
    """Print how long learning takes without a database."""
    learn_and_score(some_gone(made_up_events(2_000, EACH)))  # compiles
    events = some_gone(made_up_events(IN_MEMORY, EACH))
    took = best_seconds(lambda: learn_and_score(events))
    print(f"{IN_MEMORY:,} customers, {len(events):,} touchpoints, in memory")
    print(f"refit and scoring        {took:7.2f} s   {took / LIMIT_SECONDS:.2f} of the limit")
    print(f"peak memory              {peak_gb():7.2f} GB")


def with_database(customers: int) -> None:
    """Print how long the service takes, from loading to the last reading."""
    with scratch_database():
        add_customers(customers)
        with connection.cursor() as cursor:
            cursor.execute(_TOUCHPOINTS, [NOW, customers])
            cursor.execute("ANALYZE interactions_touchpoint")
        while drain(now=NOW):
            pass
        learning = seconds(lambda: refit_silence(as_of=NOW, by=None))
        version = SilenceVersion.objects.latest()
        reading = seconds(lambda: read_with_new_silence(now=NOW))
    print(f"{customers:,} customers, {10 * customers:,} touchpoints, with PostgreSQL")
    print(f"load, learn, store       {learning:7.1f} s   {version.verdict}")
    print(f"read everyone, fold anew {reading:7.1f} s")
    print(f"peak memory              {peak_gb():7.2f} GB")


if __name__ == "__main__":
    in_memory()
    with_database(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
