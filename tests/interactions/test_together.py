"""One event with several customers: recorded once, shared among them, and taken back whole."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from interactions.models import Touchpoint
from interactions.services import (
    MOST_TOGETHER,
    NobodyTogetherError,
    Said,
    Together,
    TooManyTogetherError,
    TouchpointRefusedError,
    delete_together,
    log_together,
    merge_customers,
    restore_together,
)
from relationships.models import Customer, Person
from tests.factories import CustomerFactory, PersonFactory

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PAGE = uuid.UUID("6f1c2f0e-3f0b-4b0a-8b0a-0f4bd4b9d6aa")

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(manager: Person) -> list[Customer]:
    return [CustomerFactory(team=manager.team) for _ in range(3)]


def logged(customers: list[Customer], by: Person, **more: object) -> Together:
    said = Said(type="meeting.in_person", occurred_at=NOW, person_id=by.pk)
    return log_together(
        page=PAGE, customer_ids=[one.pk for one in customers], said=said._replace(**more), by=by,
        now=NOW,
    )  # fmt: skip


def there() -> list[tuple[int, int]]:
    rows = Touchpoint.objects.filter(deleted_at=None).order_by("customer_id")
    return list(rows.values_list("customer_id", "customers_in_room"))


def test_each_customer_has_a_touchpoint_that_says_how_many_were_in_the_room(manager, ours):
    made = logged(ours, manager, text="Breakfast at the fair", duration_minutes=90)

    assert (made.customers, made.is_known) == (3, False)
    assert there() == [(one.pk, 3) for one in ours]
    row = Touchpoint.objects.first()
    assert (row.text, row.duration_minutes, row.person) == ("Breakfast at the fair", 90, manager)


def test_one_customer_alone_is_alone_in_the_room(manager, ours):
    logged(ours[:1], manager)

    assert there() == [(ours[0].pk, 1)]


def test_second_press_is_known_and_another_set_or_type_is_another_event(manager, ours):
    first = logged(ours, manager)
    again = logged(list(reversed(ours)), manager)
    logged(ours[:2], manager)
    logged(ours, manager, type="call.phone")

    assert (again.event, again.is_known) == (first.event, True)
    assert Touchpoint.objects.count() == 3 + 2 + 3


def test_undo_takes_back_all_and_pressed_again_it_is_another_event(manager, ours):
    made = logged(ours, manager)

    assert delete_together(event=made.event, by=manager, now=NOW) == 3
    assert there() == []
    assert delete_together(event=made.event, by=manager, now=NOW) == 0
    assert restore_together(event=made.event, by=manager) == 3
    assert delete_together(event=made.event, by=manager, now=NOW) == 3
    another = logged(ours, manager)
    assert (another.is_known, len(there())) == (False, 3)
    assert another.event != made.event


def test_only_who_sees_the_customers_takes_it_back(manager, ours):
    made = logged(ours, manager)

    assert delete_together(event=made.event, by=PersonFactory(), now=NOW) == 0
    assert len(there()) == 3


def test_who_was_merged_or_is_not_ours_is_left_out_of_the_room_and_told_of(manager, ours):
    merge_customers(keep=ours[0].pk, absorb=ours[1].pk, by=manager, now=NOW)

    made = logged([*ours, CustomerFactory()], manager)

    assert there() == [(ours[0].pk, 2), (ours[2].pk, 2)]
    assert [(one, one.merged_into) for one in made.left_out] == [(ours[1], ours[0])]
    assert made.unseen == 1
    with pytest.raises(NobodyTogetherError):
        logged([CustomerFactory()], manager)


def test_event_that_cannot_be_is_refused_whole(manager, ours):
    for wrong in ({"occurred_at": NOW + timedelta(days=3)}, {"type": "no.such"}):
        with pytest.raises(TouchpointRefusedError):
            logged(ours, manager, **wrong)
    assert not Touchpoint.objects.exists()


def many(person: Person, number: int) -> list[Customer]:
    return Customer.objects.bulk_create(
        Customer(name=f"C {n}", search_name=f"c {n}", team=person.team) for n in range(number)
    )


def test_more_customers_than_anybody_meets_are_refused(manager):
    with pytest.raises(TooManyTogetherError, match="at most 200 customers; these are 201"):
        logged(many(manager, MOST_TOGETHER + 1), manager)
    assert not Touchpoint.objects.exists()


def test_two_hundred_take_as_many_statements_as_two(manager):
    def statements(customers: list[Customer]) -> list[int]:
        counts = []
        with CaptureQueriesContext(connection) as recording:
            made = logged(customers, manager)
        counts.append(len(recording))
        for undo in (delete_together, restore_together):
            clock = {"now": NOW} if undo is delete_together else {}
            with CaptureQueriesContext(connection) as undoing:
                assert undo(event=made.event, by=manager, **clock) == len(customers)
            counts.append(len(undoing))
        return counts

    logged(many(manager, 1), manager)
    few = statements(many(manager, 2))

    assert statements(many(manager, MOST_TOGETHER)) == few
    assert max(few) <= 20
