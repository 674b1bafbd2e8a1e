"""`/healthz` tells whoever watches which part does not answer."""

import time

import pytest
from django.core.cache import cache

from insights.tasks import drain, heartbeat
from relationships.signs_of_life import LATE_SECONDS
from relationships.tasks import deliver_webhooks

pytestmark = pytest.mark.django_db

WORKERS = {"drain": drain, "worker": heartbeat, "webhooks": deliver_webhooks}


@pytest.fixture(autouse=True)
def _nobody_was_seen():
    cache.clear()


def work(*names: str) -> None:
    for name in names:
        WORKERS[name]()


def test_all_is_well_when_everybody_was_seen(client):
    work(*WORKERS)

    response = client.get("/healthz")

    assert response.status_code == 200
    said = response.json()
    assert said.keys() == {"is_up", "database", "broker", *WORKERS}
    assert all(said[name]["is_up"] for name in said if name != "is_up")
    assert all(0 <= said[name]["seen_seconds_ago"] < 10 for name in WORKERS)


@pytest.mark.parametrize("missing", WORKERS)
def test_a_worker_that_was_never_seen_is_down(client, missing):
    work(*WORKERS.keys() - {missing})

    response = client.get("/healthz")

    assert response.status_code == 503
    said = response.json()
    assert [name for name in WORKERS if not said[name]["is_up"]] == [missing]
    assert said[missing] == {"is_up": False, "seen_seconds_ago": None}
    assert said["broker"]["is_up"]


@pytest.mark.parametrize("late", WORKERS)
def test_a_worker_that_has_not_been_seen_for_long_is_down(client, late, monkeypatch):
    work(late)
    now = time.time() + LATE_SECONDS + 1
    monkeypatch.setattr("relationships.signs_of_life.time.time", lambda: now)
    work(*WORKERS.keys() - {late})

    response = client.get("/healthz")

    assert response.status_code == 503
    said = response.json()
    assert [name for name in WORKERS if not said[name]["is_up"]] == [late]
    assert said[late]["seen_seconds_ago"] >= LATE_SECONDS


def test_without_redis_broker_and_workers_are_down_and_no_task_fails_for_that(client, settings):
    settings.CACHES = {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}
    }
    work(*WORKERS)

    response = client.get("/healthz")

    assert response.status_code == 503
    said = response.json()
    assert said["database"]["is_up"]
    for name in ("broker", *WORKERS):
        assert said[name] == {"is_up": False, "error": "ConnectionError"}
