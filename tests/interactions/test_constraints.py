"""The database itself refuses what makes no sense about touchpoints and loops."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from interactions.models import Loop, Source, Touchpoint, TouchpointType
from interactions.services import NewTouchpoint, record, source_named
from tests.factories import AdministratorFactory, CustomerFactory, ServiceFactory

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def complaint() -> None:
    """Record a complaint and, later, what closes it, and another complaint."""
    customer = CustomerFactory()
    items = [
        NewTouchpoint(
            type=kind, customer=customer.pk, external_id=key, closes=closes,
            occurred_at=NOW - timedelta(days=days),
        )
        for kind, key, closes, days in (
            ("complaint", "a", "", 3), ("call.phone", "b", "a", 2), ("complaint", "c", "", 1),
        )
    ]  # fmt: skip
    record(source=source_named("test"), items=items, by=AdministratorFactory(), now=NOW)


@pytest.mark.parametrize(
    ("model", "change", "constraint"),
    [
        (Source, {"name": ""}, "source_has_a_name"),
        (TouchpointType, {"key": "Call"}, "type_key_is_dotted_lower_case"),
        (TouchpointType, {"severity": 2}, "type_severity_is_known"),
        (TouchpointType, {"points": -1}, "type_points_are_not_negative"),
        (TouchpointType, {"care": -1}, "type_points_are_not_negative"),
        (TouchpointType, {"direction": 3}, "type_direction_is_known"),
        (TouchpointType, {"opens": 1, "expected_hours": None}, "type_opens_with_an_expectation"),
        (Touchpoint, {"direction": 3}, "touchpoint_direction_is_known"),
        (Touchpoint, {"sentiment": 1.1}, "touchpoint_sentiment_is_between_minus_1_and_1"),
        (Touchpoint, {"sentiment": float("nan")}, "touchpoint_sentiment_is_between"),
        (Touchpoint, {"customers_in_room": 0}, "touchpoint_has_someone_in_the_room"),
        (Touchpoint, {"duration_minutes": -1}, "touchpoint_duration_is_not_negative"),
        (Touchpoint, {"severity": 2}, "touchpoint_severity_is_known"),
        (Touchpoint, {"opens": 1, "due_at": None}, "touchpoint_that_opens_is_due"),
        (Touchpoint, {"due_at": NOW, "opens": None}, "touchpoint_that_opens_is_due"),
        (Touchpoint, {"due_at": NOW - timedelta(days=9)}, "touchpoint_that_opens_is_due"),
        (Touchpoint, {"opens": 5, "due_at": NOW}, "touchpoint_that_opens_is_due"),
        (Loop, {"kind": 5}, "loop_kind_is_known"),
        (Loop, {"due_at": NOW - timedelta(days=9)}, "loop_is_due_after_it_opened"),
        (Loop, {"closed_at": NOW}, "loop_is_closed_by_something_later"),
        (Loop, {"closed_at": None}, "loop_is_closed_by_something_later"),
    ],
)
def test_value_that_makes_no_sense_is_refused(model: Any, change: dict[str, Any], constraint: str):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**change)


def test_external_id_is_taken_once_within_its_source():
    with pytest.raises(IntegrityError, match="touchpoint_is_recorded_once"), transaction.atomic():
        Touchpoint.objects.filter(external_id="b").update(external_id="a")


def test_touchpoint_closes_one_loop():
    closed = Loop.objects.get(closed_at__isnull=False)
    Loop.objects.filter(closed_at=None).update(
        closed_by=closed.closed_by, closed_at=NOW, due_at=NOW
    )

    with pytest.raises(IntegrityError, match="touchpoint_closes_one_loop"):
        connection.check_constraints()


def test_touchpoint_opens_one_loop():
    one = Loop.objects.first()

    with pytest.raises(IntegrityError, match="opened_by"), transaction.atomic():
        Loop.objects.update(opened_by=one.opened_by)


def test_names_are_taken_once():
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        TouchpointType.objects.create(key="complaint", direction=0)
    with pytest.raises(IntegrityError, match="name"), transaction.atomic():
        Source.objects.create(name="test")
    account = ServiceFactory()
    Source.objects.create(name="one", service_account=account)
    with pytest.raises(IntegrityError, match="service_account"), transaction.atomic():
        Source.objects.create(name="two", service_account=account)


@pytest.mark.parametrize("reference", ["customer_id", "person_id", "opened_by_id", "closed_by_id"])
def test_loop_that_refers_to_nothing_is_refused(reference: str):
    Loop.objects.filter(closed_at__isnull=False).update(**{reference: 999_999})

    with pytest.raises(IntegrityError, match="foreign key"):
        connection.check_constraints()
