"""Users, visitors and companies become customers and contacts."""

import pytest

from interactions.models import Touchpoint
from interactions.tasks import settle_events
from relationships.models import Contact, Customer
from tests.interactions.segment.conftest import fates

pytestmark = pytest.mark.django_db


def order(**said):
    return {"type": "track", "event": "Order Completed", **said}


def test_a_user_is_a_customer_of_their_own(send):
    send(
        {"type": "identify", "userId": "u1", "traits": {"name": "Zoë Müller", "title": "CTO"}},
        order(userId="u1", properties={"revenue": 39.95}),
    )

    customer = Customer.objects.get()
    contact = Contact.objects.get()
    touchpoint = Touchpoint.objects.get()
    assert (customer.name, contact.name, contact.job_title) == ("Zoë Müller", "Zoë Müller", "CTO")
    assert (touchpoint.customer, touchpoint.contact) == (customer, contact)
    assert (touchpoint.type.key, str(touchpoint.value)) == ("order.placed", "39.95")
    assert fates() == [("identify", "Applied"), ("Order Completed", "Recorded")]


def test_what_a_visitor_did_before_is_recorded_when_they_identify(send):
    send({"type": "page", "anonymousId": "a1"})
    assert not Customer.objects.exists()

    send({"type": "identify", "userId": "u1", "anonymousId": "a1"})
    settle_events()

    assert fates() == [("page", "Recorded"), ("identify", "Applied")]
    assert Touchpoint.objects.get().type.key == "web.visit"


def test_users_of_a_company_are_its_contacts_with_what_came_before(send):
    send(order(userId="u1"), order(userId="u2"))
    assert Customer.objects.count() == 2

    send(
        {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "Łódź & Söhne"}},
        {"type": "group", "userId": "u2", "groupId": "g1"},
        {"type": "group", "userId": "u3", "groupId": "g1"},
        order(userId="u3"),
    )

    company = Customer.objects.get(merged_into=None)
    assert company.name == "Łódź & Söhne"
    assert company.contacts.count() == 3
    assert set(Touchpoint.objects.values_list("customer", flat=True)) == {company.pk}
