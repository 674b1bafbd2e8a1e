"""Contacts written on request: whose they are, what services refuse, and two at once."""

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from relationships.models import Contact, Customer, Identity, Person
from relationships.selectors import IdentityRef
from relationships.services import merges
from relationships.services.profiles import (
    ContactGoneError,
    ContactWrite,
    WriteRefusedError,
    write_contact,
)
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    ServiceFactory,
    TeamFactory,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
REF = IdentityRef("foreign", "P-1", "crm")
EMAIL = IdentityRef("email", "zoe@example.com")
COMPANY = IdentityRef("foreign", "C-1", "crm")

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm() -> Person:
    return ServiceFactory(name="crm")


@pytest.fixture
def customer() -> Customer:
    return IdentityFactory(namespace="crm", value="C-1").customer


def refs(contact: Contact) -> set[str]:
    return set(contact.identities.values_list("value", flat=True))


def counted() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Contact, Identity)]


def refused(item: ContactWrite, by: Person) -> dict[str, str]:
    """Return what is refused, by JSON pointer, having seen that nothing was written."""
    before = counted()
    with pytest.raises(WriteRefusedError) as error:
        write_contact(item=item, by=by)
    assert counted() == before
    return {one.pointer: one.reason for one in error.value.refusals}


@pytest.mark.parametrize("is_by_id", [True, False])
def test_new_contact_is_at_the_customer_that_is_named(crm, customer, is_by_id):
    item = ContactWrite(
        customer=customer.pk if is_by_id else COMPANY, name=" Zoë Müller", job_title="Chief ",
        left_on=date(2026, 3, 1), identities=[REF, EMAIL],
    )  # fmt: skip

    outcome = write_contact(item=item, by=crm)

    contact = Contact.objects.get()
    assert outcome == ("made", contact.pk, ())
    assert (contact.customer, contact.home_id) == (customer, None)
    assert (contact.name, contact.job_title) == ("Zoë Müller", "Chief")
    assert contact.left_on == date(2026, 3, 1)
    assert refs(contact) == {"P-1", "zoe@example.com"}
    assert {row.customer for row in contact.identities.all()} == {customer}


def test_found_or_made_by_an_identity_and_unchanged_when_sent_again(crm, customer):
    item = ContactWrite(identity=REF, customer=COMPANY, name="Zoë", add_identities=[EMAIL])

    made, again = write_contact(item=item, by=crm), write_contact(item=item, by=crm)
    changed = write_contact(item=ContactWrite(identity=EMAIL, job_title="Chief"), by=crm)
    whole = write_contact(item=ContactWrite(identity=EMAIL, identities=[]), by=crm)

    contact = Contact.objects.get()
    assert [one.status for one in (made, again, changed, whole)] == [
        "made", "unchanged", "changed", "changed",
    ]  # fmt: skip
    assert (contact.name, contact.job_title) == ("Zoë", "Chief")
    assert refs(contact) == {"zoe@example.com"}


def test_identity_of_the_customer_as_a_whole_becomes_the_contacts(crm, customer):
    identity = IdentityFactory(
        customer=customer, kind="email", namespace="", value="zoe@example.com"
    )

    outcome = write_contact(item=ContactWrite(identity=EMAIL, name="Zoë"), by=crm)

    identity.refresh_from_db()
    assert outcome.status == "made"
    assert (identity.contact_id, identity.customer) == (outcome.id, customer)
    other = refused(ContactWrite(customer=customer.pk, name="Tom", identities=[EMAIL]), crm)
    assert f"means contact {outcome.id} at customer {customer.pk}" in other["/identities/0"]


@pytest.mark.parametrize(
    ("given", "pointer", "reason"),
    [
        ({"name": ""}, "/name", "1 to 150"),
        ({"name": "x" * 151}, "/name", "150"),
        ({"name": "\x00"}, "/name", "NUL"),
        ({"job_title": "x" * 151}, "/job_title", "150"),
        ({"job_title": "\ud800"}, "/job_title", "surrogates"),
        ({"customer": 0}, "/customer", "no such customer"),
        ({"customer": 2**63}, "/customer", "no such customer"),
        ({"customer": IdentityRef("foreign", "nobody")}, "/customer", "no such customer"),
        ({"customer": IdentityRef("foreign", "\x00")}, "/customer", "NUL"),
        ({"identities": [COMPANY, IdentityRef("email", "")]}, "/identities/1/value", "1 to 254"),
        ({"identities": [], "add_identities": []}, "/add_identities", "not both"),
    ],
)
def test_what_cannot_be_taken_is_named_and_writes_nothing(crm, customer, given, pointer, reason):
    contact = ContactFactory(customer=customer)
    for item in ({"customer": customer.pk, "name": "New"}, {"id": contact.pk}):
        found = refused(ContactWrite(**item | given), crm)

        assert list(found) == [pointer]
        assert reason in found[pointer]


def test_new_contact_needs_a_name_and_a_customer(crm):
    assert refused(ContactWrite(identity=REF), crm).keys() == {"/name", "/customer"}


def test_contact_does_not_change_sides(crm, customer):
    contact, other = ContactFactory(customer=customer), CustomerFactory()

    found = refused(ContactWrite(id=contact.pk, customer=other.pk), crm)
    same = write_contact(item=ContactWrite(id=contact.pk, customer=COMPANY), by=crm)

    assert f"at customer {customer.pk}" in found["/customer"]
    assert same.status == "unchanged"


def test_identity_of_somebody_elsewhere_is_refused(crm, customer):
    theirs = IdentityFactory(namespace="crm", value="P-1").customer
    north = ServiceFactory(team=customer.team)
    item = ContactWrite(identity=REF, customer=customer.pk, name="Zoë")

    assert f"customer {theirs.pk}" in refused(item, crm)["/identity"]
    assert refused(item, north) == {"/identity": "This means somebody else already."}


def test_account_of_a_team_writes_contacts_of_its_customers_alone(customer):
    contact = ContactFactory(customer=customer)
    IdentityFactory(customer=customer, contact=contact, namespace="crm", value="P-1")
    south = ServiceFactory(team=TeamFactory())

    for item in (
        ContactWrite(id=contact.pk, name="x"), ContactWrite(identity=REF, name="x"),
        ContactWrite(identity=COMPANY, name="x"), ContactWrite(id=2**64, name="x"),
    ):  # fmt: skip
        before = counted()
        with pytest.raises(ContactGoneError):
            write_contact(item=item, by=south)
        assert counted() == before
    for named in (customer.pk, COMPANY):
        found = refused(ContactWrite(customer=named, name="x"), south)
        assert found == {"/customer": "There is no such customer that you may write to."}


def test_contact_of_a_merged_customer_is_made_at_the_survivor_and_goes_back_with_it(crm, customer):
    keep = CustomerFactory()
    merges.absorb_customer(keep=keep.pk, absorb=customer.pk, by=crm, now=NOW)

    by_id = write_contact(item=ContactWrite(customer=customer.pk, name="A"), by=crm)
    by_identity = write_contact(item=ContactWrite(identity=REF, customer=COMPANY, name="B"), by=crm)
    own = write_contact(item=ContactWrite(customer=keep.pk, name="C", identities=[EMAIL]), by=crm)

    assert set(Contact.objects.values_list("customer_id", flat=True)) == {keep.pk}
    merges.release_customer(customer_id=customer.pk, by=crm, now=NOW)
    at = dict(Contact.objects.values_list("pk", "customer_id"))
    assert at == {by_id.id: customer.pk, by_identity.id: customer.pk, own.id: keep.pk}
    meant = dict(Identity.objects.filter(contact__isnull=False).values_list("value", "customer_id"))
    assert meant == {"P-1": customer.pk, "zoe@example.com": keep.pk}


def test_check_that_raises_leaves_everything_as_it_was(crm, customer):
    contact, seen = ContactFactory(customer=customer), []

    def check(found: int | None) -> None:
        seen.append(found)
        raise KeyError

    for item in (ContactWrite(id=contact.pk, name="x"), ContactWrite(identity=REF, name="x")):
        before = counted()
        with pytest.raises(KeyError):
            write_contact(item=item, by=crm, check=check)
        assert counted() == before
    assert seen == [contact.pk, None]


def test_queries_are_few(crm, customer, django_assert_max_num_queries):
    item = ContactWrite(identity=REF, customer=COMPANY, name="A", identities=[EMAIL, COMPANY])
    with django_assert_max_num_queries(12):
        write_contact(item=item, by=crm)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_that_make_the_same_contact_at_once_make_one():
    IdentityFactory(namespace="crm", value="C-1")
    by, barrier, outcomes = ServiceFactory(), threading.Barrier(4), []

    def write(number: int) -> None:
        barrier.wait()
        for round_ in range(10):
            ref = IdentityRef("foreign", f"R-{round_}", "crm")
            item = ContactWrite(identity=ref, customer=COMPANY, name=f"By {number}")
            outcomes.append(write_contact(item=item, by=by))
        connection.close()

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 40
    assert sum(one.status == "made" for one in outcomes) == 10
    assert Contact.objects.count() == 10
