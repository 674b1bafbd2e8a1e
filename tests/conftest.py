"""What all tests share."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from hypothesis import settings

from relationships.models import Person
from tests.browser import chromium
from tests.emptied import empty_quickly
from tests.factories import PersonFactory
from tests.node import node

# How long an example takes says how busy the machine is.
settings.register_profile("hearth", deadline=None)
settings.load_profile("hearth")

NEEDED = (
    ("browser", chromium, "Chromium is not installed", "chromium"),
    ("node", node, "Node.js is not installed", "nodejs npm"),
)
"""A mark of tests, what finds the program they run in, what is said without it, its packages."""


# Tables are filled and emptied within a test, and what a connection planned where there was hardly
# anything, it would do with thousands: a foreign key was looked for by reading the whole table.
django_settings.DATABASES["default"]["OPTIONS"]["options"] += (
    " -c plan_cache_mode=force_custom_plan"
)

FIRST_NUMBER = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass,
                  1000 + 500 * row_number() OVER (ORDER BY sequencename))
    FROM pg_sequences
"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let rows be numbered from 1,000 on and each kind otherwise, as where Hearth is in use.

    A number written as `1,001` where an address is meant fails then, and so does an id of another
    table.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(FIRST_NUMBER)
        empty_quickly()


@pytest.fixture
def manager() -> Person:
    """Return an account manager, whose name takes more than ASCII."""
    return PersonFactory(name="Marta Żółkiewska")


@pytest.fixture
def browser(manager: Person) -> Client:
    """Return the account manager's browser, signed in."""
    client = Client()
    client.force_login(manager)
    return client


LONGEST = ("test_crashes.py", "test_launch.py")
"""Files with tests of more than a minute: at the end, one process would run them alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest, and leave out what runs in a program that is not there."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
    for mark, find, reason, _ in NEEDED:
        for item in items:
            if item.get_closest_marker(mark) and not find():
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say plainly which tests were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    for mark, find, reason, packages in NEEDED:
        left_out = sum(mark in report.keywords for report in skipped)
        if left_out and not find():
            terminalreporter.write_line(
                f"{left_out} {mark} tests were LEFT OUT: {reason} (apt-get install {packages}).",
                yellow=True,
            )
