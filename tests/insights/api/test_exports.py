"""Exports: every row of one moment, in constant memory, whole or seen to be broken."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from insights.api.export_examples import EXAMPLES, lines_of, table_of
from insights.selectors import exports
from insights.selectors.export_tables import TABLES, TOUCHPOINTS
from insights.selectors.exports import Export, Form
from interactions.models import Direction, Loop, LoopKind, Touchpoint
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Person
from relationships.services import create_key
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    PersonFactory,
    ReadingFactory,
    ServiceFactory,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SCOPES = [
    "exports:read", "customers:read", "contacts:read", "touchpoints:read",
]  # fmt: skip

# An export has a connection of its own, which sees only what was committed.
committed = pytest.mark.django_db(transaction=True, serialized_rollback=True)
pytestmark = pytest.mark.django_db


class SharedConnection:
    """Stands for the export's own connection where it need not be another than the test's."""

    def cursor(self) -> Any:
        """Return a cursor of the test's connection."""
        return connection.cursor()

    def close(self) -> None:
        """Give the place back."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")


@pytest.fixture(autouse=True)
def _shares_the_connection(request, monkeypatch):
    """Let exports see what the test has not committed, unless it commits."""
    if request.node.get_closest_marker("django_db").kwargs.get("transaction"):
        return
    monkeypatch.setattr(exports, "own_connection", SharedConnection)
    monkeypatch.setattr(exports, "BEGIN", "SET LOCAL datestyle = 'ISO'")


@pytest.fixture
def client() -> Client:
    return key_of("warehouse", *SCOPES)


def key_of(name: str, *scopes: str, **fields: Any) -> Client:
    key = create_key(name=name, scopes=list(scopes), **fields)
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def url(table: str, form: str = "ndjson") -> str:
    return f"/api/v1/exports/{table}.{form}"


def lines(response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    rows = [json.loads(line) for line in response.getvalue().decode().split("\n")[:-1]]
    assert response.headers["Hearth-Rows"] == str(len(rows))
    return rows


def table(response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.content
    text = response.getvalue().decode()
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert response.headers["Hearth-Rows"] == str(len(rows))
    return rows


def happened(*texts: str, customer: Any = None, **fields: Any) -> list[Touchpoint]:
    items = [
        NewTouchpoint(
            type="call.phone", customer=(customer or CustomerFactory()).pk, text=text,
            occurred_at=NOW - timedelta(days=number), external_id=f"x-{number}", **fields,
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip
    record(source=source_named("shop"), items=items, by=AdministratorFactory(), now=NOW)
    return list(Touchpoint.objects.order_by("pk"))


NASTY = [
    "=HYPERLINK(1)", '"quoted", and a comma', "two\nlines\r\nor three", "\tTab", "Zoë 🜁  ",
    "\\. \\N \\n", "", "'", "+49 30", "null", "a\x01b\x02c",
]  # fmt: skip


def test_lines_of_json_hold_every_text_as_it_is(client):
    touchpoints = happened(*NASTY)

    rows = lines(client.get(url("touchpoints")))

    assert [row["text"] for row in rows] == [one.text for one in touchpoints]
    assert [row["id"] for row in rows] == [one.pk for one in touchpoints]


def test_table_holds_every_text_and_no_formula(client):
    touchpoints = happened(*NASTY)

    response = client.get(url("touchpoints", "csv"))
    rows = table(response)

    shown = [f"'{one.text}" if one.text[:1] in "=+-@\t\r" and one.text else one.text
             for one in touchpoints]  # fmt: skip
    assert [row["text"] for row in rows] == shown
    assert list(rows[0]) == [column.name for column in TOUCHPOINTS.columns]
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="touchpoints-' in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "private"


def test_touchpoint_is_told_in_words_and_exact_numbers(client):
    customer = CustomerFactory()
    happened("Asked", customer=customer, direction=Direction.INBOUND, value=Decimal("0.10"),
             opens=LoopKind.QUESTION)  # fmt: skip

    (row,) = lines(client.get(url("touchpoints")))

    assert row.keys() == EXAMPLES["touchpoints"].keys()
    assert (row["type"], row["direction"], row["opens"]) == ("call.phone", "inbound", "question")
    assert (row["source"], row["external_id"]) == ("shop", "x-0")
    assert (row["value"], row["occurred_at"]) == ("0.10", "2026-03-02T09:30:00Z")
    assert row["recorded_at"].endswith("Z")
    (told,) = table(client.get(url("touchpoints", "csv")))
    assert (told["value"], told["sentiment"], told["is_template"]) == ("0.10", "", "f")
    assert told["occurred_at"] == "2026-03-02T09:30:00Z"


def test_every_table_has_its_example_and_every_row(client):
    customer = CustomerFactory(name="Meridian Press", owner=PersonFactory(), yearly_value=48000)
    IdentityFactory(customer=customer, namespace="crm", value="C-1001")
    contact = ContactFactory(customer=customer)
    IdentityFactory(
        customer=customer, contact=contact, kind="email", namespace="", value="zoe@example.com"
    )
    happened("Asked", customer=customer, opens=LoopKind.COMPLAINT)
    ReadingFactory(customer=customer)
    found = {one.name: lines(client.get(url(one.name))) for one in TABLES}

    for one in TABLES:
        names = [column.name for column in one.columns]
        assert list(EXAMPLES[one.name]) == names
        (row,) = found[one.name]
        assert list(row) == names
        (told,) = table(client.get(url(one.name, "csv")))
        assert list(told) == names
    (told,) = found["customers"]
    assert (told["name"], told["yearly_value"]) == ("Meridian Press", "48000.00")
    assert told["identities"] == [{"kind": "foreign", "value": "C-1001", "namespace": "crm"}]
    assert found["contacts"][0]["identities"][0]["value"] == "zoe@example.com"
    assert (found["loops"][0]["kind"], found["loops"][0]["external_id"]) == ("complaint", "x-0")
    assert (found["readings"][0]["band"], found["readings"][0]["at_risk"]) == ("steady", "100.00")


def test_examples_are_what_is_sent():
    for one in TABLES:
        example = EXAMPLES[one.name]
        assert json.loads(lines_of(example)) == example
        assert table_of(example).splitlines()[0] == ",".join(example)


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 7])
@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_pieces_make_a_whole(client, monkeypatch, rows, form):
    monkeypatch.setattr(exports, "PIECE", 3)
    happened(*(f"no. {number}" for number in range(rows)))

    read = lines if form == "ndjson" else table
    told = read(client.get(url("touchpoints", form)))

    assert [row["text"] for row in told] == [f"no. {number}" for number in range(rows)]


@committed
def test_everything_is_of_one_moment(client, monkeypatch):
    monkeypatch.setattr(exports, "PIECE", 2)
    happened("a", "b", "c", "d", "e")
    pieces = iter(client.get(url("touchpoints")).streaming_content)
    first = next(pieces)
    Touchpoint.objects.filter(text__in=["d", "e"]).delete()
    Touchpoint.objects.filter(text="c").update(text="changed")

    rest = b"".join(pieces)

    told = [json.loads(line)["text"] for line in (first + rest).splitlines()]
    assert told == ["a", "b", "c", "d", "e"]


def test_gzip_is_sent_to_who_takes_it(client):
    happened(*NASTY)
    plain = client.get(url("touchpoints")).getvalue()

    zipped = client.get(url("touchpoints"), headers={"Accept-Encoding": "br, gzip;q=0.5"})

    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in zipped.headers["Vary"]
    assert gzip.decompress(zipped.getvalue()) == plain
    for refused in ("gzip;q=0", "gzip; q=0.000", "identity", ""):
        answer = client.get(url("touchpoints"), headers={"Accept-Encoding": refused})
        assert "Content-Encoding" not in answer.headers
        assert answer.getvalue() == plain


def test_an_export_that_breaks_off_is_not_taken_for_whole(client, monkeypatch):
    monkeypatch.setattr(exports, "PIECE", 2)
    happened("a", "b", "c", "d", "e")
    make = Export._lines
    monkeypatch.setattr(
        Export, "_lines", lambda self, after, until: make(self, after, until)[after > 0 :]
    )

    with pytest.raises(RuntimeError, match="3 rows of 5"):
        client.get(url("touchpoints")).getvalue()
    zipped = client.get(url("touchpoints"), headers={"Accept-Encoding": "gzip"})
    sent: list[bytes] = []
    with pytest.raises(RuntimeError):
        sent.extend(zipped.streaming_content)
    with pytest.raises(EOFError):
        gzip.decompress(b"".join(sent))


def sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


@committed
def test_who_goes_away_ends_it(client, monkeypatch):
    monkeypatch.setattr(exports, "PIECE", 1)
    happened("a", "b", "c")
    before = sessions()

    for pieces_read in (0, 1):
        response = client.get(url("touchpoints"))
        pieces = iter(response.streaming_content)
        for _ in range(pieces_read):
            next(pieces)
        assert sessions() == before + 1
        response.close()
        wait_until(lambda: sessions() == before)


def wait_until(is_so) -> None:
    end = timezone.now() + timedelta(seconds=5)
    while not is_so():
        assert timezone.now() < end


@committed
def test_only_a_few_run_at_once_and_others_are_told_when_to_come_back(client):
    before = sessions()
    running = [client.get(url("customers")) for _ in range(exports.MOST_AT_ONCE)]
    assert {one.status_code for one in running} == {200}

    refused = client.get(url("customers", "csv"))

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "30"
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "Try again" in refused.json()["detail"]
    running[0].close()
    # An open one would keep the next test from emptying the tables.
    for one in running[1:]:
        one.close()
    wait_until(lambda: sessions() == before)
    assert len(lines(client.get(url("customers")))) == 0


def test_moments_narrow(client):
    happened("now", "yesterday", "before")

    def texts(query: str) -> list[str]:
        return [row["text"] for row in lines(client.get(f"{url('touchpoints')}?{query}"))]

    assert texts("since=2026-03-01T09:30:00Z") == ["now", "yesterday"]
    assert texts("until=2026-03-01T09:30:00Z") == ["before"]
    assert texts("since=2026-03-01T10:30:00%2B01:00&until=2026-03-02T00:00:00Z") == ["yesterday"]
    assert texts("updated_since=2099-01-01T00:00:00Z") == []


def test_what_changed_since_the_last_export_has_deletions_too(client):
    first, second, third = happened("a", "b", "c")
    response = client.get(url("touchpoints"))
    assert len(lines(response)) == 3
    as_of = response.headers["Hearth-As-Of"]
    old = NOW - timedelta(days=400)
    Touchpoint.objects.update(recorded_at=old)
    assert lines(client.get(f"{url('touchpoints')}?updated_since={as_of}")) == []

    Touchpoint.objects.filter(pk=second.pk).update(deleted_at=timezone.now())
    Touchpoint.objects.filter(pk=third.pk).update(edited_at=timezone.now())

    told = lines(client.get(f"{url('touchpoints')}?updated_since={as_of}"))
    assert [(row["id"], bool(row["deleted_at"])) for row in told] == [
        (second.pk, True), (third.pk, False),
    ]  # fmt: skip
    assert [row["id"] for row in lines(client.get(url("touchpoints")))] == [first.pk, third.pk]


def test_who_was_merged_is_told_among_changes_alone(client):
    kept, gone = CustomerFactory(), CustomerFactory()
    gone.merged_into = kept
    gone.save()

    assert [row["id"] for row in lines(client.get(url("customers")))] == [kept.pk]
    changed = lines(client.get(f"{url('customers')}?updated_since=2020-01-01T00:00:00Z"))
    assert [row["merged_into"] for row in changed] == [None, kept.pk]


def test_what_a_team_may_not_see_is_not_there():
    mine, theirs = CustomerFactory(), CustomerFactory()
    for customer in (mine, theirs):
        ContactFactory(customer=customer)
        ReadingFactory(customer=customer)
    source, by = source_named("shop"), AdministratorFactory()
    items = [
        NewTouchpoint(type="complaint", customer=one.pk, occurred_at=NOW) for one in (mine, theirs)
    ]
    record(source=source, items=items, by=by, now=NOW)
    assert Loop.objects.count() == 2
    team = mine.team
    nobody = Person.objects.get(pk=PersonFactory(team=None).pk)
    browser, key, lost = Client(), key_of("till", *SCOPES, team=team), Client()
    browser.force_login(PersonFactory(team=team))
    lost.force_login(nobody)

    for one in TABLES:
        name = "id" if one.name == "customers" else "customer_id"
        for sender in (browser, key):
            assert [row[name] for row in lines(sender.get(url(one.name)))] == [mine.pk]
        assert lines(lost.get(url(one.name))) == []


def test_both_scopes_are_needed():
    for one in TABLES:
        export_only, read_only = (
            key_of(f"{one.name} {scope}", scope) for scope in ("exports:read", one.scope)
        )
        for form in ("ndjson", "csv"):
            answer = export_only.get(url(one.name, form))
            assert answer.status_code == 403
            assert one.scope in answer.json()["detail"]
            assert "exports:read" in read_only.get(url(one.name, form)).json()["detail"]
            assert Client().get(url(one.name, form)).status_code == 401


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("touchpoints.xlsx", 404),
        ("secrets.csv", 404),
        ("touchpoints", 404),
        ("touchpoints.csv?since=yesterday", 422),
        ("touchpoints.csv?since=%00", 422),
        ("touchpoints.csv?since=2026-03-02T00:00:00", 422),
        ("customers.csv?since=2026-03-02T00:00:00Z", 422),
        ("touchpoints.csv?limit=3", 422),
        ("touchpoints.csv?since=2026-03-02T00:00:00Z&since=2026-03-02T00:00:00Z", 422),
    ],
)
def test_wrong_address_is_answered_with_a_problem(client, address, status):
    response = client.get(f"/api/v1/exports/{address}")

    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"


def test_only_the_format_of_the_address_is_agreed_on(client):
    for accepted, status in (("*/*", 200), ("text/csv", 200), ("image/png", 406)):
        response = client.get(url("customers", "csv"), headers={"Accept": accepted})
        assert response.status_code == status
        assert response.getvalue()


def test_head_says_what_would_be_sent_and_makes_nothing(client):
    happened("a")
    response = client.head(url("touchpoints", "csv"))

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "Content-Length" not in response.headers
    assert response.getvalue() == b""


def test_a_piece_takes_one_query_whatever_the_table(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(exports, "PIECE", 2)
    ReadingFactory.create_batch(5)
    for one in TABLES:
        # Since when to ask next time, a place, the snapshot, where pieces end and what is left.
        with django_assert_num_queries(5):
            export = Export(one, Form.CSV, ServiceFactory.build(is_active=True), {})
        pieces = len(export._bounds) + 1
        with django_assert_num_queries(pieces):
            assert len(b"".join(export).splitlines()) == export.rows + 1
        export.close()


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
def test_moments_that_the_database_does_not_know_are_refused(client, moment):
    for name in ("since", "until"):
        refused = client.get(f"{url('touchpoints')}?{name}={moment}")
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["parameter"] == name
