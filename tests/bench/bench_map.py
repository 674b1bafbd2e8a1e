"""Bench Distance, the map of doors and windows and the lists they lead to, at a million readings.

`python -m tests.bench.bench_map [CUSTOMERS]`: the customers of the demonstration over and over,
as in `bench_pages`, then scattered over the whole map and many teams, which no demonstration
does and fills every total there is. Statements are held against 10 ms, requests against 150 ms.
"""

import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from tests.bench.database import connection, scratch_database  # first: sets up

from tests.bench.bench_pages import multiply  # isort: skip

from django.conf import settings  # isort: skip
from django.test import Client  # isort: skip

from insights.services.rollups import rebuild_rollups  # isort: skip
from relationships.models import Segment, Team  # isort: skip
from tests.organisation import demonstration  # isort: skip
from tests.pages import EXECUTIVE  # isort: skip

SQL_SECONDS, PAGE_SECONDS = 0.010, 0.150
TEAMS = 40
TIMES = 7

_SCATTER = """
    UPDATE insights_reading
    SET doors = 100 * random() ^ 2, windows = 100 * random() ^ 2,
        team_id = (%s::bigint[])[1 + floor(random() * %s)],
        stage = CASE WHEN random() < 0.8 THEN 'current'
                     WHEN random() < 0.99 THEN 'lead' ELSE 'former' END
"""
_FEW = """
    UPDATE insights_reading SET segment_id = %s
    WHERE customer_id IN (SELECT customer_id FROM insights_reading ORDER BY random() LIMIT 900)
"""


def scatter() -> tuple[int, int]:
    """Give every reading a place and a team of its own; return a team and a small segment."""
    teams = Team.objects.bulk_create([Team(name=f"Team {number}") for number in range(TEAMS)])
    few = Segment.objects.create(name="Few")
    with connection.cursor() as cursor:
        cursor.execute(_SCATTER, [[team.pk for team in teams], TEAMS])
        cursor.execute(_FEW, [few.pk])
        cursor.execute("VACUUM ANALYZE insights_reading")
    start = time.perf_counter()
    rebuild_rollups()
    print(f"counting everything anew         {time.perf_counter() - start:8.1f} s")
    with connection.cursor() as cursor:
        for table in ("insights_bandtotal", "insights_placetotal", "insights_quartertotal"):
            cursor.execute(f"VACUUM ANALYZE {table}")
            cursor.execute(f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}")
            rows, size = cursor.fetchone()
            print(f"{table:32} {rows:9,} rows {size / 1e6:7.1f} MB")
        cursor.execute("SELECT pg_relation_size('reading_by_place')")
        print(f"{'reading_by_place':32} {cursor.fetchone()[0] / 1e6:22.1f} MB")
    return teams[0].pk, few.pk


def show(client: Client, address: str) -> None:
    """Print the time of a page and of its statements, and what part of the limits they are."""
    best_page = best_sql = float("inf")
    slowest = (0.0, "")
    for number in range(TIMES):
        statements: list[tuple[float, str]] = []

        def timed(
            execute: Callable[..., Any],
            sql: str,
            *args: Any,
            into: list[tuple[float, str]] = statements,
        ) -> Any:
            start = time.perf_counter()
            try:
                return execute(sql, *args)
            finally:
                into.append((time.perf_counter() - start, sql))

        start = time.perf_counter()
        with connection.execute_wrapper(timed):
            answer = client.get(address)
        spent = time.perf_counter() - start
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"{address} answered {answer.status_code}")
        if number:  # The first time compiles what it needs.
            best_page = min(best_page, spent)
            if sum(seconds for seconds, _ in statements) < best_sql:
                best_sql, slowest = sum(seconds for seconds, _ in statements), max(statements)
    print(
        f"{address:66} {best_page * 1000:6.1f} ms {best_page / PAGE_SECONDS:5.2f} of 150"
        f"   SQL {best_sql * 1000:6.1f} ms {best_sql / SQL_SECONDS:5.2f} of 10"
    )
    if best_sql > SQL_SECONDS:
        print(f"    {slowest[0] * 1000:6.1f} ms: {' '.join(slowest[1].split())[:400]}", flush=True)


def main() -> None:
    """Print the times of every address."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    settings.ALLOWED_HOSTS = ["testserver"]
    with scratch_database():
        organisation = demonstration()
        multiply(customers)
        team, few = scatter()
        client = Client(headers={"accept-encoding": "gzip"})
        client.force_login(organisation.people[EXECUTIVE])
        narrowings = ("", f"team={team}", "stage=any", f"segment={few}", f"segment={few}&stage=any")
        narrowings += (f"team={team}&stage=former", "stage=former")
        for page in ("/distance/", "/doors-and-windows/"):
            for asked in narrowings:
                show(client, f"{page}?{asked}")
        parts = (
            "doors_from=20&doors_to=25&windows_from=95",
            "doors_from=95&windows_from=95",
            "doors_from=20&doors_to=60&windows_to=40",
        )
        for part in parts:
            show(client, f"/doors-and-windows/?{part}")
            for asked in ("stage=current", f"stage=current&team={team}"):
                show(client, f"/customers/?{asked}&{part}")
        show(client, "/customers/?stage=current&quarter=walled_off")
        show(client, "/customers/?stage=current&quarter=open_house")


if __name__ == "__main__":
    main()
