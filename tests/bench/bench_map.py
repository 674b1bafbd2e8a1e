"""Bench Distance, the map of doors and windows and the lists they lead to, at a million readings.

`python -m tests.bench.bench_map [CUSTOMERS]`: the customers of the demonstration over and over, as
in `bench_pages` but without touchpoints, then scattered over the whole map and many teams, which
no demonstration does and fills every total there is. All statements of a page together are held
against 10 ms, the page against 150 ms: of the processor, here and in the database, as where
nothing else runs.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from tests.bench.database import connection, scratch_database  # first: sets up

from tests.bench.organisation import multiply  # isort: skip
from tests.bench.bench_preview import database_seconds, processor_seconds  # isort: skip

from django.conf import settings  # isort: skip
from django.test import Client  # isort: skip

from insights.services.rollups import rebuild_rollups  # isort: skip
from relationships.models import Segment, Team  # isort: skip
from tests.organisation import demonstration  # isort: skip
from tests.pages import EXECUTIVE  # isort: skip

SQL_SECONDS, PAGE_SECONDS = 0.010, 0.150
TEAMS = 40
TIMES = 20
"""Requests of each page: the processor's clock goes in hundredths of a second."""

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
    """Print the processor time of a page and of its statements, and the part of the limits."""
    slowest: list[tuple[float, str]] = []
    for number in range(TIMES + 1):
        if number == 1:  # The first time compiles what it needs.
            page, database = processor_seconds(), database_seconds()
            slowest.clear()
        with connection.execute_wrapper(partial(_timed, slowest)):
            answer = client.get(address)
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"{address} answered {answer.status_code}")
    database = (database_seconds() - database) / TIMES
    page = (processor_seconds() - page) / TIMES
    print(
        f"{address:76} {page * 1000:6.1f} ms {page / PAGE_SECONDS:5.2f} of 150"
        f"   SQL {database * 1000:5.1f} ms {database / SQL_SECONDS:5.2f} of 10",
        flush=True,
    )
    if database > SQL_SECONDS:
        totals: Counter[str] = Counter()
        for seconds, sql in slowest:
            totals[" ".join(sql.split())] += seconds / TIMES
        sql, seconds = totals.most_common(1)[0]
        print(f"    most of it, {seconds * 1000:.1f} ms by the clock: {sql[:300]}", flush=True)


def _timed(
    into: list[tuple[float, str]],
    execute: Callable[..., Any],
    sql: str,
    *others: Any,
) -> Any:
    """Run a statement and keep how long it took."""
    start = time.perf_counter()
    try:
        return execute(sql, *others)
    finally:
        into.append((time.perf_counter() - start, sql))


def main() -> None:
    """Print the times of every address."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    settings.ALLOWED_HOSTS = ["testserver"]
    with scratch_database():
        organisation = demonstration()
        multiply(customers, has_touchpoints=False)
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
