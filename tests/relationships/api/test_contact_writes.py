"""Contacts made and changed by API."""

import json
from typing import Any

import pytest
from django.test import Client

from relationships.api import profile_examples as examples
from relationships.models import Contact, Customer, Identity
from relationships.services import create_key
from tests.factories import ContactFactory, CustomerFactory, IdentityFactory, TeamFactory

URL = "/api/v1/contacts/"

pytestmark = pytest.mark.django_db


def client(*scopes: str, name: str = "crm", **key: Any) -> Client:
    made = create_key(name=name, scopes=scopes or ("contacts:read", "contacts:write"), **key)
    return Client(headers={"Authorization": f"Bearer {made.secret}"})


@pytest.fixture
def crm() -> Client:
    return client()


@pytest.fixture
def customer() -> Customer:
    return IdentityFactory(namespace="crm", value="C-1001").customer


def send(sender: Client, method: str, url: str, body: Any, **headers: str) -> Any:
    return sender.generic(
        method, url, json.dumps(body), content_type="application/json", headers=headers
    )


def post(sender: Client, body: Any, **headers: str) -> Any:
    return send(sender, "POST", URL, body, **headers)


def patch(sender: Client, at: Any, body: Any, **headers: str) -> Any:
    return send(sender, "PATCH", f"{URL}{getattr(at, 'pk', at)}/", body, **headers)


def upsert(sender: Client, email: str, body: Any, **headers: str) -> Any:
    return patch(sender, f"by-identity/email/{email}", body, **headers)


def errors(response: Any) -> dict[str, str]:
    assert response.status_code == 422, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    found = response.json()["errors"]
    return {one.get("pointer", one.get("parameter")): one["detail"] for one in found}


def test_contact_is_made_and_told_as_it_was_sent(crm, customer):
    response = post(crm, examples.CONTACT)

    contact = Contact.objects.get()
    read = crm.get(f"{URL}{contact.pk}/")
    assert (response.status_code, response.json()) == (201, {"status": "made", "id": contact.pk})
    assert response.headers["Location"] == f"{URL}{contact.pk}/"
    assert response.headers["ETag"] == read.headers["ETag"]
    item = read.json()
    assert item["customer"]["id"] == customer.pk
    assert (item["name"], item["job_title"]) == ("Zoë Adler", "Head of production")
    assert item["identities"] == [{"kind": "email", "value": "zoe@example.com", "namespace": ""}]


def test_contact_is_changed_as_far_as_is_said(crm, customer):
    contact = ContactFactory(customer=customer, job_title="Chief")

    response = patch(crm, contact, examples.CONTACT_CHANGES)

    contact.refresh_from_db()
    assert response.json() == {"status": "changed", "id": contact.pk}
    assert (str(contact.left_on), contact.job_title) == ("2026-03-02", "Chief")
    assert patch(crm, contact, {"left_on": None}).json()["status"] == "changed"
    assert patch(crm, contact, {"left_on": None}).json()["status"] == "unchanged"


def test_contact_is_found_or_made_by_an_identity_in_one_call(crm, customer):
    first = upsert(crm, "Zoe@Example.com", examples.CONTACT_UPSERT)
    again = upsert(crm, "zoe@example.com", examples.CONTACT_UPSERT)

    contact = Contact.objects.get()
    assert (first.status_code, first.json()["status"]) == (201, "made")
    assert (again.status_code, again.json()) == (200, {"status": "unchanged", "id": contact.pk})
    assert set(Identity.objects.filter(contact=contact).values_list("kind", "namespace")) == {
        ("email", ""), ("foreign", "crm"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": 5}, "/name"),
        ({"job_title": "x" * 151}, "/job_title"),
        ({"job_title": None}, "/job_title"),
        ({"left_on": "yesterday"}, "/left_on"),
        ({"left_on": "2026-02-30"}, "/left_on"),
        ({"customer": {"id": 1, "email": "a@b.example"}}, "/customer"),
        ({"customer": {"email": "a@b.example", "namespace": "crm"}}, "/customer"),
        ({"customer": {"phone": "1"}}, "/customer/phone"),
        ({"customer": {"email": "nobody@example.com"}}, "/customer"),
        ({"customer": None}, "/customer"),
        ({"customer": 12}, "/customer"),
        ({"identities": [{"kind": "email", "value": "a"}]}, "/identities/0/value"),
        ({"identities": [{"kind": "email", "value": "a@b.example", "namespace": "x"}]},
         "/identities/0/value"),
        ({"nme": "Zoë"}, "/nme"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_named_with_a_pointer_and_writes_nothing(
    crm, customer, given, pointer
):
    contact = ContactFactory(customer=customer)
    before = list(Contact.objects.values())
    new = {"name": "New", "customer": {"id": customer.pk}}

    assert list(errors(post(crm, new | given))) == [pointer]
    assert list(errors(patch(crm, contact, given))) == [pointer]
    assert list(errors(upsert(crm, "new@example.com", new | given))) == [pointer]
    assert list(Contact.objects.values()) == before


def test_whoever_saw_something_else_is_not_heard(crm, customer):
    contact = ContactFactory(customer=customer)
    seen = crm.get(f"{URL}{contact.pk}/").headers["ETag"]

    first = patch(crm, contact, {"name": "First"}, **{"If-Match": seen})
    lost = patch(crm, contact, {"name": "Second"}, **{"If-Match": seen})
    next_one = patch(crm, contact, {"name": "Third"}, **{"If-Match": first.headers["ETag"]})
    unseen = upsert(crm, "new@example.com", examples.CONTACT_UPSERT, **{"If-Match": "*"})

    assert [one.status_code for one in (first, lost, next_one, unseen)] == [200, 412, 200, 412]
    assert Contact.objects.get().name == "Third"


def test_request_sent_again_is_answered_as_before(crm, customer):
    key = {"Idempotency-Key": "k-1"}

    first, again = post(crm, examples.CONTACT, **key), post(crm, examples.CONTACT, **key)

    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Contact.objects.count() == 1


def test_key_of_a_team_writes_contacts_of_its_customers_alone(customer):
    theirs = ContactFactory(customer=customer)
    IdentityFactory(
        customer=customer, contact=theirs, kind="email", namespace="", value="zoe@example.com"
    )
    crm = client(team=TeamFactory())

    assert patch(crm, theirs, {"name": "x"}).status_code == 404
    assert upsert(crm, "zoe@example.com", {"name": "x"}).status_code == 404
    assert errors(post(crm, {"name": "x", "customer": {"id": customer.pk}})).keys() == {"/customer"}
    theirs.refresh_from_db()
    assert theirs.name != "x"
    assert Contact.objects.count() == 1


def test_scope_is_asked_for(customer):
    for sender in (client("contacts:read", "customers:write", name="reader"), Client()):
        for response in (
            post(sender, examples.CONTACT),
            patch(sender, 1, {}),
            upsert(sender, "a@b.example", {}),
        ):
            assert response.status_code in {401, 403}
    assert client("contacts:write", name="writer").get(URL).status_code == 403
    assert not Contact.objects.exists()


def test_queries_are_few(crm, django_assert_max_num_queries):
    IdentityFactory(namespace="crm", value="C-1001", customer=CustomerFactory())
    crm.get(URL)

    with django_assert_max_num_queries(19):
        post(crm, examples.CONTACT)
