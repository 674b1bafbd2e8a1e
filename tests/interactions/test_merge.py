"""Two customers found to be one, and parted again, with all that is theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from interactions.models import Loop, Touchpoint
from interactions.services import (
    NewTouchpoint,
    delete,
    edit,
    merge_customers,
    record,
    restore,
    source_named,
    unmerge_customer,
)
from relationships.models import Contact, Customer, CustomerMerge, Fact, Identity, Person
from relationships.selectors import IdentityRef, visible_customer
from relationships.selectors.facts import facts_of
from relationships.services import CustomerGoneError, NotMergeableError
from relationships.services.facts import Said, write_fact
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    FactFactory,
    IdentityFactory,
    PersonFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


def touch(customer: Customer | IdentityRef, key: str, days_ago: float = 1, **fields: Any):
    who = customer if isinstance(customer, IdentityRef) else customer.pk
    values = {"type": "call.phone", "occurred_at": NOW - timedelta(days=days_ago)} | fields
    return NewTouchpoint(customer=who, external_id=key, **values)


def send(by: Person, *items: NewTouchpoint) -> list[int]:
    outcomes = record(source=source_named("test"), items=items, by=by, now=NOW)
    assert {outcome.status for outcome in outcomes} == {"recorded"}, outcomes
    return [outcome.touchpoint_id for outcome in outcomes]


def merge(by: Person, keep: Customer, absorb: Customer) -> None:
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)


def unmerge(by: Person, customer: Customer) -> None:
    unmerge_customer(customer_id=customer.pk, by=by, now=NOW)


def keys_of(customer: Customer) -> set[str]:
    return set(customer.touchpoints.values_list("external_id", flat=True))


def everything(*customers: Customer) -> list[Any]:
    """Return all that is known of customers, as it stands in the tables."""
    tables = [
        model.objects.filter(customer__in=customers)
        for model in (Touchpoint, Loop, Contact, Identity, Fact)
    ] + [Customer.objects.filter(pk__in=[one.pk for one in customers])]
    return [
        [{name: row[name] for name in row if name != "updated_at"} for row in rows.values()]
        for rows in (table.order_by("pk") for table in tables)
    ]


def test_all_that_is_theirs_is_the_survivors(by):
    keep, absorb = CustomerFactory.create_batch(2)
    contact = ContactFactory(customer=absorb)
    identity = IdentityFactory(customer=absorb, contact=contact)
    send(by, touch(keep, "k"), touch(absorb, "a", 3, type="complaint", contact_id=contact.pk))

    merge(by, keep, absorb)

    assert keys_of(keep) == {"k", "a"}
    assert keys_of(absorb) == set()
    assert Loop.objects.get().customer == keep
    contact.refresh_from_db()
    identity.refresh_from_db()
    assert (contact.customer, identity.customer, identity.contact) == (keep, keep, contact)


def test_what_we_know_goes_along_and_what_is_learnt_later_stays_with_whom_it_was_about(by):
    keep, absorb = CustomerFactory.create_batch(2)
    contact = ContactFactory(customer=absorb)
    before = FactFactory(customer=absorb)
    merge(by, keep, absorb)
    of_contact = write_fact(
        customer_id=keep.pk, said=Said("Coffee", "black", contact.pk), by=by, now=NOW
    )
    of_survivor = write_fact(customer_id=keep.pk, said=Said("Coffee", "none"), by=by, now=NOW)
    assert set(facts_of(keep)) == {before, of_contact, of_survivor}

    unmerge(by, absorb)

    assert set(facts_of(absorb)) == {before, of_contact}
    assert list(facts_of(keep)) == [of_survivor]


def test_ids_and_identities_lead_to_the_survivor(by):
    keep, absorb = CustomerFactory.create_batch(2)
    IdentityFactory(customer=absorb, value="old")
    merge(by, keep, absorb)

    send(by, touch(absorb, "by id"), touch(IdentityRef("foreign", "old", "shop"), "by identity"))

    assert keys_of(keep) == {"by id", "by identity"}
    assert visible_customer(by, absorb.pk) == keep


def test_unmerging_gives_back_exactly_what_was_moved(by):
    keep, absorb = CustomerFactory.create_batch(2)
    contact = ContactFactory(customer=absorb)
    IdentityFactory(customer=absorb, contact=contact)
    ContactFactory(customer=keep)
    FactFactory(customer=absorb)
    FactFactory(customer=absorb, contact=contact, deleted_at=NOW)
    FactFactory(customer=keep)
    send(
        by,
        touch(keep, "open", 9, type="complaint"),
        touch(keep, "k", 8, closes="open"),
        touch(absorb, "a", 7, type="complaint", contact_id=contact.pk),
        touch(absorb, "b", 5, closes="a"),
        touch(absorb, "c", 4),
    )
    delete(touchpoint_id=Touchpoint.objects.get(external_id="c").pk, by=by, now=NOW)
    before = everything(keep, absorb)

    merge(by, keep, absorb)
    unmerge(by, absorb)

    assert everything(keep, absorb) == before


def test_what_came_meanwhile_goes_with_whom_it_was_for(by):
    keep, absorb = CustomerFactory.create_batch(2)
    contact = ContactFactory(customer=absorb)
    IdentityFactory(customer=absorb, value="old")
    merge(by, keep, absorb)
    send(
        by,
        touch(keep, "with the survivor"),
        touch(keep, "with the other's contact", contact_id=contact.pk),
        touch(absorb, "by the old id"),
        touch(IdentityRef("foreign", "old", "shop"), "by the old identity"),
    )

    unmerge(by, absorb)

    assert keys_of(keep) == {"with the survivor"}
    assert len(keys_of(absorb)) == 3
    assert not Touchpoint.objects.filter(home_id__isnull=False).exists()


def test_correcting_deleting_and_restoring_beneath_a_merge_keeps_whose_it_is(by):
    keep, absorb = CustomerFactory.create_batch(2)
    first, second, third = send(by, touch(absorb, "a"), touch(absorb, "b"), touch(absorb, "c"))
    merge(by, keep, absorb)

    edit(touchpoint_id=first, by=by, now=NOW, sentiment=0.5)
    edit(touchpoint_id=second, by=by, now=NOW, customer=keep.pk, sentiment=0.5)
    delete(touchpoint_id=third, by=by, now=NOW)
    restore(touchpoint_id=third, by=by)
    unmerge(by, absorb)

    assert keys_of(absorb) == {"a", "b", "c"}


def test_touchpoint_moved_away_beneath_a_merge_stays_where_it_was_moved(by):
    keep, absorb, other = CustomerFactory.create_batch(3)
    (first,) = send(by, touch(absorb, "a"))
    merge(by, keep, absorb)

    edit(touchpoint_id=first, by=by, now=NOW, customer=other.pk)
    unmerge(by, absorb)

    assert keys_of(other) == {"a"}


def test_loops_close_across_a_merge_and_open_again_after_it(by):
    keep, absorb = CustomerFactory.create_batch(2)
    send(by, touch(absorb, "open", 5, type="complaint"), touch(keep, "close", 3, closes="open"))
    assert Loop.objects.get().closed_at is None

    merge(by, keep, absorb)
    assert Loop.objects.get().closed_at == NOW - timedelta(days=3)

    unmerge(by, absorb)
    loop = Loop.objects.get()
    assert (loop.customer, loop.closed_at) == (absorb, None)


@pytest.mark.parametrize("first_out", [0, 1])
def test_merges_upon_merges_are_undone_in_any_order(by, first_out):
    last, middle, first = CustomerFactory.create_batch(3)
    send(by, touch(first, "f"), touch(middle, "m"), touch(last, "l"))
    merge(by, middle, first)
    merge(by, last, middle)
    assert keys_of(last) == {"f", "m", "l"}
    assert visible_customer(by, first.pk) == last

    order = [first, middle] if first_out == 0 else [middle, first]
    unmerge(by, order[0])
    assert keys_of(order[0]) == ({"f"} if first_out == 0 else {"f", "m"})
    send(by, touch(first, "again"))
    unmerge(by, order[1])

    assert [keys_of(one) for one in (first, middle, last)] == [{"f", "again"}, {"m"}, {"l"}]


def test_letter_sent_to_five_is_a_template_once_they_are_five_again(by):
    customers = CustomerFactory.create_batch(5)
    merge(by, customers[0], customers[1])
    text = "We would like to tell you how much we value you as our customer, now and always."
    letters = [touch(one, str(one.pk), type="email.personal", text=text) for one in customers]
    send(by, *letters)
    assert not Touchpoint.objects.filter(is_template=True).exists()

    unmerge(by, customers[1])

    assert Touchpoint.objects.filter(is_template=True).count() == 5


def test_who_merged_and_who_undid_it_is_kept(by):
    keep, absorb = CustomerFactory.create_batch(2)
    merge(by, keep, absorb)
    other = AdministratorFactory()

    unmerge_customer(customer_id=absorb.pk, by=other, now=NOW + timedelta(days=1))
    merge(by, keep, absorb)

    first, second = CustomerMerge.objects.order_by("pk")
    assert (first.customer, first.into, first.merged_by, first.merged_at) == (absorb, keep, by, NOW)
    assert (first.undone_by, first.undone_at) == (other, NOW + timedelta(days=1))
    assert second.undone_at is None


def test_what_cannot_be_merged_is_refused(by):
    one, other, demo = CustomerFactory(), CustomerFactory(), CustomerFactory(is_demo=True)
    stranger = PersonFactory(team=one.team)
    merge(by, one, other)

    with pytest.raises(NotMergeableError, match="one and the same"):
        merge(by, one, one)
    with pytest.raises(NotMergeableError, match="demonstration"):
        merge(by, one, demo)
    with pytest.raises(CustomerGoneError):
        merge(by, CustomerFactory(), other)
    with pytest.raises(CustomerGoneError):
        merge(by, other, CustomerFactory())
    with pytest.raises(CustomerGoneError):
        merge(stranger, one, CustomerFactory())
    with pytest.raises(CustomerGoneError):
        unmerge(stranger, other)
    with pytest.raises(CustomerGoneError):
        unmerge(by, one)
    assert CustomerMerge.objects.count() == 1


def test_merge_that_fails_half_way_leaves_all_as_it_was(by, monkeypatch):
    keep, absorb = CustomerFactory.create_batch(2)
    send(by, touch(absorb, "a", type="complaint"))
    before = everything(keep, absorb)

    def fail(*args: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("interactions.services.merge.mark_refold", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        merge(by, keep, absorb)

    assert everything(keep, absorb) == before
    assert not CustomerMerge.objects.exists()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda merge: Customer.objects.update(merged_into=merge.into), "merged_into_another"),
        (lambda merge: CustomerMerge.objects.update(into=merge.customer), "of_two_customers"),
        (
            lambda merge: CustomerMerge.objects.create(
                customer=merge.customer, into=CustomerFactory(), merged_at=NOW
            ),
            "customer_is_merged_into_one_other",
        ),
    ],
)
def test_merge_that_makes_no_sense_is_refused_by_the_database(by, change, constraint):
    merge(by, *CustomerFactory.create_batch(2))

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        change(CustomerMerge.objects.get())
