"""Bench every page against 50 ms of server time: with the demonstration, and with a million.

`python -m tests.bench.bench_pages [CUSTOMERS]`: by default a million, who are the customers of
the demonstration over and over, with their teams, owners, contacts and states and without their
touchpoints. Times are those of the test client in this process: all but the network, as one
request after another takes. 0 leaves the million out.
"""

import statistics
import sys
import time
from http import HTTPStatus

from tests.bench.database import connection, scratch_database  # first: sets up

from django.conf import settings  # isort: skip
from django.test import Client  # isort: skip
from django.utils import timezone  # isort: skip

from insights.services.nightly import read_everyone_again  # isort: skip
from tests.organisation import Organisation, demonstration  # isort: skip
from tests.pages import PAGES, VISITOR, Page  # isort: skip

LIMIT_SECONDS = 0.05
TIMES = 7

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


def seconds_of(page: Page, organisation: Organisation) -> float:
    """Return the median time that the server takes for a page."""
    client = Client(headers={"accept-encoding": "gzip"})
    if page.who != VISITOR:
        client.force_login(organisation.people[page.who])
    address, taken = organisation.address(page), []
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        answer = client.get(address)
        taken.append(time.perf_counter() - start)
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"{address} answered {answer.status_code}")
    return statistics.median(taken[1:])


def show(title: str, organisation: Organisation) -> None:
    """Print the time of each page, and what part of the limit it is."""
    print(f"\n{title}", flush=True)
    for page in PAGES:
        taken = seconds_of(page, organisation)
        mark = "  above the limit" if taken > LIMIT_SECONDS else ""
        print(f"{page.name:26} {taken * 1000:7.1f} ms  {taken / LIMIT_SECONDS:5.2f} of 50 ms{mark}")


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
