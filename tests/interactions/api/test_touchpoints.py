"""Touchpoints by REST: one, many, good and bad."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from interactions.api import examples
from interactions.models import Loop, Source, Touchpoint, TouchpointType
from relationships.models import Contact, Customer, Identity, Person
from relationships.services import create_key
from tests.factories import (
    ContactFactory,
    IdentityFactory,
    PersonFactory,
    TeamFactory,
)

ONE, MANY = "/api/v1/touchpoints/", "/api/v1/touchpoints/batch/"
AN_HOUR_AGO = (timezone.now() - timedelta(hours=1)).isoformat()

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    identity = IdentityFactory(namespace="shop", value="C-1001")
    IdentityFactory(customer=identity.customer, kind="email", namespace="", value="zoe@example.com")
    return identity.customer


def client(*scopes: str, name: str = "shop") -> Client:
    key = create_key(name=name, scopes=scopes or ("touchpoints:write",))
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


@pytest.fixture
def shop() -> Client:
    return client()


def post(sender: Client, url: str, body: Any):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return sender.post(url, content, content_type="application/json")


def call(**fields: Any) -> dict[str, Any]:
    return {
        "type": "call.phone",
        "customer": {"foreign_id": "C-1001"},
        "occurred_at": AN_HOUR_AGO,
    } | fields


def test_touchpoint_is_recorded_once(shop, customer):
    first = post(shop, ONE, examples.CALL)
    again = post(shop, ONE, examples.CALL)

    touchpoint = Touchpoint.objects.get()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == examples.RECORDED | {"id": touchpoint.pk, "customer_id": customer.pk}
    assert again.json() == first.json() | {"status": "known"}
    assert touchpoint.direction == 0
    assert touchpoint.source.service_account.name == "shop"


def test_batch_answers_each_item_in_order(shop, customer):
    response = post(shop, MANY, examples.BATCH)

    expected = json.loads(json.dumps(examples.BATCH_RESULT))
    expected["results"][0] |= {"id": Touchpoint.objects.get().pk, "customer_id": customer.pk}
    assert response.status_code == 200
    assert response.json() == expected


@pytest.mark.parametrize(
    "reference",
    [
        {"foreign_id": "C-1001"},
        {"foreign_id": "C-1001", "namespace": "shop"},
        {"email": " Zoe@EXAMPLE.com"},
        {"phone": "+49 (0) 30 / 90 18 20"},
    ],
)
def test_customer_is_found_by_any_identity(shop, customer, reference):
    IdentityFactory(customer=customer, kind="phone", namespace="", value="+4930901820")

    response = post(shop, ONE, call(customer=reference))

    assert response.json()["customer_id"] == customer.pk


def test_identity_of_a_contact_names_the_contact(shop, customer):
    contact: Contact = ContactFactory(customer=customer)
    IdentityFactory(
        customer=customer, contact=contact, kind="email", namespace="", value="tom@example.com"
    )

    post(shop, ONE, call(customer={"email": "tom@example.com"}))

    assert Touchpoint.objects.get().contact_id == contact.pk


def test_only_a_key_that_may_makes_customers():
    item = call(customer={"foreign_id": "new"})

    refused = post(client(), ONE, item)
    made = post(client("touchpoints:write", "customers:write", name="crm"), ONE, item)

    assert refused.status_code == 422
    assert made.status_code == 201
    assert Identity.objects.get().namespace == "crm"


def test_loop_is_opened_and_closed_by_reference(shop, customer):
    post(shop, ONE, call(type="complaint", external_id="t-1", opens="complaint"))
    now = timezone.now().isoformat()
    post(shop, ONE, call(closes="t-1", occurred_at=now))

    assert Loop.objects.get().closed_at is not None


def test_what_is_null_is_as_the_type_says(shop, customer):
    item = dict.fromkeys(("direction", "sentiment", "via", "text", "value", "opens", "closes"))

    assert post(shop, ONE, call(**item, customers_in_room=None)).status_code == 201


@pytest.mark.parametrize(
    ("fields", "pointer", "value", "words"),
    [
        ({"type": "call.fone"}, "/type", "call.fone", "did you mean call.phone"),
        ({"type": 5}, "/type", "5", "key of a touchpoint type"),
        ({"occurred_at": "2026-03-02"}, "/occurred_at", "2026-03-02", "RFC 3339"),
        ({"occurred_at": "2026-03-02T10:00:00"}, "/occurred_at", None, "offset"),
        ({"occurred_at": "9999-12-31T23:59:59-12:00"}, "/occurred_at", None, "future"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "/occurred_at", None, "before 1900"),
        ({"occurred_at": 1767225600}, "/occurred_at", "1767225600", "RFC 3339"),
        ({"direction": "sideways"}, "/direction", "sideways", "inbound, outbound or mutual"),
        ({"opens": "war"}, "/opens", "war", "question"),
        ({"sentiment": 2}, "/sentiment", "2.0", "-1"),
        ({"customers_in_room": 0}, "/customers_in_room", "0", "from 1"),
        ({"duration_minutes": 2**70}, "/duration_minutes", str(2**70), "minutes"),
        ({"severity": 2}, "/severity", "2", "grave"),
        ({"value": "much"}, "/value", "much", "number"),
        ({"value": "NaN"}, "/value", "NaN", "amount"),
        ({"value": "sNaN"}, "/value", "sNaN", "amount"),
        ({"value": "1e400"}, "/value", None, "amount"),
        ({"value": 999_999_999_999.999}, "/value", None, "amount"),
        ({"text": "\x00"}, "/text", "\\0", "NUL"),
        ({"text": "x" * 50_001}, "/text", None, "50,000"),
        ({"external_id": "x" * 201}, "/external_id", None, "200"),
        ({"occured_at": AN_HOUR_AGO}, "/occured_at", None, "did you mean occurred_at"),
        ({"a/b~": 1}, "/a~1b~0", "1", "no such field"),
        ({"customer": {"id": 2**70}}, "/customer", str(2**70), "no such customer"),
        ({"customer": {"id": -1}}, "/customer", "-1", "no such customer"),
        ({"customer": {"id": "1"}}, "/customer/id", None, "exactly one"),
        ({"customer": {}}, "/customer", None, "exactly one"),
        ({"customer": {"id": 1, "email": "a@b.de"}}, "/customer", None, "exactly one"),
        ({"customer": {"email": "a@b.de", "namespace": "x"}}, "/customer", None, "exactly one"),
        ({"customer": {"email": "nobody"}}, "/customer", None, "zoe@example.com"),
        ({"customer": {"phone": "030 901820"}}, "/customer", None, "with its country"),
        ({"customer": {"foreign_id": ""}}, "/customer", "", "which customer"),
        ({"customer": {"foreign_id": "a\x00"}}, "/customer", "a\\0", "NUL"),
        ({"customer": {"foreign_id": "x" * 255}}, "/customer", None, "254"),
        ({"customer": None}, "/customer", "null", "exactly one"),
        ({"contact_id": 2**70}, "/contact_id", None, "no such contact"),
        ({"person_id": 2**70}, "/person_id", None, "no such person"),
        ({"closes_loop": 2**70}, "/closes_loop", None, "no such loop"),
        ({"due_at": "9999-12-31T23:59:59-12:00"}, "/due_at", None, "hundred years"),
    ],
)
def test_wrong_value_is_named_with_what_would_be_right(
    shop, customer, fields, pointer, value, words
):
    good = call(external_id="good")

    single = post(shop, ONE, call(**fields))
    batch = post(shop, MANY, [call(**fields), good])

    assert single.status_code == 422
    assert single.headers["Content-Type"] == "application/problem+json"
    errors = {error["pointer"]: error for error in single.json()["errors"]}
    assert words in errors[pointer]["detail"]
    assert value is None or errors[pointer]["value"] == value
    assert [result["status"] for result in batch.json()["results"]] == ["refused", "recorded"]


def test_every_flaw_is_told_at_once(shop):
    response = post(shop, ONE, {"type": 5, "sentiment": "good", "kind": "x"})

    pointers = {error["pointer"] for error in response.json()["errors"]}
    assert pointers == {"/type", "/sentiment", "/kind", "/customer", "/occurred_at"}


@pytest.mark.parametrize(
    "item",
    [
        b"5", b"null", b'"x"', b"[]", b"{}", b'{"type": "\xff"}', b'{"type": "\\ud800"}',
        b'{"sentiment": 1e400}', b'{"sentiment": NaN}', b'{"value": Infinity}',
    ],
)  # fmt: skip
def test_malformed_item_never_spoils_its_neighbours(shop, customer, item):
    good = json.dumps(call(external_id="good")).encode()

    response = post(shop, MANY, b"[" + item + b"," + good + b"]")

    statuses = [result["status"] for result in response.json()["results"]]
    assert statuses == ["refused", "recorded"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"{}", "array"),
        (b"[1,", "truncated"),
        (b'[{"a":}]', "malformed"),
        (b"[" * 100_000, "nested"),
        (b"[1" + b"0" * 5_000 + b",]", "malformed"),
        (b"\xff\xfe", "malformed"),
    ],
)
def test_malformed_batch_is_refused_whole(shop, body, words):
    response = post(shop, MANY, body)

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert words in response.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"person": {"id": 999_999}}, "person.id"),
        ({"person_id": 999_999}, "person_id"),
        ({"contact": {"id": 999_999}}, "contact.id"),
        ({"contact_id": 999_999}, "contact_id"),
    ],
)
@pytest.mark.parametrize("beside", [[], ["garbage"]])
def test_refusal_names_the_field_that_was_sent(shop, customer, sent, field, beside):
    (item, *_) = post(shop, MANY, [call(**sent), *beside]).json()["results"]
    assert [wrong["field"] for wrong in item["errors"]] == [field]
    problem = post(shop, ONE, call(**sent)).json()
    assert [wrong["pointer"] for wrong in problem["errors"]] == ["/" + field.replace(".", "/")]


@pytest.mark.parametrize("flaw", [{"direction": "up"}, {"customer": {"email": "x"}}, {"tpye": 1}])
def test_refused_item_keeps_its_external_id(shop, customer, flaw):
    results = post(shop, MANY, [call(external_id="e-1", **flaw)]).json()["results"]
    assert (results[0]["status"], results[0]["external_id"]) == ("refused", "e-1")


def test_array_sent_to_the_address_for_one_is_told_where_to_go(shop):
    response = post(shop, ONE, [call()])

    assert response.status_code == 400
    assert MANY in response.json()["detail"]


def test_batch_may_be_empty_or_full_but_not_more(shop, customer):
    full = [call(external_id=str(number)) for number in range(5_000)]

    assert post(shop, MANY, []).json()["results"] == []
    assert post(shop, MANY, full).json()["recorded"] == 5_000
    too_many = post(shop, MANY, [*full, call()])
    assert too_many.status_code == 413
    assert "more than 5,000" in too_many.json()["detail"]
    assert Touchpoint.objects.count() == 5_000


def test_body_beyond_the_limit_is_refused(shop, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = post(shop, ONE, call(text="x" * 200))

    assert response.status_code == 413
    assert response.json()["title"]


@pytest.mark.parametrize(
    ("headers", "content_type", "status"),
    [
        ({}, "text/plain", 415),
        ({}, "application/x-www-form-urlencoded", 415),
        ({"Content-Encoding": "br"}, "application/json", 415),
        ({"Accept": "text/html"}, "application/json", 406),
    ],
)
def test_only_plain_json_is_spoken(shop, headers, content_type, status):
    response = shop.post(ONE, b"{}", content_type=content_type, headers=headers)

    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_key_of_a_team_cannot_write_to_another(customer):
    key = create_key(name="north", scopes=["touchpoints:write"], team=TeamFactory())
    north = Client(headers={"Authorization": f"Bearer {key.secret}"})

    response = post(north, ONE, call(customer={"id": customer.pk}))

    assert response.status_code == 422
    assert not Touchpoint.objects.exists()


def test_person_in_the_browser_may_record_with_a_csrf_token(customer):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(PersonFactory(team=customer.team))
    browser.get("/accounts/logout/")
    item = call(customer={"id": customer.pk})

    without = post(browser, ONE, item)
    token = browser.cookies["csrftoken"].value
    with_token = browser.post(
        ONE, json.dumps(item), content_type="application/json", headers={"X-CSRFToken": token}
    )

    assert (without.status_code, with_token.status_code) == (403, 201)
    assert without.headers["Content-Type"] == "application/problem+json"
    assert Source.objects.get().service_account is None


def test_types_are_the_catalogue(shop):
    response = shop.get("/api/v1/touchpoint-types/")

    found = response.json()["results"]
    assert len(found) == TouchpointType.objects.count()
    assert examples.TYPE | {"updated_at": found[0]["updated_at"]} in found
    assert response.headers["Cache-Control"] == "private"


def test_batch_takes_few_queries_whatever_its_size(shop, customer, django_assert_max_num_queries):
    items = [call(external_id=str(number)) for number in range(1_000)]
    post(shop, ONE, call())

    with django_assert_max_num_queries(10):
        response = post(shop, MANY, items)

    assert response.json()["recorded"] == 1_000
    assert Person.objects.filter(role="service").count() == 1
