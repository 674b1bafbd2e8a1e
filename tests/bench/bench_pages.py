"""Bench every page against 50 ms of server time: with the demonstration, and with a million.

`python -m tests.bench.bench_pages [CUSTOMERS]`: by default a million, who are the customers of
the demonstration over and over, with their teams, owners, contacts and states and without their
touchpoints. Times are those of the processor, here and in the database, for a request of the test
client: how long the server takes where nothing else runs. 0 leaves the million out.
"""

import sys
import time
from http import HTTPStatus

from tests.bench.database import connection, scratch_database  # first: sets up

from tests.bench.bench_preview import processor_seconds  # isort: skip

from django.conf import settings  # isort: skip
from django.test import Client  # isort: skip
from django.utils import timezone  # isort: skip

from insights.services.nightly import read_everyone_again  # isort: skip
from tests.organisation import Organisation, demonstration  # isort: skip
from tests.pages import PAGES, VISITOR, Page  # isort: skip

LIMIT_SECONDS = 0.05
TIMES = 10

_CUSTOMERS = """
    INSERT INTO relationships_customer (name, search_name, stage, style, segment_id, yearly_value,
                                        currency, team_id, owner_id, is_demo)
    SELECT name || ' ' || n, search_name || ' ' || n, stage, style, segment_id, yearly_value,
           currency, team_id, owner_id, true
    FROM relationships_customer, generate_series(1, %s) AS n
"""
_PAIRS = """
    CREATE TEMP TABLE pair AS
    SELECT many.id, few.id AS like_id
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM relationships_customer
          WHERE id > %s) AS many
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM relationships_customer
          WHERE id <= %s) AS few ON few.n = many.n %% %s
"""
_CONTACTS = """
    INSERT INTO relationships_contact (customer_id, name, job_title)
    SELECT pair.id, name, job_title
    FROM pair JOIN relationships_contact AS contact ON contact.customer_id = like_id
"""
_STATES = """
    INSERT INTO insights_customerstate (customer_id, policy_version, numbers, folded_to)
    SELECT pair.id, policy_version, numbers, folded_to
    FROM pair JOIN insights_customerstate AS state ON state.customer_id = like_id
"""


def multiply(customers: int) -> None:
    """Repeat the customers that are there until there are so many, and score them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(id) FROM relationships_customer")
        few, last = cursor.fetchone()
        cursor.execute(_CUSTOMERS, [customers // few])
        cursor.execute(_PAIRS, [last, last, few])
        cursor.execute(_CONTACTS)
        cursor.execute(_STATES)
        cursor.execute("ANALYZE")
    read_everyone_again(now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def seconds_of(page: Page, organisation: Organisation) -> tuple[float, float]:
    """Return the processor time that a page takes here and in the database, and its best time."""
    client = Client(headers={"accept-encoding": "gzip"})
    if page.who != VISITOR:
        client.force_login(organisation.people[page.who])
    address, best, busy = organisation.address(page), float("inf"), 0.0
    for number in range(TIMES + 1):
        # The first time compiles what it needs.
        busy = processor_seconds() if number == 1 else busy
        start = time.perf_counter()
        answer = client.get(address)
        best = min(best, time.perf_counter() - start)
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"{address} answered {answer.status_code}")
    return (processor_seconds() - busy) / TIMES, best


def show(title: str, organisation: Organisation) -> None:
    """Print the time of each page, and what part of the limit it is."""
    print(f"\n{title}", flush=True)
    for page in PAGES:
        busy, best = seconds_of(page, organisation)
        print(
            f"{page.name:26} {busy * 1000:7.1f} ms  {busy / LIMIT_SECONDS:5.2f} of 50 ms"
            f"   ({best * 1000:.0f} ms by the clock)"
            f"{'   above the limit' if busy > LIMIT_SECONDS else ''}",
            flush=True,
        )


def main() -> None:
    """Print both tables."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    settings.ALLOWED_HOSTS = ["testserver"]
    with scratch_database():
        organisation = demonstration()
        show("With the demonstration", organisation)
        if customers:
            multiply(customers)
            show(f"With {customers:,} customers", organisation)


if __name__ == "__main__":
    main()
