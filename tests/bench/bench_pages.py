"""Bench every page against 50 ms of server time: with the demonstration, and with a million.

`python -m tests.bench.bench_pages [CUSTOMERS]`: by default a million, who are the customers of the
demonstration over and over, with their contacts and states and without their touchpoints. Teams
and people are repeated too, so that nobody looks after many more than two thousand. Times are
those of the processor, here and in the database, for a request of the test client: how long the
server takes where nothing else runs. 0 leaves the million out.
"""

import sys
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from tests.bench.database import connection, scratch_database  # first: sets up

from tests.bench.bench_preview import processor_seconds  # isort: skip

from django.conf import settings  # isort: skip
from django.db.models import Model  # isort: skip
from django.test import Client  # isort: skip
from django.utils import timezone  # isort: skip

from insights.services.nightly import read_everyone_again  # isort: skip
from relationships.models import Person, Team  # isort: skip
from tests.organisation import Organisation, demonstration  # isort: skip
from tests.pages import PAGES, VISITOR, Page  # isort: skip

LIMIT_SECONDS = 0.05
CUSTOMERS_A_COPY = 25_000
"""For so many customers there is one more of each team and person."""

TIMES = 10

_CUSTOMERS = """
    INSERT INTO relationships_customer (name, search_name, stage, style, segment_id, yearly_value,
                                        currency, team_id, owner_id, is_demo)
    SELECT customer.name || ' ' || n, search_name || ' ' || n, stage, style, segment_id,
           yearly_value, currency, team.id, owner.id, true
    FROM relationships_customer AS customer
    CROSS JOIN generate_series(1, %(times)s) AS n
    LEFT JOIN team ON (team.like_id, team.copy) = (customer.team_id, n %% %(copies)s)
    LEFT JOIN owner ON (owner.like_id, owner.copy) = (customer.owner_id, n %% %(copies)s)
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
    copies = max(customers // CUSTOMERS_A_COPY, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(id) FROM relationships_customer")
        few, last = cursor.fetchone()
        _keep_copies(cursor, "team", _repeat_teams(copies))
        _keep_copies(cursor, "owner", _repeat_people(copies))
        cursor.execute(_CUSTOMERS, {"times": customers // few, "copies": copies})
        cursor.execute(_PAIRS, [last, last, few])
        cursor.execute(_CONTACTS)
        cursor.execute(_STATES)
        cursor.execute("ANALYZE")
    read_everyone_again(now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _repeat_teams(copies: int) -> list[tuple[int, int, int]]:
    """Make each team so many times; return each one's id, whose copy it is, and which."""
    there = list(Team.objects.order_by("pk"))
    made = Team.objects.bulk_create(
        Team(name=f"{team.name} {copy}", is_demo=True)
        for team in there
        for copy in range(1, copies)
    )
    return _numbered(there, made, copies)


def _repeat_people(copies: int) -> list[tuple[int, int, int]]:
    """Make each person so many times, each in a copy of their team."""
    there = list(Person.objects.order_by("pk").select_related("team"))
    teams = Team.objects.in_bulk(field_name="name")
    made = Person.objects.bulk_create(
        Person(
            email=f"{copy}.{one.email}",
            name=f"{one.name} {copy}",
            role=one.role,
            team=teams[f"{one.team.name} {copy}"] if one.team else None,
            is_active=one.is_active,
            is_demo=one.is_demo,
        )
        for one in there
        for copy in range(1, copies)
    )
    return _numbered(there, made, copies)


def _numbered(
    there: Sequence[Model], made: Sequence[Model], copies: int
) -> list[tuple[int, int, int]]:
    """Return the id of each copy, whose it is, and its number; the first is what was there."""
    like = [one for one in there for _ in range(1, copies)]
    number = [copy for _ in there for copy in range(1, copies)]
    return [(one.pk, one.pk, 0) for one in there] + [
        (new.pk, old.pk, copy) for new, old, copy in zip(made, like, number, strict=True)
    ]


def _keep_copies(cursor: Any, table: str, copies: Sequence[tuple[int, int, int]]) -> None:
    cursor.execute(f"CREATE TEMP TABLE {table} (id bigint, like_id bigint, copy integer)")
    cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s, %s)", copies)


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
