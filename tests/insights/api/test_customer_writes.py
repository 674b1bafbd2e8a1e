"""Customers made and changed by API: one, by identity, and many."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from insights.models import Reading
from insights.services.drain import drain
from interactions.services import NewTouchpoint, merge_customers, record, source_named
from relationships.api import profile_examples as examples
from relationships.models import AnsweredRequest, Customer, Identity, Person
from relationships.services import create_key
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    IdentityFactory,
    PersonFactory,
    SegmentFactory,
    TeamFactory,
)
from tests.garbage import BODIES, VALUES

URL = "/api/v1/customers/"
BATCH = f"{URL}batch/"
FIELDS = (
    "name", "stage", "style", "segment", "team", "owner", "yearly_value", "currency",
    "identities", "add_identities", "identity", "nothing",
)  # fmt: skip

pytestmark = pytest.mark.django_db


def client(*scopes: str, name: str = "crm", **key: Any) -> Client:
    made = create_key(name=name, scopes=scopes or ("customers:read", "customers:write"), **key)
    return Client(headers={"Authorization": f"Bearer {made.secret}"})


@pytest.fixture
def crm() -> Client:
    return client()


@pytest.fixture
def tom() -> Person:
    return PersonFactory(email="tom.brandt@example.com", team=TeamFactory(name="North"))


def send(sender: Client, method: str, url: str, body: Any, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body)
    return sender.generic(method, url, content, content_type="application/json", headers=headers)


def post(sender: Client, body: Any, url: str = URL, **headers: str) -> Any:
    return send(sender, "POST", url, body, **headers)


def patch(sender: Client, at: Any, body: Any, **headers: str) -> Any:
    return send(sender, "PATCH", f"{URL}{getattr(at, 'pk', at)}/", body, **headers)


def upsert(sender: Client, value: str, body: Any, kind: str = "foreign", **headers: str) -> Any:
    return patch(sender, f"by-identity/{kind}/{quote(value, safe='')}", body, **headers)


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.json()


def errors(response: Any) -> dict[str, str]:
    found = problem(response, 422)["errors"]
    return {one.get("pointer", one.get("parameter")): one["detail"] for one in found}


def told(sender: Client, pk: int, query: str = "") -> Any:
    return sender.get(f"{URL}{pk}/{query}")


def test_customer_is_made_and_told_as_it_was_sent(crm, tom):
    response = post(crm, examples.CUSTOMER)

    customer = Customer.objects.get()
    read = told(crm, customer.pk)
    assert response.status_code == 201
    assert response.json() == {"status": "made", "id": customer.pk}
    assert response.headers["Location"] == f"{URL}{customer.pk}/"
    assert response.headers["ETag"] == read.headers["ETag"]
    item = read.json()
    for name in ("name", "stage", "yearly_value", "currency"):
        assert item[name] == examples.CUSTOMER[name]
    assert (item["owner"]["id"], item["team"]["name"]) == (tom.pk, "North")
    assert [one["value"] for one in item["identities"]] == ["office@meridian.example", "C-1001"]


def test_customer_is_changed_as_far_as_is_said(crm, tom):
    post(crm, examples.CUSTOMER)
    customer = Customer.objects.get()

    response = patch(crm, customer, examples.CUSTOMER_CHANGES)

    item = told(crm, customer.pk)
    assert response.status_code == 200
    assert response.json() == {"status": "changed", "id": customer.pk}
    assert response.headers["ETag"] == item.headers["ETag"]
    assert (item.json()["stage"], item.json()["owner"]) == ("former", None)
    assert item.json()["team"]["name"] == "North"
    assert patch(crm, customer, examples.CUSTOMER_CHANGES).json()["status"] == "unchanged"
    assert patch(crm, customer, {}).json()["status"] == "unchanged"


def test_customer_is_found_or_made_by_an_identity_in_one_call(crm):
    first = upsert(crm, "C-1001", examples.CUSTOMER_UPSERT)
    again = upsert(crm, "C-1001", examples.CUSTOMER_UPSERT)
    by_phone = upsert(crm, "0049 30 901820", {"stage": "lead"}, kind="phone")

    customer = Customer.objects.get()
    assert (first.status_code, first.json()["status"]) == (201, "made")
    assert first.headers["Location"] == f"{URL}{customer.pk}/"
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    assert by_phone.json() == {"status": "changed", "id": customer.pk}
    assert customer.yearly_value == Decimal("52000.00")
    # The namespace of a foreign id is that of the key, unless another is named.
    assert set(Identity.objects.values_list("namespace", "value")) == {
        ("crm", "C-1001"), ("", "+4930901820"),
    }  # fmt: skip


@pytest.mark.parametrize("value", ["C/88", "batch", "a/", "100%", "?a=b", "☕", "..", "x" * 254])
def test_foreign_id_may_have_anything_in_it(crm, value):
    assert upsert(crm, value, {"name": "A"}).status_code == 201
    assert upsert(crm, value, {"name": "B"}).json()["status"] == "changed"
    assert Identity.objects.get().value == value


def test_namespace_in_the_address_is_the_system_of_the_foreign_id(crm):
    address = f"{URL}by-identity/foreign/C-1/?namespace=shop"

    made = send(crm, "PATCH", address, {"name": "A"})

    assert made.status_code == 201
    assert Identity.objects.get().namespace == "shop"
    assert upsert(crm, "C-1", {"name": "B"}).status_code == 201


@pytest.mark.parametrize(
    ("kind", "value", "query", "parameter"),
    [
        ("email", "nobody", "", "value"),
        ("phone", "12", "", "value"),
        ("foreign", " ", "", "value"),
        ("foreign", "x" * 255, "", "value"),
        ("foreign", "a\x00", "", "value"),
        ("email", "a@b.example", "?namespace=crm", "value"),
        ("foreign", "C-1", "?namespace=%00", "namespace"),
        ("foreign", "C-1", f"?namespace={'x' * 101}", "value"),
        ("foreign", "C-1", "?fields=nothing", "fields"),
        ("foreign", "C-1", "?upsert=1", "upsert"),
    ],
)
def test_address_that_names_nobody_is_refused(crm, kind, value, query, parameter):
    address = f"{URL}by-identity/{kind}/{quote(value, safe='')}/{query}"

    assert list(errors(send(crm, "PATCH", address, {"name": "A"}))) == [parameter]
    assert not Customer.objects.exists()


def test_unknown_kind_of_identity_is_no_address(crm):
    problem(upsert(crm, "x", {"name": "A"}, kind="fax"), 404)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"stage": "Current"}, "/stage"),
        ({"style": ""}, "/style"),
        ({"segment": 5}, "/segment"),
        ({"segment": {}}, "/segment"),
        ({"segment": {"id": 1, "name": "x"}}, "/segment"),
        ({"segment": {"name": "None"}}, "/segment"),
        ({"team": {"id": 2**63}}, "/team/id"),
        ({"team": {"key": 1}}, "/team"),
        ({"owner": {"email": "tom"}}, "/owner/email"),
        ({"owner": {"email": "tom@example.com", "id": 3}}, "/owner"),
        ({"yearly_value": "12,50"}, "/yearly_value"),
        ({"yearly_value": "5\n"}, "/yearly_value"),
        ({"yearly_value": -0.01}, "/yearly_value"),
        ({"yearly_value": 0.001}, "/yearly_value"),
        ({"yearly_value": True}, "/yearly_value"),
        ({"currency": "EURO"}, "/currency"),
        ({"identities": {}}, "/identities"),
        ({"identities": [{"kind": "fax", "value": "1"}]}, "/identities/0/kind"),
        ({"identities": [{"kind": "email", "value": "a@b"}]}, "/identities/0/value"),
        ({"identities": [{"kind": "email"}]}, "/identities/0"),
        ({"add_identities": [{"kind": "phone", "value": "1"}]}, "/add_identities/0/value"),
        ({"band": "near"}, "/band"),
        ({"a/b~": 1}, "/a~1b~0"),
    ],
)
def test_what_cannot_be_taken_is_named_with_a_pointer_and_writes_nothing(crm, given, pointer):
    IdentityFactory(namespace="crm", value="C-1")
    before = list(Customer.objects.values())

    for response in (
        upsert(crm, "C-1", given),
        upsert(crm, "C-2", {"name": "New"} | given),
    ):
        assert list(errors(response)) == [pointer]
    if "add_identities" not in given:
        assert list(errors(post(crm, {"name": "New"} | given))) == [pointer]
    assert list(Customer.objects.values()) == before


def test_everything_that_is_wrong_is_told_at_once(crm):
    found = errors(post(crm, {"stage": "x", "currncy": "EUR", "identities": [7]}))

    assert found.keys() == {"/stage", "/currncy", "/identities/0", "/name"}
    assert "currency" in found["/currncy"]
    assert "missing" in found["/name"]


@pytest.mark.parametrize("method", ["POST", "PATCH", "BATCH"])
def test_garbage_is_refused_and_writes_nothing(crm, method):
    customer = IdentityFactory(namespace="crm", value="C-1").customer
    before = Customer.objects.filter(pk=customer.pk).values().get()
    for garbage in BODIES:
        if len(garbage.body) > 4 * 1024**2:
            continue
        headers = dict(garbage.headers)
        kind = headers.pop("Content-Type", "")
        address = {"POST": URL, "PATCH": f"{URL}{customer.pk}/", "BATCH": BATCH}[method]
        response = crm.generic(
            method.replace("BATCH", "POST"), address, garbage.body, kind, headers=headers
        )

        assert response.status_code < 500, garbage.name
        if method != "BATCH" and garbage.name != "an empty object":
            assert response.status_code >= 400, garbage.name
    assert Customer.objects.filter(pk=customer.pk).values().get() == before
    assert Customer.objects.count() == 1


def test_garbage_in_any_field_costs_no_neighbour(crm):
    for field in FIELDS:
        items: list[dict[str, Any]] = [
            {"identity": {"kind": "foreign", "value": f"{field}-{n}"}, "name": "Good"}
            for n in range(2 * len(VALUES) + 1)
        ]
        for number, value in enumerate(VALUES):
            items[2 * number + 1][field] = value

        response = post(crm, items, BATCH)

        assert response.status_code == 200
        results = response.json()["results"]
        assert {one["status"] for one in results[::2]} == {"made"}, field
        assert all(one["errors"] for one in results if one["status"] == "refused")


def test_many_are_answered_in_order(crm):
    customer = IdentityFactory(namespace="crm", value="C-1001").customer

    response = post(crm, examples.CUSTOMER_BATCH, BATCH)

    expected = json.loads(json.dumps(examples.CUSTOMER_RESULTS))
    expected["results"][0]["id"] = customer.pk
    assert response.status_code == 200
    assert response.json() == expected


def test_many_more_than_that_are_too_many(crm):
    item = {"identity": {"kind": "foreign", "value": "C"}, "name": "A"}

    problem(post(crm, [item] * 1_001, BATCH), 413)
    problem(post(crm, b"[" + b"0," * 1_000_000 + b"0]", BATCH), 413)
    problem(post(crm, item, BATCH), 400)
    assert not Customer.objects.exists()


def test_a_thousand_take_few_queries(crm, tom, django_assert_max_num_queries):
    crm.get(URL)
    items = [
        examples.CUSTOMER | {"identity": {"kind": "foreign", "value": f"N-{n}"}, "identities": []}
        for n in range(1_000)
    ]
    with django_assert_max_num_queries(20):
        response = post(crm, items, BATCH)

    assert response.json()["made"] == 1_000
    with django_assert_max_num_queries(20):
        again = post(crm, items, BATCH)
    assert again.json()["unchanged"] == 1_000


def test_queries_of_one_are_few(crm, tom, django_assert_max_num_queries):
    crm.get(URL)
    with django_assert_max_num_queries(22):
        post(crm, examples.CUSTOMER)


def test_whoever_saw_something_else_is_not_heard(crm):
    customer = IdentityFactory(namespace="crm", value="C-1").customer
    seen = told(crm, customer.pk).headers["ETag"]
    assert patch(crm, customer, {"name": "First"}, **{"If-Match": seen}).status_code == 200

    lost = patch(crm, customer, {"name": "Second"}, **{"If-Match": seen})
    by_identity = upsert(crm, "C-1", {"name": "Second"}, **{"If-Match": seen})

    problem(lost, 412)
    problem(by_identity, 412)
    customer.refresh_from_db()
    assert customer.name == "First"
    # Not weakly, and the answer to a write has the tag for the next one.
    fresh = patch(crm, customer, {"stage": "lead"}).headers["ETag"]
    problem(patch(crm, customer, {"name": "x"}, **{"If-Match": f"W/{fresh}"}), 412)
    assert patch(crm, customer, {"name": "x"}, **{"If-Match": fresh}).status_code == 200
    assert patch(crm, customer, {"name": "y"}, **{"If-Match": "*"}).status_code == 200


def test_tag_of_chosen_fields_outlasts_a_new_score(crm):
    customer = IdentityFactory(namespace="crm", value="C-1").customer
    seen = told(crm, customer.pk, "?fields=name,stage").headers["ETag"]
    whole = told(crm, customer.pk).headers["ETag"]
    call = NewTouchpoint(type="call.phone", customer=customer.pk, occurred_at=timezone.now())
    record(source=source_named("x"), items=[call], by=AdministratorFactory(), now=timezone.now())
    drain(now=timezone.now())

    scored = patch(crm, customer, {"name": "x"}, **{"If-Match": whole})
    address = f"{URL}{customer.pk}/?fields=name,stage"
    chosen = send(crm, "PATCH", address, {"name": "New"}, **{"If-Match": seen})

    assert scored.status_code == 412
    assert chosen.status_code == 200
    assert chosen.headers["ETag"] == crm.get(address).headers["ETag"]
    assert send(crm, "PATCH", address, {"name": "x"}, **{"If-Match": seen}).status_code == 412


def test_only_make_or_only_change(crm):
    unseen = upsert(crm, "C-1", {"name": "A"}, **{"If-Match": "*"})
    made = upsert(crm, "C-1", {"name": "A"}, **{"If-None-Match": "*"})
    there = upsert(crm, "C-1", {"name": "B"}, **{"If-None-Match": "*"})

    assert [unseen.status_code, made.status_code, there.status_code] == [412, 201, 412]
    assert Customer.objects.get().name == "A"


def test_request_sent_again_is_answered_as_before(crm, tom):
    key = {"Idempotency-Key": "k-1"}
    first, again = post(crm, examples.CUSTOMER, **key), post(crm, examples.CUSTOMER, **key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "ETag" in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Customer.objects.count() == 1
    other = post(crm, {"name": "Other"}, **key)
    assert problem(other, 422)["detail"].startswith("This Idempotency-Key came with another")
    refused = post(crm, {"name": ""}, **{"Idempotency-Key": "k-2"})
    mended = post(crm, {"name": "A"}, **{"Idempotency-Key": "k-2"})
    assert (refused.status_code, mended.status_code) == (422, 201)


def test_batch_sent_again_is_answered_as_before(crm):
    key = {"Idempotency-Key": "k-1"}
    items = [{"identity": {"kind": "foreign", "value": "C-1"}, "name": "A"}]

    first, again = post(crm, items, BATCH, **key), post(crm, items, BATCH, **key)

    assert first.json()["made"] == again.json()["made"] == 1
    assert AnsweredRequest.objects.count() == 1


def test_key_of_a_team_writes_the_customers_of_its_team_alone():
    north, south = TeamFactory(), TeamFactory()
    theirs = IdentityFactory(namespace="crm", value="C-1", customer__team=south).customer
    before = Customer.objects.filter(pk=theirs.pk).values().get()
    crm = client(team=north)

    problem(patch(crm, theirs, {"name": "x"}), 404)
    problem(patch(crm, theirs, {"name": "x"}, **{"If-Match": "*"}), 404)
    problem(upsert(crm, "C-1", {"name": "x"}), 404)
    (refused,) = post(
        crm, [{"identity": {"kind": "foreign", "value": "C-1"}, "name": "x"}], BATCH
    ).json()["results"]
    assert refused["errors"][0]["pointer"] == "/identity"
    taken = {"name": "x", "identities": [{"kind": "foreign", "value": "C-1"}]}
    assert errors(post(crm, taken)) == {"/identities/0": "This means somebody else already."}
    elsewhere = errors(post(crm, {"name": "x", "team": {"id": south.pk}}))
    assert elsewhere == {"/team": f"Use {north.pk}, the team of this key."}
    made = post(crm, {"name": "Ours"}).json()["id"]
    assert told(crm, made).json()["team"]["id"] == north.pk
    assert "/team" in errors(patch(crm, made, {"team": None}))
    assert Customer.objects.filter(pk=theirs.pk).values().get() == before


def test_merged_customer_leads_to_the_survivor(crm):
    keep, absorb = CustomerFactory(), CustomerFactory()
    IdentityFactory(customer=absorb, namespace="crm", value="C-1")
    administrator = AdministratorFactory()
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=administrator, now=timezone.now())

    answer = problem(patch(crm, absorb, {"name": "x"}), 409)
    changed = upsert(crm, "C-1", {"name": "After"})

    assert answer["detail"] == f"This customer was merged into {keep.pk}; change that one."
    assert changed.json() == {"status": "changed", "id": keep.pk}


def test_scores_and_totals_follow(crm):
    customer = IdentityFactory(namespace="crm", value="C-1").customer
    call = NewTouchpoint(type="call.phone", customer=customer.pk, occurred_at=timezone.now())
    record(source=source_named("x"), items=[call], by=AdministratorFactory(), now=timezone.now())
    drain(now=timezone.now())
    team, segment = TeamFactory(), SegmentFactory()

    upsert(
        crm,
        "C-1",
        {
            "team": {"id": team.pk}, "segment": {"name": segment.name}, "stage": "former",
            "yearly_value": 99.5, "currency": "PLN",
        },
    )  # fmt: skip
    drain(now=timezone.now())

    reading = Reading.objects.get(customer=customer)
    assert (reading.team, reading.segment, reading.stage) == (team, segment, "former")
    assert (reading.yearly_value, reading.currency) == (Decimal("99.50"), "PLN")


def test_who_may_not_write(crm, tom):
    customer = CustomerFactory(team=tom.team)
    manager, administrator = Client(), Client()
    manager.force_login(tom)
    administrator.force_login(AdministratorFactory())
    page = client(name="page", origins=["https://shop.example.com"])
    page.defaults["HTTP_ORIGIN"] = "https://shop.example.com"
    reader = client("customers:read", "contacts:write", "touchpoints:write", name="reader")

    for sender in (reader, manager, page):
        for response in (
            post(sender, {"name": "A"}),
            patch(sender, customer, {"name": "A"}),
            upsert(sender, "C-1", {"name": "A"}),
            post(sender, [], BATCH),
        ):
            problem(response, 403)
    assert page.get(URL).status_code == 200
    assert "without origins" in post(page, {"name": "A"}).json()["detail"]
    assert post(Client(), {"name": "A"}).status_code == 401
    assert Customer.objects.count() == 1
    assert patch(administrator, customer, {"name": "A"}).status_code == 200


def test_answer_tells_a_key_without_the_scope_nothing_of_the_customer():
    customer = CustomerFactory(name="Secret")
    crm = client("customers:write")

    response = patch(crm, customer, {})

    assert response.json() == {"status": "unchanged", "id": customer.pk}
    assert told(crm, customer.pk).status_code == 403
