"""Event logs are read line by line, whatever is in them."""

import io
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from interactions.logs import BadRow, LogFile, LogFileError, LogRow, Occurrences, open_log

HEADER = b"customer,occurred_at,value\n"


def read(content: bytes, zone: str = "UTC") -> list[LogRow | BadRow]:
    return list(LogFile(io.BytesIO(content), zone=ZoneInfo(zone)))


def test_row_is_read_with_its_line():
    (row,) = read(HEADER + b"ann,2026-03-01T12:00:00Z,11.77\n")

    assert (row.line, row.customer, row.value) == (2, "ann", Decimal("11.77"))
    assert row.occurred_at == datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2026-03-01", "2026-03-01T00:00:00", "20260301"])
def test_date_without_time_begins_in_the_organisations_zone(written):
    (row,) = read(HEADER + f"ann,{written},\n".encode(), zone="Asia/Tokyo")

    assert row.occurred_at == datetime(2026, 2, 28, 15, tzinfo=UTC)
    assert row.value is None


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfcustomer,occurred_at\nann,2026-03-01\n",
        b"customer,occurred_at\r\nann,2026-03-01\r\n",
        b"Occurred_At , CUSTOMER\n2026-03-01, ann",
        b'customer,occurred_at,note\n"ann","2026-03-01","a, ""b"""\n',
        b"customer,occurred_at\n\n  \nann,2026-03-01\n\n",
    ],
    ids=["byte order mark", "CRLF", "columns in another order", "quotes", "blank lines"],
)
def test_spelling_of_the_file_does_not_matter(content):
    (row,) = read(content)

    assert (row.customer, row.written[1]) == ("ann", "2026-03-01")


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b"ann,yesterday,1", "occurred_at", "ISO date"),
        (b"ann,,1", "occurred_at", "ISO date"),
        (b"ann,2026-02-30,1", "occurred_at", "ISO date"),
        (b",2026-03-01,1", "customer", "which customer"),
        (b'ann,2026-03-01,"1,5"', "value", "plain number"),
        (b"ann,2026-03-01", "line", "2 fields; the first line has 3"),
        (b"ann,2026-03-01,1,2", "line", "4 fields"),
        (b'ann,"2026-03-01,1', "line", "quote"),
        (b'"ann"x,2026-03-01,1', "line", "quote"),
        (b"an\xe9,2026-03-01,1", "line", "UTF-8"),
        (b"a" * 200_000 + b",2026-03-01,1", "line", "64 KiB"),
        (b"a\rb,2026-03-01,1", "line", "quote"),
    ],
)
def test_bad_line_never_costs_its_neighbours(line, field, reason):
    before, bad, after = read(HEADER + b"a,2026-03-01,1\n" + line + b"\nb,2026-03-02,2\n")

    assert isinstance(before, LogRow)
    assert isinstance(after, LogRow)
    assert (bad.line, bad.field, after.line) == (3, field, 4)
    assert reason in bad.reason


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n", "lacks the columns customer and occurred_at"),
        (b"customer,date\n", "lacks the column occurred_at; its first line has customer, date"),
        (b"customer;occurred_at\n", "Separate columns with commas"),
        (b"customer,occurred_at,customer\n", "two columns customer"),
        (b"\x1f\x8b\x08\x00abc", "gunzip"),
        (b"PK\x03\x04abc", "spreadsheet"),
        ("customer,occurred_at\n".encode("utf-16"), "UTF-16"),
        (b"\xe9\xff,b\n", "UTF-8"),
        (b"x" * 100_000, "no CSV"),
        (b"customer,occurred_at\rann,2026-03-01\r", "column names"),
    ],
)
def test_file_that_is_no_log_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(LogFileError, match=sentence):
        read(content)


def test_path_that_cannot_be_read_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(LogFileError, match="directory"):
        open_log(tmp_path)
    with pytest.raises(LogFileError, match="does not exist"):
        open_log(tmp_path / "none.csv")


def test_endless_line_takes_no_memory():
    stream = io.BytesIO(HEADER + b"a" * 20_000_000 + b"\nann,2026-03-01,1\n")
    log = LogFile(stream, zone=UTC)
    tracemalloc.start()

    bad, good = log

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (bad.line, good.line) == (2, 3)
    assert peak < 1_000_000


def ids(rows: list[LogRow | BadRow], type_key: str = "order.placed") -> list[str]:
    occurrences = Occurrences()
    found = [occurrences.external_id(row, type_key=type_key) for row in rows]
    occurrences.close()
    return found


def test_equal_rows_are_two_events_wherever_they_stand():
    twice = read(HEADER + b"ann,2026-03-01,5\nbob,2026-03-02,5\nann,2026-03-01,5\n")

    first, _, second = ids(twice)

    assert first != second
    assert first.removesuffix(".1") == second.removesuffix(".2")


def test_longer_or_overlapping_file_gives_the_same_events_the_same_ids():
    january = b"ann,2026-01-01,5\nann,2026-01-01,5\n"
    february = b"ann,2026-02-01,5\n"

    whole = ids(read(HEADER + january + february))

    assert ids(read(HEADER + january)) == whole[:2]
    assert ids(read(HEADER + february)) == whole[2:]
    assert ids(read(HEADER + january + february, zone="Asia/Tokyo")) == whole


def test_another_type_is_another_event():
    rows = read(HEADER + b"ann,2026-01-01,5\n")

    assert ids(rows) != ids(rows, "order.delivered")
