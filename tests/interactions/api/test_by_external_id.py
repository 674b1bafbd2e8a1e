"""Touchpoints by the external ids of their source: read, put, deleted, brought back."""

import json
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from interactions.api import by_external_id
from interactions.models import Loop, Source, Touchpoint, TouchpointChange
from interactions.services import own
from relationships.models import Customer, Identity
from relationships.services import create_key
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    PersonFactory,
    TeamFactory,
)

POST = "/api/v1/touchpoints/"
READ_WRITE = ("touchpoints:read", "touchpoints:write")

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return IdentityFactory(namespace="shop", value="C-1001").customer


def client(*scopes: str, name: str = "shop", **key: Any) -> Client:
    made = create_key(name=name, scopes=scopes or READ_WRITE, **key)
    return Client(headers={"Authorization": f"Bearer {made.secret}"})


@pytest.fixture
def shop() -> Client:
    return client()


def url(external_id: str) -> str:
    return f"/api/v1/touchpoints/by-external-id/{quote(external_id, safe='')}/"


def call(**fields: Any) -> dict[str, Any]:
    an_hour_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    foreign = {"foreign_id": "C-1001", "namespace": "shop"}
    return {"type": "call.phone", "customer": foreign, "occurred_at": an_hour_ago} | fields


def put(sender: Client, external_id: str, item: Any, **headers: str):
    return sender.put(
        url(external_id), json.dumps(item), content_type="application/json", headers=headers
    )


def record(sender: Client, external_id: str = "a", **fields: Any):
    item = json.dumps(call(external_id=external_id, **fields))
    return sender.post(POST, item, content_type="application/json")


def restore(sender: Client, external_id: str):
    return sender.post(url(external_id).replace("by-external-id", "restore"))


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.json()


def test_put_records_what_is_not_there(shop, customer):
    response = put(shop, "a", call(text="hello"))

    touchpoint = Touchpoint.objects.get()
    assert response.status_code == 201
    assert response.json()["id"] == touchpoint.pk
    assert response.json()["text"] == touchpoint.text == "hello"
    assert (touchpoint.external_id, touchpoint.source.name) == ("a", "shop")


def test_put_corrects_to_exactly_what_is_sent(shop, customer):
    record(shop, direction="inbound", duration_minutes=12, text="old", sentiment=0.5, value="5")

    response = put(shop, "a", call(type="meeting.in_person", external_id="a"))

    assert response.status_code == 200
    told = response.json()
    assert told["type"] == "meeting.in_person"
    assert told["direction"] == "mutual"
    assert [told[name] for name in ("duration_minutes", "text", "sentiment", "value")] == [
        None, "", None, None,
    ]  # fmt: skip
    assert told["edited_at"] is not None
    assert Touchpoint.objects.count() == 1


def test_what_is_read_is_what_was_put(shop, customer):
    made = put(shop, "a", call(value="129.90", direction="inbound"))

    read = shop.get(url("a"))

    assert read.status_code == 200
    assert read.content == made.content
    assert read.headers["ETag"] == made.headers["ETag"]
    assert read.headers["Cache-Control"] == "private"
    assert read.json()["value"] == "129.90"
    assert shop.get(url("a"), headers={"If-None-Match": read.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "external_id",
    [
        "ticket/88", "a/", "/a", "//", "/", "a b", " a ", "100%", "%2F", "a%20b", "%25", "%FF",
        "?a=b#c", "Zoë-☕-\U0001d518", "a\nb", "a;b,c", "batch", "restore", "a/restore", "1",
        "..", "../..", ".",
        "a+b&c=d", "'\"<>\\", "x" * 200, "☕" * 200,
    ],
)  # fmt: skip
def test_external_id_may_have_anything_in_it(shop, customer, external_id):
    made = put(shop, external_id, call())

    assert made.status_code == 201
    assert Touchpoint.objects.get().external_id == external_id
    assert put(shop, external_id, call(text="x")).status_code == 200
    assert shop.get(url(external_id)).json()["external_id"] == external_id
    assert shop.delete(url(external_id)).status_code == 204
    assert restore(shop, external_id).status_code == 200
    assert Touchpoint.objects.get().deleted_at is None


def test_external_id_of_a_recorded_one_is_found(shop, customer):
    record(shop, "ticket/88")

    assert shop.get(url("ticket/88")).json()["external_id"] == "ticket/88"


@pytest.mark.parametrize("external_id", ["a\x00", "x" * 201])
def test_external_id_that_nothing_can_have_is_refused(shop, customer, external_id):
    problem(shop.get(url(external_id)), 404)
    problem(shop.delete(url(external_id)), 404)
    problem(restore(shop, external_id), 404)
    errors = problem(put(shop, external_id, call()), 422)["errors"]
    assert errors[0]["pointer"] == "/external_id"


def test_other_external_id_in_the_body_is_refused(shop, customer):
    record(shop)

    errors = problem(put(shop, "a", call(external_id="b")), 422)["errors"]

    assert errors[0] | {"detail": ""} == {"pointer": "/external_id", "value": "b", "detail": ""}


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"type": "call.fone"}, "/type"),
        ({"type": 5}, "/type"),
        ({"customer": {"foreign_id": "nobody"}}, "/customer"),
        ({"customer": {"id": 2**70}}, "/customer"),
        ({"sentiment": 7}, "/sentiment"),
        ({"kind": "x"}, "/kind"),
        ({"occurred_at": "9999-12-31T23:59:59Z"}, "/occurred_at"),
        ({"contact_id": 2**70}, "/contact_id"),
        ({"closes": "a"}, "/closes"),
    ],
)
def test_wrong_value_is_named_and_nothing_changed(shop, customer, is_there, fields, pointer):
    if is_there:
        record(shop, text="old")
    before = list(Touchpoint.objects.values())

    errors = problem(put(shop, "a", call(**fields)), 422)["errors"]

    assert pointer in {error["pointer"] for error in errors}
    assert list(Touchpoint.objects.values()) == before


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"5", b"{", b"\xff", b"[" * 100_000])
def test_garbage_is_refused(shop, customer, body):
    response = shop.put(url("a"), body, content_type="application/json")

    assert response.status_code in {400, 422}
    assert not Touchpoint.objects.exists()


def test_put_moves_to_another_customer(shop, customer):
    record(shop)
    other = IdentityFactory(namespace="shop", value="C-2").customer

    response = put(shop, "a", call(customer={"foreign_id": "C-2"}))

    assert response.json()["customer_id"] == other.pk
    changed = TouchpointChange.objects.values_list("customer_id", flat=True)
    assert {customer.pk, other.pk} <= set(changed)


def test_only_a_key_that_may_makes_the_customer_it_moves_to(shop, customer):
    record(shop)
    new = call(customer={"foreign_id": "new"})

    problem(put(shop, "a", new), 422)
    moved = put(client(*READ_WRITE, "customers:write"), "a", new)

    assert moved.status_code == 200
    assert moved.json()["customer_id"] == Identity.objects.get(value="new").customer_id


def test_correction_that_is_refused_makes_no_customer(shop, customer):
    record(shop)

    wrong = call(customer={"foreign_id": "new"}, type="call.fone")
    problem(put(client(*READ_WRITE, "customers:write"), "a", wrong), 422)

    assert not Identity.objects.filter(value="new").exists()


def test_loops_follow(shop, customer):
    now = timezone.now().isoformat()
    put(shop, "t", call(type="complaint"))
    put(shop, "s", call(type="loop.closed", closes="t", occurred_at=now))
    assert Loop.objects.get().closed_at is not None

    put(shop, "s", call(type="call.phone", occurred_at=now))
    assert Loop.objects.get().closed_at is None

    put(shop, "s", call(type="loop.closed", closes="t", occurred_at=now))
    assert Loop.objects.get().closed_at is not None

    shop.delete(url("s"))
    assert Loop.objects.get().closed_at is None

    restore(shop, "s")
    assert Loop.objects.get().closed_at is not None

    put(shop, "t", call(opens="none"))
    assert not Loop.objects.exists()


def test_delete_is_for_ever_the_same_until_it_is_restored(shop, customer):
    record(shop, text="kept")

    assert [shop.delete(url("a")).status_code for _ in range(2)] == [204, 204]
    assert Touchpoint.objects.get().deleted_at is not None
    assert record(shop).json()["status"] == "known"
    assert Touchpoint.objects.get().deleted_at is not None
    back = [restore(shop, "a") for _ in range(2)]

    assert [response.status_code for response in back] == [200, 200]
    assert back[0].content == back[1].content
    assert back[0].json()["text"] == "kept"
    assert TouchpointChange.objects.filter(is_refold=True).count() == 2


def test_deleted_one_stays_deleted_and_says_how_it_is_brought_back(shop, customer):
    record(shop)
    shop.delete(url("a"))

    for response in (put(shop, "a", call()), shop.get(url("a"))):
        assert "/api/v1/touchpoints/restore/" in problem(response, 410)["detail"]
    assert Touchpoint.objects.get().deleted_at is not None


def test_what_was_never_recorded_is_404(shop):
    for response in (shop.get(url("a")), shop.delete(url("a")), restore(shop, "a")):
        problem(response, 404)
    assert not Touchpoint.objects.exists()


def test_reading_makes_no_source(shop):
    shop.get(url("a"))

    assert not Source.objects.exists()


def test_source_has_only_its_own(shop, customer):
    record(shop)
    crm = client(name="crm")

    problem(crm.get(url("a")), 404)
    problem(crm.delete(url("a")), 404)
    assert put(crm, "a", call(text="of crm")).status_code == 201
    assert Touchpoint.objects.count() == 2
    assert Touchpoint.objects.get(source__name="shop").text == ""


def test_customer_of_another_team_is_out_of_reach(customer):
    team = TeamFactory()
    Customer.objects.filter(pk=customer.pk).update(team=team)
    north = client(*READ_WRITE, name="north", team=team)
    record(north)
    Customer.objects.filter(pk=customer.pk).update(team=TeamFactory())

    problem(north.get(url("a")), 404)
    problem(north.delete(url("a")), 404)
    problem(restore(north, "a"), 404)
    problem(put(north, "a", call(text="new")), 404)
    assert Touchpoint.objects.get().text == ""


def test_touchpoint_cannot_be_moved_to_another_team(customer):
    team = TeamFactory()
    Customer.objects.filter(pk=customer.pk).update(team=team)
    north = client(*READ_WRITE, name="north", team=team)
    record(north)

    problem(put(north, "a", call(customer={"id": CustomerFactory().pk})), 422)


@pytest.mark.parametrize(
    ("scope", "may"), [("touchpoints:read", {"get"}), ("touchpoints:write", {"put", "delete"})]
)
def test_reading_and_writing_are_two_scopes(shop, customer, scope, may):
    record(shop)
    one = client(scope, name="shop")

    statuses = {
        "get": one.get(url("a")).status_code,
        "put": put(one, "a", call()).status_code,
        "delete": one.delete(url("a")).status_code,
    }

    assert {name for name, status in statuses.items() if status != 403} == may


@pytest.mark.parametrize("method", ["post", "patch"])
def test_other_methods_are_405(shop, method):
    problem(getattr(shop, method)(url("a")), 405)


def test_correction_of_an_older_version_is_refused(shop, customer):
    record(shop)
    tag = shop.get(url("a")).headers["ETag"]

    first = put(shop, "a", call(text="first"), **{"If-Match": tag})
    second = put(shop, "a", call(text="second"), **{"If-Match": tag})
    deleted = shop.delete(url("a"), headers={"If-Match": tag})

    assert first.status_code == 200
    problem(second, 412)
    problem(deleted, 412)
    assert Touchpoint.objects.get().text == "first"
    tag = first.headers["ETag"]
    assert shop.delete(url("a"), headers={"If-Match": f'"x", {tag}'}).status_code == 204


@pytest.mark.parametrize(
    ("headers", "is_there", "status"),
    [
        ({"If-None-Match": "*"}, False, 201),
        ({"If-None-Match": "*"}, True, 412),
        ({"If-Match": "*"}, True, 200),
        ({"If-Match": "*"}, False, 412),
        ({"If-Match": "garbage"}, True, 412),
        ({"If-Match": ""}, True, 412),
        ({"If-None-Match": '"x"'}, True, 200),
    ],
)
def test_condition_is_heeded(shop, customer, headers, is_there, status):
    if is_there:
        record(shop, text="old")

    assert put(shop, "a", call(text="new"), **headers).status_code == status


def test_put_of_what_is_there_already_changes_nothing(shop, customer):
    item = call(text="same", value="1.5", type="complaint")
    put(shop, "a", item)
    before, changes = Touchpoint.objects.values().get(), TouchpointChange.objects.count()

    response = put(shop, "a", item)

    assert response.status_code == 200
    assert Touchpoint.objects.values().get() == before
    assert TouchpointChange.objects.count() == changes


def test_contact_stays_with_the_customer(shop, customer):
    contact = ContactFactory(customer=customer)
    IdentityFactory(
        customer=customer, contact=contact, kind="email", namespace="", value="tom@example.com"
    )

    named = put(shop, "a", call(customer={"email": "tom@example.com"}))
    without = put(shop, "a", call())

    assert named.json()["contact_id"] == contact.pk
    assert without.json()["contact_id"] is None


def test_person_in_the_browser_has_what_was_logged_by_hand(customer):
    browser = Client()
    browser.force_login(PersonFactory(team=customer.team))

    assert put(browser, "a", call(customer={"id": customer.pk})).status_code == 201
    assert browser.get(url("a")).status_code == 200
    assert Touchpoint.objects.get().source.name == "Hearth"
    other = Client()
    other.force_login(PersonFactory())
    problem(other.get(url("a")), 404)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_put_that_comes_second_corrects_what_the_first_recorded(monkeypatch):
    IdentityFactory(namespace="shop", value="C-1001")
    shop, real, answers = client(), own.record, []

    def meanwhile() -> None:
        monkeypatch.setattr(own, "record", real)
        answers.append(put(shop, "a", call(text="first")))
        connection.close()

    def record_second(**fields: Any):
        thread = threading.Thread(target=meanwhile)
        thread.start()
        thread.join()
        return real(**fields)

    monkeypatch.setattr(own, "record", record_second)
    answers.append(put(shop, "a", call(text="second")))

    assert [response.status_code for response in answers] == [201, 200]
    assert Touchpoint.objects.get().text == "second"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("second", ["put", "delete"])
def test_answer_is_of_what_was_written_whoever_comes_right_after(monkeypatch, second):
    IdentityFactory(namespace="shop", value="C-1001")
    shop, told = client(), by_external_id._told

    def meanwhile() -> None:
        put(shop, "a", call(text="theirs")) if second == "put" else shop.delete(url("a"))
        connection.close()

    thread = threading.Thread(target=meanwhile)

    def told_late(*asked: Any):
        monkeypatch.setattr(by_external_id, "_told", told)
        thread.start()
        thread.join(0.5)
        return told(*asked)

    monkeypatch.setattr(by_external_id, "_told", told_late)
    answer = put(shop, "a", call(text="ours"))
    thread.join()

    assert (answer.status_code, answer.json()["text"]) == (201, "ours")


def test_put_takes_few_queries(shop, customer, django_assert_max_num_queries):
    record(shop, type="complaint")

    with django_assert_max_num_queries(25):
        put(shop, "a", call(text="x"))
