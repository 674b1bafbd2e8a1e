"""Bench the preview of a policy on an organisation's own touchpoints against ten seconds.

`python -m tests.bench.bench_preview [CUSTOMERS]`: by default 100,000 with 10 touchpoints each.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.bench_fold import peak_gb
from tests.bench.database import add_customers, connection, scratch_database  # first: sets up

from insights.selectors.policy import Place  # isort: skip
from insights.services.drain import drain  # isort: skip
from insights.services.nightly import read_everyone_again  # isort: skip
from insights.services.policy import save_policy  # isort: skip
from insights.services.preview import preview  # isort: skip
from insights.services.refold import CHUNK, refold_outdated  # isort: skip
from relationships.models import Person  # isort: skip

EACH = 10
LIMIT_SECONDS = 10.0
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

_TOUCHPOINTS = """
    WITH added AS (
        INSERT INTO interactions_touchpoint
            (source_id, external_id, customer_id, type_id, direction, occurred_at,
             customers_in_room, via, text, is_template)
        SELECT 1, customer || '-' || n, customer, type.id, (n + customer) %% 3,
               %s::timestamptz - n * (1 + customer %% 97) * interval '13 hours'
                   - (customer %% 211) * interval '1 day',
               1, '', '', false
        FROM generate_series(1, %s) AS customer, generate_series(1, %s) AS n,
             interactions_touchpointtype AS type
        WHERE type.key = CASE WHEN n %% 3 = 0 THEN 'web.visit' ELSE 'call.phone' END
        RETURNING *
    )
    INSERT INTO interactions_touchpointchange
        (customer_id, month, type_id, is_via, count, first_at, is_refold)
    SELECT customer_id, date_trunc('month', occurred_at)::date, type_id, false, count(*),
           min(occurred_at), false
    FROM added GROUP BY 1, 2, 3
"""


def prepare(customers: int) -> None:
    """Add customers with touchpoints, and score them."""
    add_customers(customers)
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHPOINTS, [NOW - timedelta(hours=1), customers, EACH])
        cursor.execute("ANALYZE interactions_touchpoint")
    while drain(now=NOW):
        pass
    read_everyone_again(now=NOW)


def processor_seconds() -> float:
    """Return the processor time of this process and of the server's that answers it."""
    return time.process_time() + database_seconds()


def database_seconds() -> float:
    """Return the processor time of the server's process that answers this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rsplit(")")[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seconds_of(name: str, value: float) -> float:
    """Preview a change of one tunable; return the processor time it took.

    Everything here runs one after the other, so that is how long it takes on a machine that has
    nothing else to do.
    """
    start, start_busy = time.perf_counter(), processor_seconds()
    found = preview(settings={Place("everyone", "", name): value}, now=NOW)
    taken, busy = time.perf_counter() - start, processor_seconds() - start_busy
    print(
        f"{name:22} {busy:7.2f} s   {busy / LIMIT_SECONDS:.2f} of the limit   "
        f"({taken:.2f} s by the clock; {found.moving:,} of {found.customers:,} change band)",
        flush=True,
    )
    return busy


def refolded_a_second() -> float:
    """Save a policy and score some customers again; return how many a second."""
    by = Person.objects.create_user("bench@example.com", role=Person.Role.ADMINISTRATOR)
    settings = {Place("everyone", "", "connection_half_life"): 45.0}
    save_policy(settings=settings, based_on=0, note="", by=by)
    refold_outdated(now=NOW)
    start = processor_seconds()
    done = refold_outdated(now=NOW, limit=CHUNK) + refold_outdated(now=NOW, limit=CHUNK)
    return done / (processor_seconds() - start)


def main() -> None:
    """Print the times and their ratio to the limit; fail above it."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with scratch_database():
        prepare(customers)
        print(f"{customers:,} customers with {EACH} touchpoints each")
        seconds_of("wall_weight", 0.2)
        read = seconds_of("wall_weight", 0.25)
        folded = seconds_of("connection_half_life", 45.0)
        pace = refolded_a_second()
    print(f"scored again after saving  {pace:7,.0f} customers a second")
    print(f"peak memory {peak_gb():.2f} GB")
    if max(read, folded) > LIMIT_SECONDS:
        raise SystemExit(f"slower than {LIMIT_SECONDS:.0f} s")


if __name__ == "__main__":
    main()
