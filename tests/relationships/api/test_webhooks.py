"""Endpoints of webhooks by REST: what a key may do with them, and what is refused."""

from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from relationships.api.webhook_messages import EXAMPLES
from relationships.models import WebhookDelivery, WebhookEndpoint
from relationships.selectors.webhooks import usable_secrets
from relationships.services import create_key, webhooks
from relationships.webhook_kinds import KINDS
from tests.factories import AdministratorFactory, PersonFactory, TeamFactory, WebhookEndpointFactory

ALL = "/api/v1/webhooks/"
URL = "http://127.0.0.1:9/hooks"
NEW = {"url": URL, "kinds": ["loop.overdue", "loop.opened"]}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_network_is_allowed(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True


def client_of(team=None, scope: str = "webhooks:manage") -> Client:
    name = f"Desk of {team}" if team else "Desk"
    made = create_key(name=name, scopes=[scope], team=team)
    return Client(headers={"Authorization": f"Bearer {made.secret}"})


@pytest.fixture
def desk() -> Client:
    return client_of()


def post(client: Client, url: str = ALL, body: Any = "") -> Any:
    return client.post(url, body, content_type="application/json")


def patch(client: Client, endpoint: WebhookEndpoint, **changes: Any) -> Any:
    return client.patch(f"{ALL}{endpoint.pk}/", changes, content_type="application/json")


def errors(response: Any) -> dict[str, str]:
    assert response.status_code == 422, response.content
    return {one["pointer"]: one["detail"] for one in response.json()["errors"]}


def test_an_endpoint_is_made_with_a_secret_that_is_told_once(desk):
    response = post(desk, body=NEW)

    made = response.json()
    endpoint = WebhookEndpoint.objects.get(pk=made["id"])
    assert response.status_code == 201
    assert "no-store" in response.headers["Cache-Control"]
    assert made["secret"] == endpoint.secrets.get().value
    assert made["kinds"] == ["loop.opened", "loop.overdue"]
    assert endpoint.created_by.name == "Desk"
    one, many = desk.get(f"{ALL}{endpoint.pk}/"), desk.get(ALL)
    assert one.json() == {name: told for name, told in made.items() if name != "secret"}
    assert many.json()["results"] == [one.json()]
    assert made["secret"] not in one.content.decode() + many.content.decode()


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"url": "ftp://example.com"}, "/url"),
        ({"url": 7}, "/url"),
        ({"url": "http://x\x00y/"}, "/url"),
        ({"url": f"http://127.0.0.1/{'a' * 2000}"}, "/url"),
        ({"kinds": []}, "/kinds"),
        ({"kinds": ["loop.opened", "loop.forgotten"]}, "/kinds"),
        ({"kinds": "loop.opened"}, "/kinds"),
        ({"description": "a\x00b"}, "/description"),
        ({"description": "a" * 201}, "/description"),
        ({"team_id": 2**63 - 1}, "/team_id"),
        ({"team_id": 0}, "/team_id"),
        ({"secret": "whsec_mine"}, "/secret"),
    ],
)
def test_what_cannot_be_taken_is_named_and_makes_nothing(desk, given, pointer):
    response = post(desk, body=NEW | given)

    assert list(errors(response)) == [pointer]
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("missing", ["url", "kinds"])
def test_what_is_missing_is_named(desk, missing):
    body = {name: value for name, value in NEW.items() if name != missing}

    assert errors(post(desk, body=body)) == {f"/{missing}": f"{missing} is missing."}


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, '{"url": "\\ud800"}', b"\xff{}"])
def test_garbage_is_a_bad_request(desk, body):
    assert post(desk, body=body).status_code in {400, 415, 422}


def test_addresses_of_our_own_network_are_refused(desk, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = False

    response = post(desk, body=NEW | {"url": "https://127.0.0.1/hooks"})

    assert "not a public address" in errors(response)["/url"]


def test_only_what_is_said_changes(desk):
    endpoint = WebhookEndpointFactory(url=URL, description="Before", team=TeamFactory())

    response = patch(desk, endpoint, description="After")

    assert response.status_code == 200
    assert response.json()["description"] == "After"
    assert response.json()["team"]["id"] == endpoint.team.pk
    assert patch(desk, endpoint, team_id=None).json()["team"] is None
    assert errors(patch(desk, endpoint, url="nowhere")).keys() == {"/url"}
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.kinds) == (URL, ["loop.opened"])


def test_an_endpoint_is_switched_off_and_on_even_when_its_address_leads_nowhere(desk):
    endpoint = WebhookEndpointFactory(url="https://gone.invalid/")

    off = patch(desk, endpoint, is_on=False).json()
    on = patch(desk, endpoint, is_on=True).json()

    assert (off["is_on"], off["off_because"]) == (False, "by_hand")
    assert (on["is_on"], on["off_because"]) == (True, None)


def test_rotation_tells_the_new_secret_and_keeps_the_old_one_for_a_day(desk):
    made = post(desk, body=NEW).json()

    response = post(desk, f"{ALL}{made['id']}/rotate/")

    new, old = WebhookEndpoint.objects.get().secrets.all()
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert (response.json()["secret"], old.value) == (new.value, made["secret"])
    assert msgspec.convert(response.json()["old_secret_ends_at"], type(old.ends_at)) == old.ends_at
    assert len(usable_secrets(new.endpoint, now=new.created_at)) == 2


def test_a_test_message_is_queued(desk):
    endpoint = WebhookEndpointFactory()

    response = post(desk, f"{ALL}{endpoint.pk}/ping/")

    delivery = WebhookDelivery.objects.get()
    assert (response.status_code, response.json()) == (202, {"delivery_id": delivery.pk})
    assert (delivery.endpoint, delivery.event.kind) == (endpoint, "ping")


def test_what_is_deleted_is_gone(desk):
    endpoint = WebhookEndpointFactory()
    address = f"{ALL}{endpoint.pk}/"

    assert desk.delete(address).status_code == 204
    assert desk.delete(address).status_code == 404
    assert desk.get(address).status_code == 404
    assert patch(desk, endpoint, is_on=True).status_code == 404
    assert desk.get(ALL).json()["results"] == []


def test_a_key_of_a_team_manages_the_endpoints_of_its_team_alone():
    north, south = TeamFactory(), TeamFactory()
    ours = WebhookEndpointFactory(url=URL, team=north)
    others = [WebhookEndpointFactory(url=URL, team=south), WebhookEndpointFactory(url=URL)]
    desk = client_of(north)

    assert [one["id"] for one in desk.get(ALL).json()["results"]] == [ours.pk]
    assert post(desk, body=NEW).json()["team"]["id"] == north.pk
    for team_id in (None, south.pk):
        refusal = errors(post(desk, body=NEW | {"team_id": team_id}))
        assert refusal == {"/team_id": f"Use {north.pk}, the team of this key."}
        assert errors(patch(desk, ours, team_id=team_id)).keys() == {"/team_id"}
    for other in others:
        address = f"{ALL}{other.pk}/"
        answers = [
            desk.get(address),
            desk.delete(address),
            patch(desk, other, is_on=False),
            post(desk, f"{address}rotate/"),
            post(desk, f"{address}ping/"),
        ]
        assert [answer.status_code for answer in answers] == [404] * 5
    assert not WebhookEndpoint.objects.exclude(off_because="", deleted_at=None).exists()
    assert not WebhookDelivery.objects.exists()


def test_without_the_scope_or_the_role_nothing_is_told():
    endpoint = WebhookEndpointFactory()
    manager, administrator = Client(), Client()
    manager.force_login(PersonFactory())
    administrator.force_login(AdministratorFactory())

    for client in (client_of(scope="customers:read"), manager):
        for address in (ALL, f"{ALL}{endpoint.pk}/"):
            assert client.get(address).status_code == 403
        assert post(client, body=NEW).status_code == 403
    assert administrator.get(f"{ALL}{endpoint.pk}/").status_code == 200
    assert Client().get(ALL).status_code == 401


def test_there_is_an_end_to_endpoints(desk, monkeypatch):
    monkeypatch.setattr(webhooks.endpoints, "MOST_ENDPOINTS", 1)
    WebhookEndpointFactory()

    assert "delete one" in errors(post(desk, body=NEW))[""]


def test_the_list_asks_as_much_for_many(desk, django_assert_num_queries):
    WebhookEndpointFactory(team=TeamFactory())
    desk.get(ALL)
    with CaptureQueriesContext(connection) as few:
        desk.get(ALL)
    for _ in range(5):
        WebhookEndpointFactory(team=TeamFactory())

    with django_assert_num_queries(len(few)):
        assert len(desk.get(ALL).json()["results"]) == 6


def test_the_document_tells_each_kind_with_an_example_that_is_one():
    document = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()

    assert document["webhooks"].keys() == KINDS.keys() == EXAMPLES.keys()
    for name, kind in KINDS.items():
        told = document["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
        reference = told["schema"]["properties"]["data"]["$ref"]
        assert reference.rpartition("/")[2] in document["components"]["schemas"]
        assert told["example"]["type"] == told["schema"]["properties"]["type"]["const"] == name
        msgspec.convert(told["example"]["data"], kind.data)
