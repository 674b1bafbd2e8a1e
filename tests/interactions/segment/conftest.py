"""A key, and ways to call the door."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from interactions.models import ReceivedEvent
from relationships.services import NewKey, create_key

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Call = Callable[..., Any]


@pytest.fixture
def key() -> NewKey:
    return create_key(name="shop", scopes=["touchpoints:write", "customers:write"])


@pytest.fixture
def call(key: NewKey, time_machine: Any) -> Call:
    """Return a way to call the door as SDKs do, at noon."""
    time_machine.move_to(NOW, tick=False)

    def post(path: str, body: Any, *, secret: str = key.secret, **headers: str) -> Any:
        signed = base64.b64encode(f"{secret}:".encode()).decode()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"authorization": f"Basic {signed}"} if secret else {}
        return Client().post(
            path, data, content_type="application/json", headers={**given, **headers}
        )

    return post


@pytest.fixture
def send(call: Call) -> Callable[..., None]:
    """Return a way to send messages in a batch that is accepted."""

    def send(*messages: dict[str, Any], **around: Any) -> None:
        response = call("/v1/batch", {"batch": messages, **around})
        assert (response.status_code, response.json()) == (200, {"success": True})

    return send


def fates() -> list[tuple[str, str]]:
    """Return what became of all events, in the order in which they were sent."""
    return [
        (event.name or event.kind, event.get_status_display())
        for event in ReceivedEvent.objects.order_by("pk")
    ]
