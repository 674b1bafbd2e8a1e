"""Every error below /api/ is a problem document."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from relationships import services
from relationships.models import AccessKey, Person
from relationships.services import create_key
from tests.factories import ExecutiveFactory

TYPES = "/api/v1/touchpoint-types/"

pytestmark = pytest.mark.django_db


def with_key(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def key() -> services.NewKey:
    return create_key(name="shop", scopes=["touchpoints:write"])


def problem(response, status: int) -> dict[str, object]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= body.keys()
    return body


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Bearer \xe9", "Basic eDp5"])
def test_missing_or_unknown_key_is_401(header):
    response = Client(headers={"Authorization": header}).get(TYPES)

    problem(response, 401)
    sent_a_key = header.startswith("Bearer")
    flaw = ', error="invalid_token"' if sent_a_key else ""
    assert response.headers["WWW-Authenticate"] == f'Bearer realm="Hearth"{flaw}'


def test_revoked_expired_or_switched_off_key_is_401(key):
    now = timezone.now()
    expired = create_key(name="old", scopes=["customers:read"], expires_at=now)
    revoked = create_key(name="lost", scopes=["customers:read"])
    AccessKey.objects.filter(pk=revoked.key.pk).update(revoked_at=now)
    assert with_key(key.secret).get(TYPES).status_code == 200
    Person.objects.filter(pk=key.key.person_id).update(is_active=False)

    for secret in (expired.secret, revoked.secret, key.secret):
        problem(with_key(secret).get(TYPES), 401)


def test_scope_that_is_lacking_is_named(key):
    body = problem(with_key(key.secret).get("/api/v1/customers/"), 403)

    assert "customers:read" in str(body["detail"])


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v2/customers/", "/api/v1/customers"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_address_is_404(path, method):
    problem(getattr(Client(), method)(path), 404)


def test_wrong_method_is_405_and_names_the_right_one(key):
    response = with_key(key.secret).delete("/api/v1/touchpoints/")

    problem(response, 405)
    assert "POST" in response.headers["Allow"]


def test_defect_is_500_without_a_trace(key, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("interactions.selectors.catalogue", fail)

    body = problem(with_key(key.secret).get(TYPES), 500)

    assert "secret detail" not in json.dumps(body)


def test_database_that_does_not_answer_is_503_with_when_to_try_again(key, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("interactions.selectors.catalogue", fail)

    response = with_key(key.secret).get(TYPES)

    problem(response, 503)
    assert int(response.headers["Retry-After"]) > 0


def test_use_of_a_key_is_noted_to_the_minute(key, django_assert_num_queries):
    client = with_key(key.secret)

    client.get(TYPES)
    first = AccessKey.objects.get().last_used_at
    # Whether the key is still as remembered, and here, where nothing is committed, the key; since
    # when to ask for changes, and the catalogue.
    with django_assert_num_queries(4):
        client.get(TYPES)

    assert first is not None
    assert AccessKey.objects.get().last_used_at == first
    AccessKey.objects.update(last_used_at=first - timedelta(minutes=2))
    client.get(TYPES)
    assert AccessKey.objects.get().last_used_at > first


def test_only_the_hash_of_a_key_is_kept(key):
    kept = AccessKey.objects.values().get()

    assert key.secret not in str(kept)
    assert kept["digest"] == services.key_digest(key.secret)


def test_person_in_the_browser_needs_no_key():
    browser = Client()
    browser.force_login(ExecutiveFactory())

    assert browser.get(TYPES).status_code == 200
