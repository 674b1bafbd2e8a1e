"""Each account, and all that people log by hand, has a source that it shares with nobody."""

import json
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from interactions.models import Source, Touchpoint
from interactions.selectors.own import source_used_by
from interactions.services import source_named, source_of
from relationships.models import Person
from relationships.services import create_key
from tests.factories import CustomerFactory, PersonFactory, ServiceFactory

pytestmark = pytest.mark.django_db

EXTERNAL_ID = str(uuid.uuid4())
SCOPES = ("touchpoints:read", "touchpoints:write")
URL = f"/api/v1/touchpoints/by-external-id/{EXTERNAL_ID}/"


@pytest.fixture
def account() -> Person:
    """Return an account that was made before its name was refused."""
    return ServiceFactory(name="Hearth", email="hearth@service.invalid", team=None)


def by_hand(customer) -> Touchpoint:
    browser = Client()
    browser.force_login(PersonFactory(team=customer.team))
    said = {"type": "call.phone", "external_id": EXTERNAL_ID, "customer": str(customer.pk)}
    browser.post("/log/", said | {"customer_name": customer.name})
    return Touchpoint.objects.select_related("source").get(external_id=EXTERNAL_ID)


def by_key(customer) -> Client:
    # Also the second key of an account that is there already, which goes on working.
    secret = create_key(name="Hearth", scopes=SCOPES).secret
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    item = {"type": "call.phone", "customer": {"id": customer.pk}, "external_id": EXTERNAL_ID}
    sent = json.dumps(item | {"occurred_at": timezone.now().isoformat()})
    assert client.post("/api/v1/touchpoints/", sent, "application/json").status_code == 201
    return client


def test_who_came_first_makes_no_difference(account):
    customer = CustomerFactory()

    logged = by_hand(customer)
    by_key(customer)

    assert (logged.source.name, logged.source.service_account) == ("Hearth", None)
    (sent,) = Touchpoint.objects.exclude(pk=logged.pk).select_related("source")
    assert (sent.source.name, sent.source.service_account) == (f"Hearth ({account.pk})", account)
    assert source_used_by(account, is_key=True) == source_of(account) == sent.source
    assert source_used_by(PersonFactory(), is_key=False) == logged.source


def test_what_people_log_is_apart_from_an_account_that_had_its_name(account):
    taken = Source.objects.create(name="Hearth", service_account=account)
    customer = CustomerFactory()

    client = by_key(customer)
    Touchpoint.objects.update(external_id="sent")
    logged = by_hand(customer)

    assert (logged.source.name, logged.source.service_account) == ("Hearth (by hand)", None)
    assert Touchpoint.objects.get(external_id="sent").source == taken
    assert source_used_by(PersonFactory(), is_key=False) == logged.source
    # Nobody corrects or deletes by a key what was logged by hand.
    for answer in (client.get(URL), client.delete(URL)):
        assert answer.status_code == 404
    logged.refresh_from_db()
    assert logged.deleted_at is None


def test_form_sent_twice_is_logged_once_in_a_source_of_another_name(account):
    Source.objects.create(name="Hearth", service_account=account)
    customer = CustomerFactory()

    first, again = by_hand(customer), by_hand(customer)

    assert first == again


def test_account_that_got_the_name_of_another_has_its_own_source():
    shop = ServiceFactory(name="Shop", email="shop@service.invalid")
    source = source_of(shop)
    Person.objects.filter(pk=shop.pk).update(name="Old shop")
    other = ServiceFactory(name="Shop", email="shop-2@service.invalid")

    assert source_used_by(other, is_key=True) is None
    assert source_of(other).name == f"Shop ({other.pk})"
    assert source_of(other) == source_of(other)
    assert source_of(shop) == source


def test_source_that_belongs_to_nobody_is_taken_over_by_its_name():
    loaded = source_named("till")
    till = ServiceFactory(name="till")

    assert source_of(till) == loaded
    assert source_used_by(till, is_key=True) == loaded
