"""`record()` is the one way in."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from interactions.models import Loop, Touchpoint, TouchpointChange
from interactions.services import NewTouchpoint, delete, edit, record, restore, source_named
from interactions.services.marks import sum_up_intakes
from relationships.models import Customer, Person
from relationships.selectors import IdentityRef
from tests.factories import AdministratorFactory, CustomerFactory, PersonFactory

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory()


def send(by: Person, *items: NewTouchpoint, create: bool = False):
    return record(
        source=source_named("test"), items=items, by=by, now=NOW, may_create_customers=create
    )


def touch(customer: Customer, external_id: str = "a", days_ago: float = 1, **fields):
    return NewTouchpoint(
        **{
            "type": "call.phone",
            "customer": customer.pk,
            "external_id": external_id,
            "occurred_at": NOW - timedelta(days=days_ago),
        }
        | fields
    )


def test_touchpoint_and_change_are_written_together(by, customer):
    (outcome,) = send(by, touch(customer))

    assert outcome.status == "recorded"
    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.customer_id, touchpoint.team_id) == (customer.pk, customer.team_id)
    with connection.cursor() as cursor:
        sum_up_intakes(cursor, limit=10)
    change = TouchpointChange.objects.get()
    assert (change.customer_id, change.count, change.is_refold) == (customer.pk, 1, False)


def test_same_external_id_is_recorded_once_for_ever(by, customer):
    outcomes = send(by, touch(customer), touch(customer))
    again = send(by, touch(customer))

    assert [outcome.status for outcome in (*outcomes, *again)] == ["recorded", "known", "known"]
    delete(touchpoint_id=outcomes[0].touchpoint_id, by=by, now=NOW)
    assert send(by, touch(customer))[0].status == "known"


def test_bad_item_is_refused_alone(by, customer):
    outcomes = send(
        by,
        touch(customer, "good"),
        touch(customer, "bad", type="call.phon", occurred_at=NOW + timedelta(hours=1)),
        touch(Customer(pk=999_999), "lost"),
    )

    assert [outcome.status for outcome in outcomes] == ["recorded", "refused", "refused"]
    wrong = {refusal.field: refusal for refusal in outcomes[1].refusals}
    assert wrong["type"].value == "call.phon"
    assert "call.phone" in wrong["type"].reason
    assert "future" in wrong["occurred_at"].reason
    assert Touchpoint.objects.count() == 1


def test_account_manager_cannot_write_to_another_team(customer):
    stranger = PersonFactory()

    (outcome,) = send(stranger, touch(customer))

    assert outcome.status == "refused"
    assert outcome.refusals[0].field == "customer"


def test_unknown_identity_becomes_a_customer_when_allowed(by):
    ref = IdentityRef("foreign", "C-1", "shop")
    item = NewTouchpoint(type="order.placed", customer=ref, occurred_at=NOW, external_id="o1")

    refused = send(by, item)
    recorded = send(by, item, create=True)

    assert (refused[0].status, recorded[0].status) == ("refused", "recorded")
    assert Customer.objects.get().name == "C-1"


@pytest.mark.parametrize("closing_first", [False, True])
def test_loop_closes_whichever_arrives_first(by, customer, closing_first):
    opening = touch(customer, "open", 3, type="complaint")
    closing = touch(customer, "close", 1, closes="open")

    for item in (closing, opening) if closing_first else (opening, closing):
        send(by, item)

    loop = Loop.objects.get()
    assert loop.closed_at == NOW - timedelta(days=1)
    assert loop.due_at == NOW - timedelta(days=1)


def test_deleting_the_closing_reopens_the_loop_and_restoring_closes_it(by, customer):
    send(by, touch(customer, "open", 3, type="complaint"))
    loop = Loop.objects.get()
    (closing,) = send(by, touch(customer, "close", 1, closes_loop=loop.pk))
    loop.refresh_from_db()
    assert loop.closed_by_id == closing.touchpoint_id

    delete(touchpoint_id=closing.touchpoint_id, by=by, now=NOW)
    loop.refresh_from_db()
    assert loop.closed_at is None

    restore(touchpoint_id=closing.touchpoint_id, by=by)
    loop.refresh_from_db()
    assert loop.closed_by_id == closing.touchpoint_id


def test_moving_marks_both_customers(by, customer):
    other = CustomerFactory()
    (outcome,) = send(by, touch(customer))
    TouchpointChange.objects.all().delete()

    edit(touchpoint_id=outcome.touchpoint_id, by=by, now=NOW, customer=other.pk)

    counts = TouchpointChange.objects.values_list("customer_id", "count", "is_refold")
    assert sorted(counts) == sorted([(customer.pk, -1, True), (other.pk, 1, True)])
    assert Touchpoint.objects.get().team_id == other.team_id


def test_template_is_found_by_its_text(by):
    text = "Dear {},\nwe would like to tell you how much we value you as our customer, always.\nTom"
    customers = CustomerFactory.create_batch(5)
    items = [
        touch(one, f"m{n}", type="email.personal", text=text.format(one.name))
        for n, one in enumerate(customers)
    ]
    send(by, *items[:4])
    assert not Touchpoint.objects.filter(is_template=True).exists()

    send(by, items[4])

    assert Touchpoint.objects.filter(is_template=True).count() == 5
    changes = TouchpointChange.objects.filter(is_refold=True)
    assert changes.values("customer_id").distinct().count() == 5
    assert (
        sorted(changes.values_list("is_template", "count")) == [(False, -1)] * 5 + [(True, 1)] * 5
    )


def test_touchpoint_that_closes_itself_is_refused(by, customer):
    (outcome,) = send(by, touch(customer, external_id="a", type="complaint", closes="a"))

    assert [wrong.field for wrong in outcome.refusals] == ["closes"]
