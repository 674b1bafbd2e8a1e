"""A database of a bench's own on throw-away servers (without fsync), gone when the bench ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402


@contextmanager
def scratch_database() -> Iterator[None]:
    """Make and migrate a database; drop it in the end."""
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


def add_customers(number: int) -> None:
    """Add customers by one statement, with ids from 1."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO relationships_customer
                (name, search_name, stage, style, yearly_value, currency, is_demo)
            SELECT 'Customer ' || n, 'customer ' || n, 'current', '', 1000 + n %% 977, 'EUR', false
            FROM generate_series(1, %s) AS n
            """,
            [number],
        )
        cursor.execute("ANALYZE relationships_customer")
