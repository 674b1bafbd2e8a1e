"""Versions of the policy and of silence by REST."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from insights.api.policy import POLICY_VERSIONS, SILENCE_VERSIONS
from insights.models import PolicyVersion, SilenceVersion
from relationships.services import create_key
from tests.factories import AdministratorFactory, PersonFactory, TeamFactory

POLICY = "/api/v1/policy-versions/"
SILENCE = "/api/v1/silence-versions/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return key_of("mirror", "policy:read")


def key_of(name: str, *scopes: str, **fields: Any) -> Client:
    key = create_key(name=name, scopes=list(scopes), **fields)
    return Client(headers={"Authorization": f"Bearer {key.secret}"})


def results(response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    return response.json()["results"]


def fitted(**fields: Any) -> SilenceVersion:
    return SilenceVersion.objects.create(
        **({
            "values": {"intercept": -1.0, "coefficients": {}}, "verdict": "adopted",
            "horizon_days": 90, "window_from": date(2025, 3, 3), "window_to": date(2026, 3, 1),
            "customers": 40, "metrics": {"auc": None},
        } | fields)
    )  # fmt: skip


def test_versions_say_what_they_hold_and_which_is_in_use(client):
    tom = AdministratorFactory(name="Tom Brandt")
    first = PolicyVersion.objects.create(values={"connection_half_life": 60.0}, created_by=tom)
    second = PolicyVersion.objects.create(
        based_on=first, segments={"5": {"wall_personal": 0.5}}, types={"visit": {"points": 12.0}},
        note="Spring",
    )  # fmt: skip

    newer, older = results(client.get(POLICY))

    assert newer.keys() == POLICY_VERSIONS.example.keys()
    assert (newer["id"], newer["is_in_use"], newer["based_on"]) == (second.pk, True, first.pk)
    assert (newer["segments"], newer["types"]) == (second.segments, second.types)
    assert (newer["note"], newer["created_by"]) == ("Spring", None)
    assert (older["is_in_use"], older["values"]) == (False, {"connection_half_life": 60.0})
    assert older["created_by"] == {"id": tom.pk, "name": "Tom Brandt"}
    assert client.get(f"{POLICY}{first.pk}/").json() == older
    assert client.get(f"{POLICY}{second.pk + 1}/").status_code == 404


def test_versions_of_silence_say_how_they_did(client):
    fitted(is_in_use=True)
    fitted(verdict="rejected")

    newer, older = results(client.get(SILENCE))

    assert newer.keys() == SILENCE_VERSIONS.example.keys()
    assert (newer["verdict"], older["is_in_use"]) == ("rejected", True)
    assert len(results(client.get(f"{SILENCE}?verdict=adopted"))) == 1
    assert len(results(client.get(f"{SILENCE}?is_in_use=false"))) == 1


def test_versions_are_for_administrators_and_keys_that_were_given_the_scope():
    PolicyVersion.objects.create()
    fitted()
    team = TeamFactory()
    given = key_of("of a team", "policy:read", team=team)
    administrator, manager = Client(), Client()
    administrator.force_login(AdministratorFactory())
    manager.force_login(PersonFactory(team=team))

    for url in (POLICY, SILENCE):
        assert len(results(given.get(url))) == len(results(administrator.get(url))) == 1
        assert results(manager.get(url)) == []
        assert key_of(f"no {url}", "customers:read").get(url).status_code == 403
        assert Client().get(url).status_code == 401


def test_lists_take_four_queries_whatever_their_length(client, django_assert_num_queries):
    tom, newest = AdministratorFactory(), None
    for _ in range(10):
        newest = PolicyVersion.objects.create(created_by=tom, based_on=newest)
        fitted(created_by=tom)
    client.get(POLICY)

    for url in (POLICY, SILENCE):
        with django_assert_num_queries(4):
            assert len(results(client.get(url))) == 10
