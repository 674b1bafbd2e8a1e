"""Loops that open, close and become overdue are told of, once each and truly."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from interactions.models import Loop
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
from interactions.services.loop_news import tell_overdue
from interactions.tasks import tell_overdue_loops
from relationships.models import Customer, Person, WebhookDelivery, WebhookEvent
from relationships.webhook_kinds import KINDS
from tests.factories import AdministratorFactory, CustomerFactory, WebhookEndpointFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory(name="Tom's Bakery")


@pytest.fixture(autouse=True)
def _somebody_wants_to_know():
    WebhookEndpointFactory(kinds=list(KINDS))


def touch(customer: Customer, key: str, days_ago: float = 1, **fields: Any) -> NewTouchpoint:
    values = {"type": "call.phone", "occurred_at": NOW - timedelta(days=days_ago)} | fields
    return NewTouchpoint(customer=customer.pk, external_id=key, **values)


def send(by: Person, *items: NewTouchpoint) -> list[int]:
    outcomes = record(source=source_named("shop"), items=items, by=by, now=NOW)
    assert {outcome.status for outcome in outcomes} == {"recorded"}, outcomes
    return [outcome.touchpoint_id for outcome in outcomes]


def told(kind: str = "") -> list[Any]:
    """Return what was told since the last time it was asked, checked against what is promised."""
    events = list(WebhookEvent.objects.order_by("pk"))
    messages = []
    for event in events:
        body = msgspec.json.encode(event.data)
        messages.append((event.kind, msgspec.json.decode(body, type=KINDS[event.kind].data)))
    WebhookDelivery.objects.all().delete()
    WebhookEvent.objects.all().delete()
    return [message if not kind else message[1] for message in messages]


def kinds() -> list[str]:
    return [kind for kind, _ in told()]


def test_a_complaint_opens_a_loop_and_says_whose_and_which(by, customer):
    (opener,) = send(by, touch(customer, "ticket-8", type="complaint", text="Cold again " * 60))

    ((kind, message),) = told()

    loop = Loop.objects.get()
    assert kind == "loop.opened"
    assert (message.customer.id, message.customer.name) == (customer.pk, "Tom's Bakery")
    assert (message.loop.id, message.loop.kind) == (loop.pk, "complaint")
    assert (message.loop.opened_at, message.loop.due_at) == (loop.opened_at, loop.due_at)
    assert message.loop.closed_at is None
    assert message.loop.text == ("Cold again " * 60)[:300]
    assert (message.loop.opened_by.id, message.loop.opened_by.external_id) == (opener, "ticket-8")
    assert (message.loop.opened_by.source, message.loop.opened_by.type) == ("shop", "complaint")
    assert not message.is_reopened


def test_what_closes_it_is_told_with_the_moment(by, customer):
    send(by, touch(customer, "t", 2, type="complaint"))
    told()

    send(by, touch(customer, "c", 1, closes="t"))

    ((kind, message),) = told()
    assert kind == "loop.closed"
    assert message.loop.closed_at == NOW - timedelta(days=1)
    assert not message.is_withdrawn


def test_a_history_that_comes_in_closed_is_no_news(by, customer):
    send(by, touch(customer, "t", 2, type="complaint"), touch(customer, "c", 1, closes="t"))

    assert kinds() == []


def test_a_second_closing_is_no_news(by, customer):
    send(by, touch(customer, "t", 3, type="complaint"), touch(customer, "c", 2, closes="t"))

    send(by, touch(customer, "again", 1, closes="t"))

    assert kinds() == []


def test_a_deleted_closing_opens_it_again(by, customer):
    _, closing = send(
        by, touch(customer, "t", 2, type="complaint"), touch(customer, "c", 1, closes="t")
    )

    delete(touchpoint_id=closing, by=by, now=NOW)

    ((kind, message),) = told()
    assert (kind, message.is_reopened) == ("loop.opened", True)


def test_a_deleted_complaint_is_withdrawn_and_its_return_opens_it(by, customer):
    (opener,) = send(by, touch(customer, "t", 2, type="complaint"))
    told()

    delete(touchpoint_id=opener, by=by, now=NOW)
    ((kind, message),) = told()
    assert (kind, message.is_withdrawn) == ("loop.closed", True)

    restore(touchpoint_id=opener, by=by)
    ((kind, message),) = told()
    assert (kind, message.is_reopened) == ("loop.opened", False)


def test_a_complaint_corrected_to_a_call_is_withdrawn(by, customer):
    (opener,) = send(by, touch(customer, "t", 2, type="complaint"))
    told()

    edit(touchpoint_id=opener, by=by, now=NOW, type="call.phone", opens=0, due_at=None)

    ((kind, message),) = told()
    assert (kind, message.is_withdrawn) == ("loop.closed", True)


def test_a_correction_that_leaves_it_open_is_no_news(by, customer):
    (opener,) = send(by, touch(customer, "t", 2, type="complaint"))
    told()

    edit(touchpoint_id=opener, by=by, now=NOW, text="Colder than said")

    assert kinds() == []


def test_sending_again_is_no_news(by, customer):
    send(by, touch(customer, "t", 2, type="complaint"))
    told()

    record(source=source_named("shop"), items=[touch(customer, "t", 2)], by=by, now=NOW)

    assert kinds() == []


def test_overdue_is_told_once(by, customer):
    due_at = NOW + timedelta(hours=1)
    send(by, touch(customer, "t", type="complaint", due_at=due_at))
    told()

    assert tell_overdue(now=NOW) == 0
    assert tell_overdue(now=due_at) == 1
    assert tell_overdue(now=due_at + timedelta(days=1)) == 0

    ((kind, message),) = told()
    assert (kind, message.loop.due_at) == ("loop.overdue", due_at)


def test_another_due_time_that_passes_is_told_again(by, customer):
    (opener,) = send(by, touch(customer, "t", type="complaint", due_at=NOW))
    tell_overdue(now=NOW)
    told()
    later = NOW + timedelta(days=3)

    edit(touchpoint_id=opener, by=by, now=NOW, due_at=later)

    assert tell_overdue(now=NOW) == 0
    assert tell_overdue(now=later) == 1
    assert kinds() == ["loop.overdue"]


def test_a_closed_loop_is_never_overdue(by, customer):
    send(by, touch(customer, "t", 20, type="complaint"), touch(customer, "c", 1, closes="t"))

    assert tell_overdue(now=NOW + timedelta(days=100)) == 0


def test_who_subscribes_later_is_not_told_of_what_was_overdue_before(by, customer):
    WebhookDelivery.objects.all().delete()
    endpoint = WebhookEndpointFactory(kinds=["loop.overdue"], off_because="by_hand", off_at=NOW)
    send(by, touch(customer, "t", type="complaint", due_at=NOW))
    tell_overdue(now=NOW)

    endpoint.off_because, endpoint.off_at = "", None
    endpoint.save()

    assert tell_overdue(now=NOW + timedelta(days=1)) == 0
    assert not endpoint.deliveries.exists()


def test_many_are_told_part_by_part(by, customer):
    send(by, *(touch(customer, f"t{n}", type="complaint", due_at=NOW) for n in range(5)))
    told()

    assert [tell_overdue(now=NOW, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert kinds() == ["loop.overdue"] * 5


def test_the_task_tells_of_all(by, customer):
    send(by, *(touch(customer, f"t{n}", 30, type="complaint") for n in range(3)))
    told()

    tell_overdue_loops()

    assert kinds() == ["loop.overdue"] * 3


def test_merging_and_parting_are_told_and_loops_that_stay_open_are_not(by, customer):
    other = CustomerFactory(name="Tom Baker")
    send(by, touch(other, "t", type="complaint"))
    told()

    merge_customers(keep=customer.pk, absorb=other.pk, by=by, now=NOW)
    ((kind, message),) = told()
    assert (kind, message.customer.id) == ("customer.merged", customer.pk)
    assert (message.merged_customer_id, message.by.id) == (other.pk, by.pk)

    unmerge_customer(customer_id=other.pk, by=by, now=NOW)
    ((kind, message),) = told()
    assert (kind, message.customer.id) == ("customer.unmerged", other.pk)
    assert message.parted_from_customer_id == customer.pk


def test_a_merge_that_closes_a_loop_tells_both(by, customer):
    other = CustomerFactory()
    send(by, touch(customer, "t", 2, type="complaint"), touch(other, "c", 1, closes="t"))
    told()

    merge_customers(keep=customer.pk, absorb=other.pk, by=by, now=NOW)

    assert kinds() == ["loop.closed", "customer.merged"]
