"""What `record()` makes of extreme values, and how many queries it takes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions.models import Loop, Touchpoint
from interactions.services import (
    NewTouchpoint,
    Outcome,
    TouchpointGoneError,
    TouchpointRefusedError,
    delete,
    edit,
    record,
    restore,
    source_named,
)
from relationships.models import Customer, Person
from relationships.selectors import IdentityRef
from tests.factories import AdministratorFactory, CustomerFactory, PersonFactory

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "We would like to tell you how much we value you as our customer, now and always, {}."

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory()


def send(by: Person, *items: NewTouchpoint, create: bool = False) -> list[Outcome]:
    return record(
        source=source_named("test"), items=items, by=by, now=NOW, may_create_customers=create
    )


def touch(customer: Customer, **fields: Any) -> NewTouchpoint:
    values = {"type": "call.phone", "customer": customer.pk, "occurred_at": NOW}
    return NewTouchpoint(**(values | fields))


def test_no_items_are_no_work(by, django_assert_max_num_queries):
    source = source_named("test")

    with django_assert_max_num_queries(3):
        assert record(source=source, items=[], by=by, now=NOW) == []


@pytest.mark.parametrize("size", [10, 1_000])
def test_a_batch_takes_the_same_few_queries_whatever_its_size(
    by, size, django_assert_max_num_queries
):
    source = source_named("test")
    customers = CustomerFactory.create_batch(5)
    items = [
        touch(customers[n % 5], external_id=str(n), type="complaint", closes=str(n - 1))
        for n in range(size)
    ]
    items += [
        NewTouchpoint(
            type="email.personal",
            customer=IdentityRef("foreign", f"C-{n}", "shop"),
            occurred_at=NOW,
            external_id=f"m{n}",
            text=TEXT.format("x" * n),
        )
        for n in range(size)
    ]

    # Two savepoints and their ends; keeping customers; identities and customers by id; the unknown
    # identities looked up, made and looked up twice; types; the intake; the touchpoints; locks
    # and loops before, made and after; locks and templates.
    with django_assert_max_num_queries(20):
        outcomes = record(source=source, items=items, by=by, now=NOW, may_create_customers=True)

    assert {outcome.status for outcome in outcomes} == {"recorded"}


def test_one_batch_may_open_and_close_the_same_loop(by, customer):
    opening = touch(customer, external_id="a", type="complaint", occurred_at=NOW - timedelta(1))

    send(by, touch(customer, external_id="b", closes="a"), opening)

    assert Loop.objects.get().closed_at == NOW


def test_touchpoint_cannot_close_what_it_opens_or_what_came_later(by, customer):
    send(by, touch(customer, external_id="a", type="complaint", closes="b"))
    send(by, touch(customer, external_id="b", type="complaint", occurred_at=NOW - timedelta(1)))
    send(by, touch(customer, external_id="early", closes="a", occurred_at=NOW - timedelta(2)))

    by_opener = {loop.opened_by.external_id: loop for loop in Loop.objects.all()}
    assert by_opener["a"].closed_at is None
    assert by_opener["b"].closed_by == Touchpoint.objects.get(external_id="a")


def test_touchpoint_of_another_customer_closes_nothing(by, customer):
    send(by, touch(customer, external_id="a", type="complaint"))
    loop = Loop.objects.get()

    (refused,) = send(by, touch(CustomerFactory(), closes_loop=loop.pk))
    send(by, touch(CustomerFactory(), external_id="b", closes="a"))

    assert refused.refusals[0].field == "closes_loop"
    assert Loop.objects.get().closed_at is None


def test_amount_is_kept_to_the_cent(by, customer):
    amounts = {"1E-999999": "0.00", "11.777": "11.78", "-999999999999.99": "-999999999999.99"}

    for written, kept in amounts.items():
        send(by, touch(customer, external_id=written, value=Decimal(written)))
        assert Touchpoint.objects.get(external_id=written).value == Decimal(kept)


@pytest.mark.parametrize("change", [{"customer": 2**70}, {"type": "x"}, {"text": "\x00"}])
def test_correction_that_makes_no_sense_changes_nothing(by, customer, change):
    (outcome,) = send(by, touch(customer, external_id="a"))
    before = Touchpoint.objects.values().get()

    with pytest.raises(TouchpointRefusedError):
        edit(touchpoint_id=outcome.touchpoint_id, by=by, now=NOW, **change)

    assert Touchpoint.objects.values().get() == before


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**70])
def test_touchpoint_that_is_not_there_cannot_be_changed(by, number):
    for change in (edit, delete):
        with pytest.raises(TouchpointGoneError):
            change(touchpoint_id=number, by=by, now=NOW)
    with pytest.raises(TouchpointGoneError):
        restore(touchpoint_id=number, by=by)


def test_what_another_team_recorded_cannot_be_changed(by, customer):
    (outcome,) = send(by, touch(customer))
    stranger = PersonFactory()

    with pytest.raises(TouchpointGoneError):
        delete(touchpoint_id=outcome.touchpoint_id, by=stranger, now=NOW)


ANY_TEXT = st.text(st.characters(), max_size=30)
ANY_MOMENT = st.datetimes(timezones=st.timezones() | st.none(), allow_imaginary=False)
ANY_NUMBER = st.integers(-(2**70), 2**70)
ITEMS = st.builds(
    NewTouchpoint,
    type=st.sampled_from(["call.phone", "complaint", "email.personal", "promise"]) | ANY_TEXT,
    customer=ANY_NUMBER
    | st.builds(
        IdentityRef,
        kind=st.sampled_from(["email", "phone", "foreign"]) | ANY_TEXT,
        value=ANY_TEXT,
        namespace=st.just("") | ANY_TEXT,
    ),
    occurred_at=ANY_MOMENT | st.just(NOW),
    external_id=ANY_TEXT,
    direction=st.none() | ANY_NUMBER,
    contact_id=st.none() | ANY_NUMBER,
    person_id=st.none() | ANY_NUMBER,
    duration_minutes=st.none() | ANY_NUMBER,
    customers_in_room=st.just(1) | ANY_NUMBER,
    sentiment=st.none() | st.floats(),
    via=ANY_TEXT,
    text=ANY_TEXT,
    value=st.none() | st.decimals(),
    severity=st.none() | ANY_NUMBER,
    opens=st.none() | st.integers(-1, 6),
    due_at=st.none() | ANY_MOMENT,
    closes=ANY_TEXT,
    closes_loop=st.none() | ANY_NUMBER,
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(items=st.lists(ITEMS, min_size=1, max_size=6))
def test_whatever_comes_is_recorded_or_refused_and_never_an_error(by, customer, items):
    good = touch(customer, external_id=f"good {Touchpoint.objects.count()}")

    outcomes = send(by, *items, good, create=True)

    assert outcomes[-1].status == "recorded"
    for outcome in outcomes:
        assert bool(outcome.refusals) == (outcome.status == "refused")
