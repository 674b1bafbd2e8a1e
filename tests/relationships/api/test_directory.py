"""Contacts, people, teams and segments: who sees which, and at what cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from relationships.models import Contact, Customer, Person, Segment, Team
from relationships.services import create_key
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    PersonFactory,
    SegmentFactory,
    TeamFactory,
)

CONTACTS = "/api/v1/contacts/"
PEOPLE = "/api/v1/people/"
TEAMS = "/api/v1/teams/"
SEGMENTS = "/api/v1/segments/"
LONG_AGO = "updated_since=2020-01-01T00:00:00Z"

pytestmark = pytest.mark.django_db


def with_scopes(*scopes: str, **fields: Any) -> Client:
    key = create_key(name="directory", scopes=scopes, **fields)
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


@pytest.fixture
def client() -> Client:
    return with_scopes("contacts:read", "organisation:read")


def ids(client: Client, address: str) -> list[int]:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return [one["id"] for one in response.json()["results"]]


def contact_with_addresses() -> Contact:
    contact: Contact = ContactFactory()
    for at in range(2):
        IdentityFactory(
            customer=contact.customer,
            contact=contact,
            kind="email",
            namespace="",
            value=f"{contact.pk}-{at}@example.com",
        )
    return contact


def of_team(team: Team) -> Contact:
    contact: Contact = ContactFactory(customer=CustomerFactory(team=team))
    return contact


@pytest.mark.parametrize(
    ("address", "make", "queries"),
    [
        (CONTACTS, contact_with_addresses, 5),
        (PEOPLE, PersonFactory, 4),
        (TEAMS, TeamFactory, 4),
        (SEGMENTS, SegmentFactory, 4),
    ],
)
def test_list_takes_as_many_queries_whatever_its_length(
    client, django_assert_num_queries, address: str, make: Callable[[], Any], queries: int
):
    for length in (1, 10):
        while len(ids(client, address)) < length:
            make()

        # Whether the key is still as remembered, and here, where nothing is committed, the key;
        # since when to ask next time, and the rows; of contacts also their identities.
        with django_assert_num_queries(queries):
            assert len(ids(client, address)) >= length


def test_key_of_a_team_sees_contacts_of_its_customers_alone():
    mine, theirs = TeamFactory(), TeamFactory()
    seen, unseen = of_team(mine), of_team(theirs)
    IdentityFactory(
        customer=unseen.customer,
        contact=unseen,
        kind="email",
        namespace="",
        value="theirs@example.com",
    )
    client = with_scopes("contacts:read", team=mine)

    assert ids(client, CONTACTS) == [seen.pk]
    for query in (
        LONG_AGO,
        "sort=-name",
        f"customer={unseen.customer_id}&customer={seen.customer_id}",
    ):
        assert ids(client, f"{CONTACTS}?{query}") == [seen.pk], query
    assert ids(client, f"{CONTACTS}?email=theirs@example.com") == []
    assert client.get(f"{CONTACTS}{seen.pk}/").status_code == 200
    assert client.get(f"{CONTACTS}{unseen.pk}/").status_code == 404


@pytest.mark.parametrize("typed", ["zolkiewska", "Żółkiewska%20marta", "MARTA"])
def test_contacts_are_found_with_and_without_accents(client, typed: str):
    contact = ContactFactory(name="Marta Żółkiewska")
    ContactFactory(name="Ana Souza")
    assert ids(client, f"{CONTACTS}?search={typed}") == [contact.pk]


def test_contact_moves_out_of_sight_with_its_customer():
    mine, theirs = TeamFactory(), TeamFactory()
    contact = of_team(mine)
    client = with_scopes("contacts:read", team=mine)
    assert ids(client, CONTACTS) == [contact.pk]

    Customer.objects.filter(pk=contact.customer_id).update(team=theirs, owner=None)

    assert ids(client, CONTACTS) == []
    assert client.get(f"{CONTACTS}{contact.pk}/").status_code == 404


def test_key_of_a_team_sees_its_people_and_itself_alone():
    mine, theirs = TeamFactory(), TeamFactory()
    colleague, stranger = PersonFactory(team=mine), PersonFactory(team=theirs)
    client = with_scopes("organisation:read", team=mine)

    assert ids(client, PEOPLE) == [colleague.pk]
    assert ids(client, f"{PEOPLE}?team={theirs.pk}") == []
    assert client.get(f"{PEOPLE}{stranger.pk}/").status_code == 404
    assert ids(client, TEAMS) == [mine.pk]
    assert client.get(f"{TEAMS}{theirs.pk}/").status_code == 404


def test_key_of_no_team_sees_everything(client):
    contacts = [of_team(TeamFactory()), of_team(TeamFactory())]

    assert ids(client, CONTACTS) == [contact.pk for contact in contacts]
    assert set(ids(client, TEAMS)) == set(Team.objects.values_list("pk", flat=True))


def test_segments_are_the_same_for_every_team():
    SegmentFactory.create_batch(2)
    client = with_scopes("organisation:read", team=TeamFactory())

    assert ids(client, SEGMENTS) == list(
        Segment.objects.order_by("pk").values_list("pk", flat=True)
    )


def test_service_accounts_are_not_people(client):
    service = Person.objects.get(role=Person.Role.SERVICE)

    assert service.pk not in ids(client, PEOPLE)
    assert client.get(f"{PEOPLE}{service.pk}/").status_code == 404


def test_contact_is_told_with_its_addresses(client):
    contact = contact_with_addresses()

    told = client.get(f"{CONTACTS}{contact.pk}/").json()

    assert [one["value"] for one in told["identities"]] == [
        f"{contact.pk}-0@example.com",
        f"{contact.pk}-1@example.com",
    ]


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        (CONTACTS, "contacts:read"),
        (PEOPLE, "organisation:read"),
        (TEAMS, "organisation:read"),
        (SEGMENTS, "organisation:read"),
    ],
)
def test_each_address_asks_for_its_scope(address, scope):
    client = with_scopes("touchpoints:write", "customers:read")

    for one in (address, f"{address}1/"):
        response = client.get(one)
        assert response.status_code == 403
        assert scope in response.json()["detail"]
        assert Client().get(one).status_code == 401


def test_people_are_told_and_found_by_what_they_do_and_how_far_from_the_customers_day(client):
    ana = PersonFactory(name="Ana", function="Sales", level="head")
    PersonFactory(name="Ben")

    everyone = client.get(PEOPLE).json()["results"]
    found = {one["name"]: (one["function"], one["level"]) for one in everyone}
    assert found == {"Ana": ("Sales", "head"), "Ben": (None, None)}
    for query in ("function=Sales", "level=head", "level=staff&level=head"):
        assert ids(client, f"{PEOPLE}?{query}") == [ana.pk], query
    assert client.get(f"{PEOPLE}?level=boss").status_code == 422
