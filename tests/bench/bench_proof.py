"""Bench the proof page's work against its limit, and against loading the touchpoints alone.

`python -m tests.bench.bench_proof [CUSTOMERS]`: by default 100,000 with ten touchpoints each,
for which 30 seconds are allowed; more may take longer in proportion.
"""

import sys
import time
from datetime import UTC, datetime

import numpy as np

from tests.bench.bench_fold import peak_gb
from tests.bench.database import add_customers, connection, scratch_database  # first: sets up

from insights.packed import copy_out  # isort: skip
from insights.selectors.proof import Question, proof_standing  # isort: skip
from insights.services.prove import start_proof, work_out  # isort: skip

EACH = 10
LIMIT_SECONDS = 30.0
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

# Every customer by chance at a pace of their own; a third leaves at some time in the last year.
_TOUCHPOINTS = """
    INSERT INTO interactions_touchpoint
        (source_id, external_id, customer_id, type_id, direction, occurred_at,
         customers_in_room, via, text, is_template)
    SELECT 1, customer || '-' || n, customer, type.id, type.direction,
           %s::timestamptz - interval '1 day' * (
               random() * (300 + customer * 31 %% 600)
               + CASE WHEN customer %% 3 = 0 THEN customer * 7919 %% 365 ELSE 0 END
           ),
           1, '', '', false
    FROM generate_series(1, %s) AS customer, generate_series(0, %s - 1) AS n,
         interactions_touchpointtype AS type
    WHERE type.key = CASE n %% 3 WHEN 0 THEN 'call.phone' WHEN 1 THEN 'web.visit'
                     ELSE 'email.personal' END
"""
_BARE = """
    SELECT id, customer_id, (extract(epoch FROM occurred_at) * 1000000)::bigint
    FROM interactions_touchpoint
"""


def add_touchpoints(customers: int) -> None:
    """Add the history of everyone by one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(_TOUCHPOINTS, [NOW, customers, EACH])
        cursor.execute("ANALYZE interactions_touchpoint")


def bare_load() -> float:
    """Copy three columns of every touchpoint out; return the seconds it took."""
    start = time.perf_counter()
    with connection.cursor() as cursor:
        copy_out(cursor, _BARE, [], {"id": ">i8", "customer": ">i8", "at": ">i8"})
    return time.perf_counter() - start


def proven() -> float:
    """Work the usual proof out; return the seconds it took."""
    run, _ = start_proof(question=Question(), by=None, now=NOW)
    start = time.perf_counter()
    work_out(proof_id=run.pk)
    return time.perf_counter() - start


def main() -> int:
    """Print the times, their ratios and the memory; fail above the limit."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    limit = LIMIT_SECONDS * max(customers / 100_000, 1.0)
    with scratch_database():
        add_customers(1_000)
        add_touchpoints(1_000)
        proven()  # compiles
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE interactions_touchpoint, relationships_customer CASCADE")
            cursor.execute("ALTER TABLE relationships_customer ALTER id RESTART")
        add_customers(customers)
        add_touchpoints(customers)
        bare, seconds = bare_load(), proven()
        standing = proof_standing(Question())
    assert standing.results
    assert standing.results.numbers
    weeks = standing.results.numbers.weeks
    auc = standing.results.numbers.kinds[0].auc.value
    print(f"{customers:,} customers, {customers * EACH:,} touchpoints, {weeks} cut-offs")
    print(f"bare load of three columns  {bare:6.2f} s")
    print(f"proof                       {seconds:6.2f} s   {seconds / bare:.1f} times the bare")
    print(f"of the limit                {seconds / limit:6.2f}     ({limit:.0f} s)")
    print(f"AUC {auc or np.nan:.3f}; peak memory {peak_gb():.2f} GB")
    return seconds > limit


if __name__ == "__main__":
    sys.exit(main())
