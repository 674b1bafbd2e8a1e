"""The catalogue of touchpoint types and what a change of it entails."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from interactions.models import TouchpointChange, TouchpointType
from interactions.services import NewTouchpoint, delete, record, source_named
from interactions.services.types import save_type
from tests.factories import AdministratorFactory, CustomerFactory

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def called() -> int:
    """Return a customer who was called three times, beside one whose call was deleted."""
    by, customer, other = AdministratorFactory(), CustomerFactory(), CustomerFactory()
    items = [
        NewTouchpoint(type="call.phone", customer=who.pk, occurred_at=NOW, external_id=key)
        for key, who in (("a", customer), ("b", customer), ("c", customer), ("d", other))
    ]
    outcomes = record(source=source_named("test"), items=items, by=by, now=NOW)
    delete(touchpoint_id=outcomes[3].touchpoint_id, by=by, now=NOW)
    TouchpointChange.objects.all().delete()
    return customer.pk


def test_type_worth_something_else_refolds_its_customers(called):
    kind = TouchpointType.objects.get(key="call.phone")
    kind.points = 3

    save_type(kind=kind)

    change = TouchpointChange.objects.get()
    assert (change.customer_id, change.count, change.is_refold) == (called, 0, True)
    assert TouchpointType.objects.get(key="call.phone").points == 3


def test_new_label_scores_nobody_again(called):
    kind = TouchpointType.objects.get(key="call.phone")
    kind.label = "Telephone"

    save_type(kind=kind)

    assert not TouchpointChange.objects.exists()


def test_administrator_changes_a_type_but_never_its_key_nor_what_it_is_worth(called):
    kind = TouchpointType.objects.get(key="call.phone")
    browser = Client()
    browser.force_login(AdministratorFactory())
    fields = {
        "key": "call.other", "label": "Call", "channel": "phone", "mode": "digital",
        "nature": "connection", "direction": 2, "points": 4, "care": 9, "is_active": "on",
    }  # fmt: skip

    response = browser.post(f"/admin/interactions/touchpointtype/{kind.pk}/change/", fields)

    before = (kind.key, kind.points, kind.care)
    kind.refresh_from_db()
    assert response.status_code == 302
    assert (kind.key, kind.points, kind.care) == before
    assert (kind.label, kind.mode) == ("Call", "digital")
    assert TouchpointChange.objects.filter(customer_id=called, is_refold=True).exists()


def test_new_type_starts_with_what_it_is_said_to_be_worth():
    browser = Client()
    browser.force_login(AdministratorFactory())
    fields = {
        "key": "coffee", "label": "Coffee", "channel": "person", "mode": "human",
        "nature": "connection", "direction": 2, "points": 9, "care": 1, "is_active": "on",
    }  # fmt: skip

    response = browser.post("/admin/interactions/touchpointtype/add/", fields)

    assert response.status_code == 302
    assert TouchpointType.objects.get(key="coffee").points == 9


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Call.Phone"},
        {"points": -1},
        {"points": "nan"},
        {"severity": 2},
        {"opens": 1, "expected_hours": ""},
        {"opens": 1, "expected_hours": 0},
    ],
)
def test_type_that_makes_no_sense_is_refused(wrong):
    browser = Client()
    browser.force_login(AdministratorFactory())
    fields = {
        "key": "new.type", "label": "New", "channel": "phone", "mode": "human",
        "nature": "connection", "direction": 2, "points": 4, "care": 0,
    }  # fmt: skip

    response = browser.post("/admin/interactions/touchpointtype/add/", fields | wrong)

    assert response.status_code == 200
    assert not TouchpointType.objects.filter(label="New").exists()
