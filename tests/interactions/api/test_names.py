"""Contacts and people of ours, named by whatever a source knows of them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from interactions.models import Touchpoint
from interactions.services import merge_customers
from relationships.models import Contact, Customer, Identity
from relationships.services import create_key
from tests.factories import ContactFactory, ExecutiveFactory, IdentityFactory, PersonFactory

ONE, MANY = "/api/v1/touchpoints/", "/api/v1/touchpoints/batch/"
MAY_CREATE = ("touchpoints:write", "customers:write")
TOM = {"email": "tom@example.com"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer() -> Customer:
    return IdentityFactory(namespace="shop", value="C-1001").customer


def identity(contact: Contact, kind: str, value: str, namespace: str = "") -> None:
    IdentityFactory(
        customer=contact.customer, contact=contact, kind=kind, namespace=namespace, value=value
    )


@pytest.fixture
def tom(customer) -> Contact:
    contact: Contact = ContactFactory(customer=customer, name="Tom")
    identity(contact, "email", "tom@example.com")
    identity(contact, "phone", "+4930901820")
    identity(contact, "foreign", "P-7", "shop")
    return contact


def client(*scopes: str) -> Client:
    key = create_key(name="shop", scopes=scopes or ("touchpoints:write",))
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def call(**fields: Any) -> dict[str, Any]:
    an_hour_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    known = {"type": "call.phone", "customer": {"foreign_id": "C-1001"}, "occurred_at": an_hour_ago}
    return known | fields


def post(sender: Client, url: str, body: Any):
    return sender.post(url, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize(
    "reference",
    [
        {"email": "TOM@example.com"},
        {"phone": "0049 (30) 90 18 20"},
        {"foreign_id": "P-7"},
        {"foreign_id": "P-7", "namespace": "shop"},
    ],
)
def test_contact_is_found_by_any_identity(tom, reference):
    response = post(client(), ONE, call(contact=reference))

    assert response.status_code == 201
    assert Touchpoint.objects.get().contact_id == tom.pk


def test_contact_is_found_by_id(tom):
    post(client(), ONE, call(contact={"id": tom.pk}))

    assert Touchpoint.objects.get().contact_id == tom.pk


def test_named_contact_goes_before_the_one_that_means_the_customer(tom):
    ann = ContactFactory(customer=tom.customer)
    identity(ann, "email", "ann@example.com")

    post(client(), ONE, call(customer={"email": "ann@example.com"}, contact=TOM))

    assert Touchpoint.objects.get().contact_id == tom.pk


def test_identity_of_the_customer_itself_names_no_contact(customer):
    IdentityFactory(customer=customer, kind="email", namespace="", value="tom@example.com")

    response = post(client(*MAY_CREATE), ONE, call(contact=TOM))

    assert response.status_code == 201
    assert Touchpoint.objects.get().contact_id is None
    assert not Contact.objects.exists()


def test_unknown_contact_is_made_by_a_key_that_may(customer):
    refused = post(client(), ONE, call(contact=TOM))
    batch = post(client(*MAY_CREATE), MANY, [call(contact=TOM), call(contact=TOM)])

    contact = Contact.objects.get()
    assert refused.status_code == 422
    assert batch.json()["recorded"] == 2
    assert (contact.name, contact.customer) == ("tom@example.com", customer)
    assert set(Touchpoint.objects.values_list("contact_id", flat=True)) == {contact.pk}


def test_contact_is_made_together_with_its_customer():
    item = call(customer={"foreign_id": "new"}, contact={"foreign_id": "P-1"})

    response = post(client(*MAY_CREATE), ONE, item)

    assert response.status_code == 201
    assert Contact.objects.get().customer_id == response.json()["customer_id"]
    assert Identity.objects.get(value="P-1").contact == Contact.objects.get()


def test_contact_of_a_merged_customer_keeps_its_home(customer):
    other = IdentityFactory(namespace="shop", value="C-2").customer
    merge_customers(keep=customer.pk, absorb=other.pk, by=ExecutiveFactory(), now=timezone.now())

    response = post(client(*MAY_CREATE), ONE, call(customer={"foreign_id": "C-2"}, contact=TOM))

    contact = Contact.objects.get()
    assert response.json()["customer_id"] == customer.pk
    assert (contact.customer, contact.home_id) == (customer, other.pk)
    assert Touchpoint.objects.get().home_id == other.pk


def test_contact_of_another_customer_is_refused(tom):
    IdentityFactory(namespace="shop", value="C-2")

    batch = post(
        client(*MAY_CREATE),
        MANY,
        [call(customer={"foreign_id": "C-2"}, contact=reference) for reference in (TOM, {"id": 1})],
    )

    assert [result["errors"][0]["field"] for result in batch.json()["results"]] == [
        "contact",
        "contact.id",
    ]
    assert Contact.objects.count() == 1


def test_new_contact_named_at_two_customers_belongs_to_the_first(customer):
    IdentityFactory(namespace="shop", value="C-2")
    items = [call(contact=TOM), call(customer={"foreign_id": "C-2"}, contact=TOM)]

    results = post(client(*MAY_CREATE), MANY, items).json()["results"]

    assert [result["status"] for result in results] == ["recorded", "refused"]
    assert Contact.objects.get().customer == customer


def test_put_makes_contacts_too(customer):
    url = "/api/v1/touchpoints/by-external-id/a/"
    sender = client(*MAY_CREATE)
    post(sender, ONE, call(external_id="a"))

    response = sender.put(url, json.dumps(call(contact=TOM)), content_type="application/json")

    assert response.status_code == 200
    assert response.json()["contact_id"] == Contact.objects.get().pk


@pytest.mark.parametrize("reference", [{"email": "Ann@Example.com"}, {"id": None}])
def test_person_of_ours_is_found(customer, reference):
    ann = PersonFactory(email="ann@example.com")
    reference = {"id": ann.pk} if "id" in reference else reference

    post(client(), ONE, call(person=reference))

    assert Touchpoint.objects.get().person == ann


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"contact": {}}, "/contact", "exactly one"),
        ({"contact": None, "contact_id": 2**70}, "/contact_id", "no such contact"),
        ({"contact": {"id": 5, "email": "a@b.de"}}, "/contact", "exactly one"),
        ({"contact": {"id": 5}, "contact_id": 5}, "/contact", "not both"),
        ({"contact": TOM, "contact_id": 5}, "/contact", "not both"),
        ({"contact": {"email": "nobody"}}, "/contact", "zoe@example.com"),
        ({"contact": {"phone": "1"}}, "/contact", "with its country"),
        ({"contact": {"foreign_id": ""}}, "/contact", "which contact"),
        ({"contact": {"foreign_id": "a\x00"}}, "/contact", "NUL"),
        ({"contact": {"foreign_id": "\ud800"}}, "", ""),
        ({"contact": {"id": 2**70}}, "/contact/id", "no such contact"),
        ({"contact": 5}, "/contact", "exactly one"),
        ({"contact": {"name": "Tom"}}, "/contact", "exactly one"),
        ({"person": {}}, "/person", "exactly one"),
        ({"person": {"id": 1, "email": "a@b.de"}}, "/person", "exactly one"),
        ({"person": {"id": 1}, "person_id": 1}, "/person", "not both"),
        ({"person": {"email": "nobody@example.com"}}, "/person", "no such person"),
        ({"person": {"email": "nobody"}}, "/person", "zoe@example.com"),
        ({"person": {"id": 2**70}}, "/person/id", "no such person"),
        ({"person": "Tom"}, "/person", "exactly one"),
    ],
)
def test_wrong_name_is_refused_with_what_would_be_right(customer, fields, pointer, words):
    good = call(external_id="good", contact=None, person=None)

    single = post(client(*MAY_CREATE), ONE, call(**fields))
    batch = post(client(*MAY_CREATE), MANY, [call(**fields), good])

    assert single.status_code == 422
    errors = {error["pointer"]: error for error in single.json()["errors"]}
    assert words in errors[pointer]["detail"]
    assert [result["status"] for result in batch.json()["results"]] == ["refused", "recorded"]
    assert not Contact.objects.exists()


def test_names_cost_no_query_each(tom, django_assert_max_num_queries):
    PersonFactory(email="ann@example.com")
    sender = client(*MAY_CREATE)
    items = [
        call(contact={"foreign_id": f"P-{number}"}, person={"email": "ann@example.com"})
        for number in range(200)
    ]
    post(sender, ONE, call())

    with django_assert_max_num_queries(25):
        response = post(sender, MANY, items)

    assert response.json()["recorded"] == 200


def test_only_the_first_flaws_of_an_item_are_told(customer):
    item = call(**{f"field{number}": 1 for number in range(50)}) | {"type": 5}

    response = post(client(), ONE, item)

    assert len(response.json()["errors"]) == 10
