"""Who comes into another band is told of: by drains, nights and new policies, and only then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from insights.models import Band, Reading
from insights.selectors.policy import Place
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again
from insights.services.policy import save_policy
from insights.services.refold import refold_outdated
from interactions.models import Touchpoint
from interactions.services import NewTouchpoint, delete, record, source_named
from relationships.models import WebhookEndpoint, WebhookEvent
from relationships.webhook_kinds import BandChanged
from tests.factories import AdministratorFactory, CustomerFactory, WebhookEndpointFactory

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _somebody_wants_to_know():
    WebhookEndpointFactory(kinds=["customer.band_changed"])


@pytest.fixture
def by():
    return AdministratorFactory()


def touch(by, customers, *days: float, kind: str = "call.phone") -> None:
    items = [
        NewTouchpoint(type=kind, customer=one.pk, occurred_at=NOW - timedelta(days=day))
        for one in customers
        for day in days
    ]
    record(source=source_named("test"), items=items, by=by, now=NOW)
    while drain(now=NOW):
        pass


@pytest.fixture
def customers(by):
    customers = CustomerFactory.create_batch(3)
    touch(by, customers, *range(5, 200, 10))
    return customers


def told() -> list[BandChanged]:
    """Return what was told since it was last asked, checked against what is promised."""
    events = WebhookEvent.objects.order_by("customer_id", "pk")
    messages = [
        msgspec.json.decode(msgspec.json.encode(one.data), type=BandChanged) for one in events
    ]
    events.delete()
    return messages


def bands() -> dict[int, str]:
    rows = Reading.objects.values_list("customer_id", "band")
    return {pk: Band(band).name.lower() for pk, band in rows}


def test_a_first_load_is_no_news(customers):
    assert set(bands().values()) != {"unknown"}
    assert told() == []


def test_a_night_tells_who_came_further_and_why(customers):
    before = bands()
    read_everyone_again(now=NOW + timedelta(days=90))
    after, messages = bands(), told()

    assert [message.customer.id for message in messages] == [one.pk for one in customers]
    for message in messages:
        pk = message.customer.id
        assert (message.band.from_, message.band.to) == (before[pk], after[pk])
        assert message.band.from_ != message.band.to
        assert message.distance == round(Reading.objects.get(pk=pk).distance, 2)
        assert any("Silent" in sentence for sentence in message.why)
        assert not message.is_new_policy


def test_a_night_that_changes_nothing_tells_nothing(customers):
    read_everyone_again(now=NOW + timedelta(days=90))
    told()

    read_everyone_again(now=NOW + timedelta(days=90))

    assert told() == []


def test_a_drain_tells_who_came_nearer(customers, by):
    read_everyone_again(now=NOW + timedelta(days=90))
    told()
    later = NOW + timedelta(days=90)
    items = [NewTouchpoint(type="meeting.in_person", customer=customers[0].pk, occurred_at=later)]
    record(source=source_named("test"), items=items, by=by, now=later)

    drain(now=later)

    (message,) = told()
    assert message.customer.id == customers[0].pk
    assert bands()[customers[0].pk] == message.band.to


def test_a_new_policy_says_that_it_is_one(customers, by):
    settings: dict[Place, Any] = {
        Place("everyone", "", name): edge
        for name, edge in (
            ("steady_from", 1.0), ("cooling_from", 2.0), ("drifting_from", 3.0), ("gone_from", 4.0),
            ("band_margin", 0.0),
        )
    }  # fmt: skip
    later = NOW + timedelta(days=20)
    read_everyone_again(now=later)
    told()
    save_policy(settings=settings, based_on=0, note="", by=by)

    refold_outdated(now=later)

    messages = told()
    assert messages
    assert all(message.is_new_policy for message in messages)
    assert {message.customer.id: message.band.to for message in messages}.items() <= bands().items()


def test_to_become_unknown_is_no_news(by):
    (customer,) = customers = [CustomerFactory()]
    touch(by, customers, 5)

    delete(touchpoint_id=Touchpoint.objects.get().pk, by=by, now=NOW)
    drain(now=NOW)

    assert bands()[customer.pk] == "unknown"
    assert told() == []


def test_without_anybody_listening_nothing_is_written(customers):
    WebhookEndpoint.objects.all().delete()

    read_everyone_again(now=NOW + timedelta(days=90))

    assert not WebhookEvent.objects.exists()
