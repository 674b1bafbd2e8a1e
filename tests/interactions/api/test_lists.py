"""Touchpoints, loops, sources and types are listed, also as they change."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from interactions.models import Loop, Source, Touchpoint, TouchpointType
from interactions.selectors import lists
from interactions.services import NewTouchpoint, delete, edit, record, restore, source_named
from interactions.services.merge import merge_customers, unmerge_customer
from relationships.models import Customer, Person
from relationships.services import create_key
from tests.factories import AdministratorFactory, CustomerFactory, PersonFactory, ServiceFactory

URL = "/api/v1/touchpoints/"
LOOPS = "/api/v1/loops/"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _first_ids() -> None:
    """Start at id 1, as in a new Hearth: pages go through ids, whichever tests drew them."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE interactions_touchpoint_id_seq RESTART WITH 1")


def with_scopes(*scopes: str, name: str = "sync", **fields: Any) -> Client:
    key = create_key(name=name, scopes=scopes, **fields)
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


@pytest.fixture
def client() -> Client:
    return with_scopes("touchpoints:read", "organisation:read")


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


def recorded(by: Person, customer: Customer, number: int = 1, **fields: Any) -> list[int]:
    """Record touchpoints of one customer, a day after each other, and return their ids."""
    items = [
        NewTouchpoint(
            type=fields.get("type", "call.phone"),
            customer=customer.pk,
            occurred_at=NOW - timedelta(days=number - at),
            external_id=f"{fields.get('prefix', customer.pk)}-{at}",
        )
        for at in range(number)
    ]
    source = fields.get("source") or source_named("shop")
    outcomes = record(source=source, items=items, by=by, now=timezone.now())
    return [outcome.touchpoint_id for outcome in outcomes if outcome.touchpoint_id]


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [one["id"] for one in response.json()["results"]]


def all_ids(client: Client, address: str | None) -> list[int]:
    found: list[int] = []
    for _ in range(100):
        if address is None:
            break
        response = client.get(address)
        found += ids(response)
        address = response.json()["next"]
    assert address is None
    return found


def since(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def later(moment: datetime, touchpoint_ids: Sequence[int]) -> None:
    """Say that touchpoints were recorded at another moment."""
    Touchpoint.objects.filter(pk__in=touchpoint_ids).update(recorded_at=moment)


@pytest.mark.parametrize("limit", [1, 2, 7])
@pytest.mark.parametrize("window", [1, 3, 100_000])
def test_touchpoints_are_listed_both_ways_however_few_are_looked_through(
    client, by, monkeypatch, limit, window
):
    monkeypatch.setattr(lists, "READ_AT_ONCE", window)
    made = recorded(by, CustomerFactory(), 4) + recorded(by, CustomerFactory(), 3)

    assert all_ids(client, f"{URL}?limit={limit}") == made
    assert all_ids(client, f"{URL}?limit={limit}&sort=-id") == made[::-1]


@pytest.mark.parametrize("window", [2, 100_000])
def test_rare_filter_is_followed_over_empty_pages(client, by, monkeypatch, window):
    monkeypatch.setattr(lists, "READ_AT_ONCE", window)
    customer = CustomerFactory()
    recorded(by, customer, 6)
    (rare,) = recorded(by, customer, type="complaint", prefix="rare")
    recorded(by, customer, 5, prefix="more")

    assert all_ids(client, f"{URL}?type=complaint") == [rare]
    assert all_ids(client, f"{URL}?type=complaint&sort=-id") == [rare]


def test_filters_narrow_and_combine(client, by):
    customer, other = CustomerFactory(), CustomerFactory()
    first, second = recorded(by, customer, 2)
    (complaint,) = recorded(by, other, type="complaint", source=source_named("crm"))

    for query, expected in (
        (f"customer={customer.pk}", [first, second]),
        (f"customer={customer.pk}&sort=-id", [second, first]),
        (f"customer={customer.pk}&customer={other.pk}", [first, second, complaint]),
        ("type=complaint", [complaint]),
        ("type=complaint&type=call.phone", [first, second, complaint]),
        ("mode=human&direction=mutual", [first, second]),
        (f"source={Source.objects.get(name='crm').pk}", [complaint]),
        (f"external_id={customer.pk}-1", [second]),
        (f"occurred_since={since(NOW - timedelta(days=1))}", [second, complaint]),
        (f"occurred_before={since(NOW - timedelta(days=1))}", [first]),
        (f"person={2**40}", []),
    ):
        assert all_ids(client, f"{URL}?{query}") == expected, query


@pytest.mark.parametrize("window", [1, 100_000])
@pytest.mark.parametrize("limit", [1, 50])
def test_changes_since_are_what_came_and_what_became_of_earlier_ones(
    client, by, monkeypatch, window, limit
):
    monkeypatch.setattr(lists, "READ_AT_ONCE", window)
    customer, absorbed = CustomerFactory(), CustomerFactory()
    corrected, deleted, back, _ = recorded(by, customer, 4)
    (moved,) = recorded(by, absorbed)
    later(NOW, [corrected, deleted, back, moved])
    delete(touchpoint_id=back, by=by, now=NOW)
    Touchpoint.objects.update(recorded_at=NOW)
    start = database_now()

    edit(touchpoint_id=corrected, by=by, now=NOW, duration_minutes=7)
    delete(touchpoint_id=deleted, by=by, now=NOW)
    restore(touchpoint_id=back, by=by)
    merge_customers(keep=customer.pk, absorb=absorbed.pk, by=by, now=NOW)
    new = recorded(by, customer, 2, prefix="new")

    expected = [corrected, deleted, back, moved, *new]
    query = f"{URL}?updated_since={since(start)}&limit={limit}"
    assert all_ids(client, query) == expected
    assert all_ids(client, f"{query}&sort=-id") == expected[::-1]
    told = client.get(f"{URL}{deleted}/").json()
    assert told["deleted_at"] == since(NOW)
    assert told["updated_at"] > since(start)
    unmerge_customer(customer_id=absorbed.pk, by=by, now=NOW)
    assert client.get(f"{URL}{moved}/").json()["customer_id"] == absorbed.pk


def test_first_new_one_is_found_among_many_with_gaps(by):
    made = sorted(recorded(by, CustomerFactory(), 40))
    for at, pk in enumerate(made):
        Touchpoint.objects.filter(pk=pk).update(recorded_at=NOW + timedelta(hours=2 * at))
    Touchpoint.objects.filter(pk__in=made[5:9] + made[20:27]).delete()
    left = list(Touchpoint.objects.order_by("pk").values_list("pk", "recorded_at"))

    for at in range(-3, 90):
        moment = NOW + timedelta(hours=at)
        new = [pk for pk, recorded_at in left if recorded_at >= moment]
        first = lists._first_recorded(moment)
        assert all(pk >= first for pk in new)
        # Not much before it: an hour is left for transactions that take long.
        assert sum(first <= pk for pk, _ in left) <= len(new) + 1


def test_nothing_recorded_yet_is_an_empty_list(client):
    for query in ("", "?sort=-id", "?updated_since=0001-01-01T00:00:00Z"):
        assert all_ids(client, f"{URL}{query}") == []


def test_deleted_touchpoints_are_shown_when_asked_for(client, by):
    kept, gone = recorded(by, CustomerFactory(), 2)
    delete(touchpoint_id=gone, by=by, now=NOW)

    assert all_ids(client, URL) == [kept]
    assert all_ids(client, f"{URL}?include=deleted") == [kept, gone]
    assert client.get(f"{URL}{gone}/").json()["deleted_at"] == since(NOW)


def test_timeline_of_a_customer_goes_by_when_things_happened(client, by):
    kept, absorbed = CustomerFactory(), CustomerFactory()
    made = recorded(by, kept, 3)
    (earliest,) = recorded(by, absorbed)
    Touchpoint.objects.filter(pk=earliest).update(occurred_at=NOW - timedelta(days=90))
    recorded(by, CustomerFactory())
    merge_customers(keep=kept.pk, absorb=absorbed.pk, by=by, now=NOW)

    for customer in (kept, absorbed):
        address = f"/api/v1/customers/{customer.pk}/touchpoints/"
        assert all_ids(client, f"{address}?limit=1") == [*made[::-1], earliest]
        assert all_ids(client, f"{address}?sort=occurred_at") == [earliest, *made]
    assert client.get("/api/v1/customers/999999/touchpoints/").status_code == 404


def test_customer_that_was_merged_is_found_as_whom_it_became(client, by):
    kept, absorbed = CustomerFactory(), CustomerFactory()
    recorded(by, absorbed, type="complaint")
    merge_customers(keep=kept.pk, absorb=absorbed.pk, by=by, now=NOW)

    for plural in ("touchpoints", "loops"):
        listed = ids(client.get(f"/api/v1/{plural}/?customer={absorbed.pk}"))
        assert len(listed) == 1
        assert listed == ids(client.get(f"/api/v1/{plural}/?customer={kept.pk}"))


def test_loops_are_told_open_and_closed(client, by):
    customer, now = CustomerFactory(), timezone.now()
    opened, other = recorded(by, customer, 2, type="complaint")
    items = [
        NewTouchpoint(
            type="loop.closed", customer=customer.pk, occurred_at=NOW, closes=f"{customer.pk}-0"
        )
    ]
    record(source=source_named("shop"), items=items, by=by, now=now)
    loop = Loop.objects.get(opened_by=opened)

    told = client.get(f"{LOOPS}{loop.pk}/").json()

    assert (told["kind"], told["opened_by"]) == ("complaint", opened)
    assert told["closed_at"] == since(NOW)
    still = Loop.objects.get(opened_by=other).pk
    for query, expected in (
        ("is_open=true", [still]),
        ("is_open=false", [loop.pk]),
        (f"customer={customer.pk}&kind=complaint", [loop.pk, still]),
        ("kind=promise", []),
        ("sort=-due_at", [still, loop.pk]),
        (f"due_before={since(loop.due_at)}", []),
        (f"opened_since={since(loop.opened_at)}", [loop.pk, still]),
    ):
        assert all_ids(client, f"{LOOPS}?{query}") == expected, query


def test_loop_that_is_closed_has_changed_and_others_have_not(client, by):
    customer = CustomerFactory()
    opened, _ = recorded(by, customer, 2, type="complaint")
    start = database_now()
    items = [
        NewTouchpoint(
            type="loop.closed", customer=customer.pk, occurred_at=NOW, closes=f"{customer.pk}-0"
        )
    ]

    record(source=source_named("shop"), items=items, by=by, now=timezone.now())

    loop = Loop.objects.get(opened_by=opened)
    assert ids(client.get(f"{LOOPS}?updated_since={since(start)}")) == [loop.pk]


def test_key_of_a_team_sees_its_own_alone(by):
    mine, theirs = CustomerFactory(), CustomerFactory()
    (seen,) = recorded(by, mine, type="complaint")
    (unseen,) = recorded(by, theirs, type="complaint")
    ServiceFactory(team=theirs.team, email="other@service.invalid")
    other = Source.objects.create(
        name="theirs", service_account=Person.objects.get(email="other@service.invalid")
    )
    client = with_scopes("touchpoints:read", "organisation:read", team=mine.team)

    assert all_ids(client, URL) == [seen]
    assert all_ids(client, f"{URL}?updated_since=2020-01-01T00:00:00Z") == [seen]
    assert all_ids(client, f"{URL}?customer={theirs.pk}") == []
    assert client.get(f"{URL}{unseen}/").status_code == 404
    assert all_ids(client, LOOPS) == [Loop.objects.get(opened_by=seen).pk]
    assert client.get(f"/api/v1/customers/{theirs.pk}/touchpoints/").status_code == 404
    assert other.pk not in all_ids(client, "/api/v1/sources/")
    assert client.get(f"/api/v1/sources/{other.pk}/").status_code == 404


def test_account_manager_sees_the_same_in_the_browser(by):
    mine, theirs = CustomerFactory(), CustomerFactory()
    (seen,) = recorded(by, mine)
    recorded(by, theirs)
    browser = Client()
    browser.force_login(PersonFactory(team=mine.team))

    assert all_ids(browser, URL) == [seen]


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        (URL, "touchpoints:read"),
        (f"{URL}1/", "touchpoints:read"),
        ("/api/v1/customers/1/touchpoints/", "touchpoints:read"),
        (LOOPS, "touchpoints:read"),
        (f"{LOOPS}1/", "touchpoints:read"),
        ("/api/v1/sources/", "organisation:read"),
        ("/api/v1/sources/1/", "organisation:read"),
    ],
)
def test_each_address_asks_for_its_scope(address, scope):
    response = with_scopes("touchpoints:write").get(address)

    assert response.status_code == 403
    assert scope in response.json()["detail"]
    assert Client().get(address).status_code == 401


def test_whole_catalogue_comes_at_once_and_each_type_by_its_key():
    client = with_scopes("touchpoints:write")

    page = client.get("/api/v1/touchpoint-types/").json()

    keys = [one["key"] for one in page["results"]]
    assert keys == sorted(TouchpointType.objects.values_list("key", flat=True))
    assert page["next"] is None
    assert client.get("/api/v1/touchpoint-types/call.phone/").json()["label"] == "Phone call"
    told = client.get("/api/v1/touchpoint-types/?mode=human&fields=label&limit=1").json()
    assert told["results"][0].keys() == {"key", "label"}
    for key in ("nothing", "a%00b", "%FF"):
        assert client.get(f"/api/v1/touchpoint-types/{key}/").status_code == 404


@pytest.mark.parametrize(
    ("address", "queries"),
    [(URL, 5), (LOOPS, 4), ("/api/v1/sources/", 4), ("/api/v1/touchpoint-types/", 4)],
)
def test_list_takes_as_many_queries_whatever_its_length(
    client, by, django_assert_num_queries, address, queries
):
    for _ in range(10):
        recorded(by, CustomerFactory(), type="complaint")
    client.get(address)

    # Whether the key is still as remembered, and here, where nothing is committed, the key; since
    # when to ask next time, and the rows; of touchpoints also the last id.
    with django_assert_num_queries(queries):
        assert len(client.get(address).json()["results"]) >= 1
