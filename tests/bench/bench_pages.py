"""Bench every page, with the demonstration and with a million customers: clock, SQL, processor.

`make bench-pages`, or `python -m tests.bench.bench_pages [CUSTOMERS]`; 0 leaves the million out.
The median and the 95th percentile are by the clock, beside those of a page that shows nothing, in
the same run; the processor's time, here and in the database, is what a page takes where nothing
else runs.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from importlib import import_module
from typing import Any

import numpy as np

from tests.bench.database import connection, scratch_database  # first: sets up

from tests.bench.bench_preview import processor_seconds  # isort: skip
from tests.bench.bench_api.populate import settle  # isort: skip
from tests.bench.organisation import multiply  # isort: skip

from django.conf import settings  # isort: skip
from django.test import Client  # isort: skip

from tests.organisation import Organisation, demonstration  # isort: skip
from tests.pages import EXECUTIVE, MANAGER, PAGES, VISITOR, Page  # isort: skip

LIMIT_MS, SQL_LIMIT_MS = 50, 10
TIMES = 20
WARM = 6
"""After five times PostgreSQL plans a statement for all values, as on any page that is in use."""

TRIVIAL = next(page for page in PAGES if page.name == "account_logout")
"""A page of somebody signed in that asks for nothing and shows nothing."""

OF_EVERYBODY = tuple(
    replace(page, who=EXECUTIVE) for page in PAGES if page.who == MANAGER and not page.about
)
"""What account managers see of their team, as somebody sees it who sees every customer."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds that a page takes."""

    median: float
    p95: float
    sql_p95: float
    processor: float


@contextmanager
def sql_timed() -> Iterator[list[float]]:
    """Yield a list to which each statement adds the milliseconds it takes."""
    taken: list[float] = []

    def timed(execute: Callable[..., Any], *statement: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            taken.append((time.perf_counter() - start) * 1000)

    with connection.execute_wrapper(timed):
        yield taken


def taken_by(page: Page, organisation: Organisation) -> Taken:
    """Ask for a page some times, after it was asked for as often as PostgreSQL takes to plan it."""
    client = Client(headers={"accept-encoding": "gzip"})
    if page.who != VISITOR:
        client.force_login(organisation.people[page.who])
    address = organisation.address(page)
    if (answer := client.get(address)).status_code != HTTPStatus.OK:
        raise SystemExit(f"{address} answered {answer.status_code}")
    for _ in range(WARM):
        client.get(address)
    by_clock, by_sql, busy = [], [], processor_seconds()
    for _ in range(TIMES):
        with sql_timed() as statements:
            start = time.perf_counter()
            client.get(address)
            by_clock.append((time.perf_counter() - start) * 1000)
        by_sql.append(sum(statements))
    processor = (processor_seconds() - busy) / TIMES * 1000
    median, p95 = np.percentile(by_clock, [50, 95])
    return Taken(median, p95, float(np.percentile(by_sql, 95)), processor)


def show(title: str, organisation: Organisation) -> None:
    """Print what each page takes, what part of the limits it is, and how much more than nothing."""
    trivial = taken_by(TRIVIAL, organisation)
    print(f"\n{title}: milliseconds, parts of {LIMIT_MS} and of {SQL_LIMIT_MS} of SQL", flush=True)
    for page in (*PAGES, *OF_EVERYBODY):
        it = taken_by(page, organisation)
        print(
            f"{f'{page.name}, {page.who}':36} p50 {it.median:6.1f}"
            f"  p95 {it.p95:6.1f} ({it.p95 / LIMIT_MS:5.2f})"
            f"  SQL p95 {it.sql_p95:6.1f} ({it.sql_p95 / SQL_LIMIT_MS:5.2f})"
            f"  processor {it.processor:6.1f} ({it.processor / LIMIT_MS:5.2f})"
            f"  {it.median / trivial.median:5.1f} times the trivial page",
            flush=True,
        )


def main() -> None:
    """Print both tables."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    settings.ALLOWED_HOSTS = ["testserver"]
    with scratch_database():
        organisation = demonstration()
        with connection.cursor() as cursor:
            # As autovacuum does by itself a minute later: PostgreSQL plans badly for new tables.
            cursor.execute("VACUUM (ANALYZE)")
        import_module("config.wsgi")  # sets up a process as the web server does
        show("With the demonstration", organisation)
        if customers:
            multiply(customers)
            # What was built goes on being written for a while, and the first pages would wait.
            settle(connection)
            show(f"With {customers:,} customers", organisation)


if __name__ == "__main__":
    main()
