"""Facts about customers: what services refuse, who may, and what two at once are told."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from relationships.models import Customer, Fact, Person
from relationships.selectors.facts import fact_to_change, facts_of
from relationships.services import CustomerGoneError
from relationships.services.facts import (
    MOST_FACTS,
    Before,
    FactChangedError,
    FactGoneError,
    FactRefusedError,
    Said,
    confirm_fact,
    correct_fact,
    delete_fact,
    forget_deleted_facts,
    put_fact_back,
    restore_fact,
    write_fact,
)
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ExecutiveFactory,
    FactFactory,
    PersonFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOURS = Said("Delivery hours", "before 9")

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Bäckerei Øster", team=manager.team)


@pytest.fixture
def fact(customer) -> Fact:
    return FactFactory(customer=customer, label="Delivery hours", value="before 9")


def write(customer: Customer, by: Person, said: Said = HOURS) -> Fact:
    return write_fact(customer_id=customer.pk, said=said, by=by, now=NOW)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"label": ""}, "fact_has_a_label"),
        ({"label": " \t"}, "fact_has_a_label"),
        ({"value": " "}, "fact_has_a_value"),
        ({"label": "a:b"}, "fact_label_has_no_colon"),
        ({"confirmed_at": datetime(2020, 1, 1, tzinfo=UTC)}, "fact_is_confirmed_once_written"),
        ({"version": 0}, "fact_version_counts_from_1"),
    ],
)
def test_the_database_refuses_what_is_no_fact(fact, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Fact.objects.update(**change)


def test_a_fact_says_who_wrote_it_and_when(customer, manager):
    fact = write(customer, manager, Said("  Delivery \n hours ", " before  9 "))

    assert str(fact) == "Delivery hours: before 9"
    assert (fact.written_by, fact.written_at) == (manager, NOW)
    assert (fact.confirmed_by, fact.confirmed_at) == (manager, NOW)


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        (Said("", "x"), "label", "The label: use 1 to 60 characters."),
        (Said("x", " "), "value", "The value: use 1 to 300 characters."),
        (Said("x" * 61, "x"), "label", "this has 61"),
        (Said("x", "y" * 301), "value", "this has 301"),
        (Said("a:b", "x"), "label", "leave out the colon"),
        (Said("x", "a\x00b"), "value", "NUL"),
        (Said("x", "\ud800"), "value", "Unicode"),
    ],
)
def test_what_is_refused_is_said_where_it_stands(customer, manager, said, field, words):
    with pytest.raises(FactRefusedError, match=words) as error:
        write(customer, manager, said)

    assert error.value.field == field
    assert not Fact.objects.exists()


def test_a_contact_of_somebody_else_is_refused(customer, manager):
    stranger = ContactFactory(customer=CustomerFactory(team=manager.team))

    with pytest.raises(FactRefusedError, match="no such person"):
        write(customer, manager, Said("a", "b", stranger.pk))


def test_the_same_fact_is_not_written_twice(customer, manager):
    contact = ContactFactory(customer=customer)
    write(customer, manager)
    write(customer, manager, Said("Delivery hours", "before 9", contact.pk))

    with pytest.raises(FactRefusedError, match="We know that already"):
        write(customer, manager, Said("delivery HOURS", "Before 9"))


def test_a_customer_has_only_so_many_facts(customer, manager):
    FactFactory.create_batch(MOST_FACTS, customer=customer)

    with pytest.raises(FactRefusedError, match="Delete one"):
        write(customer, manager)


def test_nobody_writes_or_changes_what_is_another_teams(customer, fact):
    stranger, now = PersonFactory(), NOW

    with pytest.raises(CustomerGoneError):
        write(customer, stranger)
    for change in (
        lambda: correct_fact(fact_id=fact.pk, version=1, said=HOURS, by=stranger, now=now),
        lambda: confirm_fact(fact_id=fact.pk, by=stranger, now=now),
        lambda: delete_fact(fact_id=fact.pk, by=stranger, now=now),
        lambda: restore_fact(fact_id=fact.pk, by=stranger),
    ):
        with pytest.raises(FactGoneError):
            change()
    assert fact_to_change(stranger, fact.pk) is None
    assert fact_to_change(ExecutiveFactory(), fact.pk) == fact


def test_who_corrects_what_somebody_else_corrected_is_told(fact, manager):
    correct_fact(fact_id=fact.pk, version=1, said=Said("Delivery hours", "before 8"),
                 by=manager, now=NOW)  # fmt: skip

    with pytest.raises(FactChangedError):
        correct_fact(fact_id=fact.pk, version=1, said=HOURS, by=manager, now=NOW)

    fact.refresh_from_db()
    assert fact.value == "before 8"
    assert (fact.confirmed_by, fact.confirmed_at) == (manager, NOW)


def test_what_was_deleted_meanwhile_cannot_be_corrected(fact, manager):
    deleted = delete_fact(fact_id=fact.pk, by=manager, now=NOW)

    with pytest.raises(FactChangedError):
        correct_fact(fact_id=fact.pk, version=deleted.version, said=HOURS, by=manager, now=NOW)


def test_a_change_is_taken_back_unless_somebody_changed_it_since(fact, manager):
    changed = correct_fact(fact_id=fact.pk, version=1, said=Said("Hours", "any"),
                           by=manager, now=NOW)  # fmt: skip
    before = Before(changed.version, HOURS, fact.confirmed_at, None)

    back = put_fact_back(fact_id=fact.pk, before=before, by=manager)

    assert str(back) == "Delivery hours: before 9"
    assert (back.confirmed_at, back.confirmed_by) == (fact.confirmed_at, None)
    with pytest.raises(FactChangedError):
        put_fact_back(fact_id=fact.pk, before=before, by=manager)


def test_a_deleted_fact_is_gone_and_comes_back(customer, fact, manager):
    delete_fact(fact_id=fact.pk, by=manager, now=NOW)
    delete_fact(fact_id=fact.pk, by=manager, now=NOW + timedelta(hours=1))

    assert not facts_of(customer)
    assert Fact.objects.get().deleted_at == NOW
    restore_fact(fact_id=fact.pk, by=manager)
    assert list(facts_of(customer)) == [fact]


def test_what_was_deleted_a_month_ago_is_forgotten(customer, fact):
    lately, long_ago = NOW - timedelta(days=29), NOW - timedelta(days=31)
    deleted = FactFactory(customer=customer, deleted_at=lately)
    FactFactory(customer=customer, deleted_at=long_ago)

    forget_deleted_facts(now=NOW)

    assert set(Fact.objects.all()) == {fact, deleted}


def test_a_fact_about_a_contact_goes_where_the_contact_goes_when_customers_part(manager):
    keep, absorb = CustomerFactory.create_batch(2, team=manager.team)
    contact = ContactFactory(customer=keep, home_id=absorb.pk)

    fact = write(keep, manager, Said("Allergic to", "calls", contact.pk))
    other = write(keep, manager)
    correct_fact(fact_id=other.pk, version=1, said=Said("a", "b", contact.pk, date(2026, 5, 1)),
                 by=manager, now=NOW)  # fmt: skip

    other.refresh_from_db()
    assert (fact.home_id, other.home_id) == (absorb.pk, absorb.pk)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_who_write_the_same_at_once_write_it_once(customer, manager):
    refused = []

    def run():
        try:
            write(customer, manager)
        except FactRefusedError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (Fact.objects.count(), len(refused)) == (1, 1)
