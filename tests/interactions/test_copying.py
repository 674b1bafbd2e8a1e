"""What is written as COPY and arrays read it comes back as it was."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from interactions.services.copying import array, copy_columns

pytestmark = pytest.mark.django_db

COLUMNS = {
    "number": [1, None, -(2**62)],
    "share": [0.1, None, 1e-300],
    "amount": [Decimal("12.30"), None, Decimal("-0.01")],
    "flag": [True, False, False],
    "moment": [
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2026, 3, 29, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2026, 3, 1, 12, tzinfo=UTC),
    ],
    "word": ["null", "\\N", r"a\tb"],
    "few": [None, "null", 'tab\tnew\nline\r"quoted" \\ Zoë'],
    "all_alike": ["a\tb", "a\tb", "a\tb"],
    "nothing": [None, None, None],
}
TABLE = """
    CREATE TEMPORARY TABLE copied (
        id serial, number bigint, share float, amount numeric(14, 2), flag boolean,
        moment timestamptz, word text, few text, all_alike text, nothing text
    ) ON COMMIT DROP
"""
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


def test_every_kind_of_value_comes_back_as_it_was():
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        copy_columns(cursor, "copied", COLUMNS)
        cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM copied ORDER BY id")
        rows = cursor.fetchall()

    assert rows == list(zip(*COLUMNS.values(), strict=True))


@given(st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_any_text_comes_back_as_it_was(texts):
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS copied; {TABLE}")
        copy_columns(cursor, "copied", {"number": list(range(len(texts))), "few": texts})
        cursor.execute("SELECT few FROM copied ORDER BY number")
        assert [text for (text,) in cursor.fetchall()] == texts


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, None, 3]),
        ("boolean", [True, False]),
        ("text", ['He said "no"', "null", "\\", "{a,b}", ""]),
        ("timestamptz", [datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)]),
    ],
)
def test_arrays_come_back_as_they_were(kind, values):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [array(values)])
        assert cursor.fetchone() == (values,)
