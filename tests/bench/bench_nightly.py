"""Bench the nightly reading of all states against reading and writing them with nothing else.

`python -m tests.bench.bench_nightly [CUSTOMERS]`: by default a million.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

import numpy as np

from tests.bench.bench_drain import bare_copy
from tests.bench.bench_fold import peak_gb
from tests.bench.database import add_customers, connection, scratch_database  # first: sets up
from tests.bench.made_up import KINDS, made_up_events

from insights.mondays import days_of, to_microseconds  # isort: skip
from insights.packed import copy_in, pack  # isort: skip
from insights.scoring import Policy, fold, population, read  # isort: skip
from insights.services.nightly import read_everyone_again  # isort: skip
from insights.services.store import STATE_BYTES, STATE_FIELDS  # isort: skip

NOW = datetime(2022, 1, 4, 12, tzinfo=UTC)


def add_states(number: int) -> np.ndarray:
    """Add a state for each customer; return them."""
    few = fold(made_up_events(min(number, 50_000), 20), KINDS, Policy()).states
    states = np.resize(few, (number, few.shape[1]))
    columns = {
        "customer_id": np.arange(1, number + 1),
        "segment_id": np.zeros(number, np.int64),
        "folded_to": np.full(number, to_microseconds(NOW)),
        "numbers": np.ascontiguousarray(states).view(f"V{STATE_BYTES}").ravel(),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE states"
            " (id bigint, segment_id bigint, folded_to bigint, numbers bytea)"
        )
        copy_in(cursor, "states", pack(STATE_FIELDS, columns))
        cursor.execute(
            "INSERT INTO insights_customerstate (customer_id, policy_version, numbers, folded_to)"
            " SELECT id, 0, numbers, timestamptz '2022-01-01' FROM states"
        )
        cursor.execute("DROP TABLE states")
        cursor.execute("ANALYZE insights_customerstate")
    return states


def seconds_of_night(days: int) -> float:
    """Read everyone so many days later; return the seconds it took."""
    start = time.perf_counter()
    read_everyone_again(now=NOW + timedelta(days=days))
    return time.perf_counter() - start


def main() -> None:
    """Print the times, their ratio and the memory."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with scratch_database():
        add_customers(customers)
        states = add_states(customers)
        rhythm = population(states[:1000], Policy())
        start = time.perf_counter()
        read(states, days_of(NOW), Policy(), rhythm)
        pure = time.perf_counter() - start
        del states
        first, again, week = seconds_of_night(0), seconds_of_night(1), seconds_of_night(8)
        bare = pure + bare_copy()
    print(f"{customers:,} states")
    print(f"reading in memory, bare write   {bare:7.1f} s   (reading alone {pure:.1f} s)")
    print(f"first night, every row is new   {first:7.1f} s   {first / bare:.1f} times the bare")
    print(f"a night                         {again:7.1f} s   {again / bare:.1f} times")
    print(f"a night after a Monday          {week:7.1f} s   {week / bare:.1f} times")
    print(f"peak memory                     {peak_gb():7.2f} GB")


if __name__ == "__main__":
    main()
