"""What happens is written for those who want to know, with the change itself."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from relationships.models import WebhookDelivery, WebhookEvent
from relationships.services import Announcement, announce
from tests.factories import CustomerFactory, IdentityFactory, TeamFactory, WebhookEndpointFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def opened(customer_id: int | None, **data: object) -> Announcement:
    return Announcement("loop.opened", customer_id, AT, dict(data))


def deliveries() -> list[tuple[int, str]]:
    rows = WebhookDelivery.objects.order_by("pk")
    return list(rows.values_list("endpoint_id", "event__kind"))


def test_each_endpoint_that_wants_the_kind_gets_one_delivery():
    both = [WebhookEndpointFactory(kinds=["loop.opened", "loop.closed"]) for _ in range(2)]
    WebhookEndpointFactory(kinds=["loop.closed"])

    announce([opened(CustomerFactory().pk)])

    assert WebhookEvent.objects.count() == 1
    assert deliveries() == [(one.pk, "loop.opened") for one in both]


def test_nothing_is_written_when_nobody_wants_it(django_assert_num_queries):
    WebhookEndpointFactory(kinds=["loop.closed"])
    customer = CustomerFactory()

    with django_assert_num_queries(1):
        announce([opened(customer.pk) for _ in range(1000)])

    assert not WebhookEvent.objects.exists()


def test_announcing_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        announce([])


def test_thousands_are_two_queries(django_assert_num_queries):
    WebhookEndpointFactory(kinds=["loop.opened"])
    customer = CustomerFactory()

    with django_assert_num_queries(2):
        announce([opened(customer.pk, number=number) for number in range(3000)])

    assert WebhookDelivery.objects.count() == 3000
    told = WebhookEvent.objects.order_by("pk").values_list("data__number", flat=True)
    assert list(told) == list(range(3000))


def test_an_endpoint_that_is_off_or_deleted_is_told_nothing():
    WebhookEndpointFactory(kinds=["loop.opened"], off_because="by_hand", off_at=AT)
    WebhookEndpointFactory(kinds=["loop.opened"], deleted_at=AT)

    announce([opened(CustomerFactory().pk)])

    assert not WebhookEvent.objects.exists()


def test_an_endpoint_of_a_team_hears_of_its_customers_alone():
    north, south = TeamFactory(), TeamFactory()
    of_north = WebhookEndpointFactory(kinds=["loop.opened"], team=north)
    of_all = WebhookEndpointFactory(kinds=["loop.opened"])
    ours, theirs, nobodys = (
        CustomerFactory(team=north),
        CustomerFactory(team=south),
        CustomerFactory(team=None),
    )

    announce([opened(one.pk) for one in (ours, theirs, nobodys)] + [opened(None)])

    to_north = WebhookDelivery.objects.filter(endpoint=of_north)
    assert [one.event.customer_id for one in to_north] == [ours.pk]
    assert WebhookDelivery.objects.filter(endpoint=of_all).count() == 4


def test_who_the_customer_is_is_told_with_the_ids_of_other_systems():
    WebhookEndpointFactory(kinds=["loop.opened"])
    customer = CustomerFactory(name="Zoë & Søn", team=TeamFactory(name="North"))
    IdentityFactory(customer=customer, namespace="crm", value="C-7")
    IdentityFactory(customer=customer, kind="email", namespace="", value="zoe@example.com")

    announce([opened(customer.pk, text="late")])

    event = WebhookEvent.objects.get()
    assert event.data == {
        "customer": {
            "id": customer.pk,
            "name": "Zoë & Søn",
            "is_demo": False,
            "team": "North",
            "foreign_ids": [{"namespace": "crm", "value": "C-7"}],
        },
        "text": "late",
    }
    assert event.occurred_at == AT


def test_what_is_rolled_back_was_never_told():
    WebhookEndpointFactory(kinds=["loop.opened"])
    customer = CustomerFactory()

    def give_up() -> None:
        with transaction.atomic():
            announce([opened(customer.pk)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_up()

    assert not WebhookEvent.objects.exists()
